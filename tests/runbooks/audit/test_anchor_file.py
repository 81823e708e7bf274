"""The file of anchors by itself: whatever its end looks like, the chain goes on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbooks.audit import anchor_file
from runbooks.audit.anchor_file import AnchorLine, Flaw, Head, appending, read

AT = datetime(2026, 3, 4, 3, 12, 45, 123456, tzinfo=UTC)
DIGEST = "0f" * 32


def append(path: Path, many: int = 1, heads: int = 1) -> None:
    for number in range(many):
        with appending(path) as file:
            file.append([Head(n + 1, number + 1, DIGEST) for n in range(heads)], at=AT)


def lines(path: Path) -> list[AnchorLine]:
    anchors = [line for line in read(path) if isinstance(line, AnchorLine)]
    assert not [flaw for flaw in read(path) if isinstance(flaw, Flaw)]
    return anchors


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "anchors"
    append(path, many=3)
    anchors = lines(path)
    assert [line.number for line in anchors] == [1, 2, 3]
    assert anchors[2].heads == (Head(1, 3, DIGEST),)
    assert anchors[2].at == AT
    assert [line.previous for line in anchors] == ["", anchors[0].digest, anchors[1].digest]


@pytest.mark.parametrize("heads", [1, 499, 500])
def test_the_end_is_found_however_long_the_lines_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heads: int
) -> None:
    for block in (7, 1 << 16):
        monkeypatch.setattr(anchor_file, "_BLOCK", block)
        path = tmp_path / f"{block}"
        append(path, many=3, heads=heads)
        assert [line.number for line in lines(path)] == [1, 2, 3]


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(min_value=1, max_value=400), block=st.integers(min_value=1, max_value=90))
def test_wherever_a_crash_cuts_the_last_line_off(
    tmp_path_factory: pytest.TempPathFactory, cut: int, block: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "anchors"
    append(path, many=2)
    whole = path.read_bytes()
    path.write_bytes(whole[: max(len(whole) - cut, 0)])
    kept = path.read_bytes()
    assert [flaw for flaw in read(path) if isinstance(flaw, Flaw)] == []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(anchor_file, "_BLOCK", block)
        append(path)
    assert path.read_bytes().startswith(kept)
    assert lines(path)[-1].heads == (Head(1, 1, DIGEST),)


@settings(max_examples=60, deadline=None)
@given(junk=st.binary(min_size=1, max_size=60))
def test_whatever_is_written_behind_it_is_told_or_vouched_for(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes
) -> None:
    """Nothing that stands in the file stops the product from anchoring, or the reader."""
    path = tmp_path_factory.mktemp("junk") / "anchors"
    append(path)
    with path.open("ab") as file:
        file.write(junk)
    append(path)
    assert [line.number for line in read(path) if isinstance(line, AnchorLine)][-1] > 1


def test_writers_in_each_others_way_write_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "anchors"
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(append, path, 10) for _ in range(8)]:
            done.result()
    assert [line.number for line in lines(path)] == list(range(1, 81))


def test_a_line_that_is_too_long_is_not_taken_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "anchors"
    append(path)
    with path.open("ab") as file:
        file.write(b"x" * (anchor_file.LONGEST_LINE + 1) + b"\n")
    (flaw,) = [line for line in read(path) if isinstance(line, Flaw)]
    assert "longer than any anchor" in flaw.sentence


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100000, b'{"number":"x"}',
     b'{"at":"x","heads":[],"number":1,"previous":""}',
     b'{"at":"2026-03-04T03:12:45.000000Z","heads":[[1,2]],"number":1,"previous":""}',
     b'{"at":"2026-03-04T03:12:45.000000Z","heads":5,"number":1,"previous":""}',
     b'{"at":"2026-03-04T03:12:45.000000Z","heads":[[1,2147483648,""]],"number":1,"previous":""}',
     b'{"at":1,"heads":[],"number":1,"previous":""}',
     b'{"at":"2026-03-04T03:12:45.000000Z","heads":[],"number":1e999,"previous":""}'],
    ids=range(13),
)  # fmt: skip
def test_what_is_no_anchor_is_no_error(raw: bytes) -> None:
    assert anchor_file.parse(raw) is None
