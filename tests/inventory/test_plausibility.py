"""What a copy can hold: empty things, sizes far below the earlier ones, like compared with like."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import tarfile
import zipfile

import pytest

from inventory.plausibility import (
    EMPTY,
    Earlier,
    compared,
    contradiction,
    far_below,
    holds_nothing,
    kind_of,
    read,
    written,
)

EMPTY_FILE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
DUMPS = tuple(Earlier(".dump", size) for size in (48_117_760, 48_000_000, 47_000_000))


def _tar() -> bytes:
    written = io.BytesIO()
    tarfile.open(fileobj=written, mode="w").close()
    return written.getvalue()


def _zip() -> bytes:
    written = io.BytesIO()
    zipfile.ZipFile(written, "w").close()
    return written.getvalue()


def _gzip() -> bytes:
    """As the program writes it: made on Unix, at the usual level."""
    made = bytearray(gzip.compress(b"", mtime=0))
    made[8:10] = b"\x00\x03"
    return bytes(made)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", _tar(), _zip(), _gzip(), bz2.compress(b""), lzma.compress(b"")],
    ids=["file", "line", "tar", "zip", "gzip", "bzip2", "xz"],
)
def test_what_programs_write_of_nothing_is_known(content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    assert EMPTY[digest][1] == len(content)
    assert holds_nothing(None, digest).endswith("it holds nothing.")
    assert contradiction(len(content), digest) == ""
    assert "cannot have it" in contradiction(len(content) + 14, digest)


def test_the_digest_of_an_empty_file_is_the_one_that_everybody_knows() -> None:
    assert EMPTY[EMPTY_FILE] == ("an empty file", 0)
    assert contradiction(14, EMPTY_FILE) == (
        "This is the SHA-256 of an empty file; a file of 14 bytes cannot have it."
    )
    assert contradiction(None, EMPTY_FILE) == ""
    assert contradiction(14, "0f" * 32) == ""


def test_no_bytes_hold_nothing() -> None:
    assert holds_nothing(0, "") == "It has 0 bytes, so it holds nothing."
    assert holds_nothing(None, "") == holds_nothing(1, "0f" * 32) == ""


@pytest.mark.parametrize(
    ("size", "kind", "doubted"),
    [
        (14, ".dump", True),
        (23_999_999, ".dump", True),
        (24_000_000, ".dump", False),
        (480_000_000, ".dump", False),
        (4_799_999, ".sql", True),
        (4_800_000, ".sql", False),
        (14, "snapshot", False),
        (None, ".dump", False),
    ],
)
def test_far_below_earlier_copies(size: int | None, kind: str, doubted: bool) -> None:
    assert bool(far_below(size, kind, DUMPS)) is doubted


def test_like_is_compared_with_like() -> None:
    logs = tuple(Earlier(".wal", 16_777_216) for _ in range(9))
    assert far_below(16_777_216, ".wal", (*DUMPS, *logs)) == ""
    doubt = far_below(16_777_216, ".dump", (*logs, *DUMPS))
    assert doubt == (
        "It has 16777216 bytes (16 MiB), less than half of the last 3 good copies (.dump) before"
        " it, whose median is 48000000 bytes (45.8 MiB)."
    )


def test_nothing_to_compare_with_is_said() -> None:
    assert compared(14, ".dump", ()).startswith("nothing to compare with")
    assert compared(None, ".dump", DUMPS) == "the size is not known"
    assert compared(14, ".sql", DUMPS[:1]) == (
        "compared with the last good copy of other kinds before it, which has 48117760 bytes"
        " (45.9 MiB)"
    )


@pytest.mark.parametrize(
    ("medium", "name", "place", "kind"),
    [
        ("disk", "ledger-0606.dump", "backup-1:/srv/backup", ".dump"),
        ("disk", "Ledger.SQL.GZ", "", ".sql.gz"),
        ("disk", "ledger-safety-run-7-step-12", "/srv/vault/ledger_7.dump", ".dump"),
        ("disk", "a stick", "db-1.example.com", ""),
        ("live database", "ledger.dump", "", "live database"),
    ],
)
def test_the_kind_of_a_copy(medium: str, name: str, place: str, kind: str) -> None:
    assert kind_of(medium, name, place) == kind


def test_earlier_copies_are_kept_as_a_text() -> None:
    several = (*DUMPS, Earlier("", 7), Earlier("live database", 9))
    assert read(written(several)) == several
    assert read("") == ()
