"""What changed between two texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runbooks.procedure.difference import Difference, RowKind, difference

LINES = st.lists(st.text(alphabet="ab c-[]", max_size=12), max_size=25)


def _side(compared: Difference, kind: RowKind) -> list[str]:
    return ["".join(p.text for p in row.pieces) for row in compared.rows if row.kind is kind]


def test_words_that_changed_are_marked_and_lines_numbered() -> None:
    compared = difference(b"one\ntwo three four\nfive\n", b"one\ntwo 3 four\nfive\nsix\n")
    rows = [(r.kind, r.old, r.new) for r in compared.rows]
    assert rows == [
        (RowKind.SAME, 1, 1),
        (RowKind.REMOVED, 2, None),
        (RowKind.ADDED, None, 2),
        (RowKind.SAME, 3, 3),
        (RowKind.ADDED, None, 4),
    ]
    assert [p.text for p in compared.rows[1].pieces if p.changed] == ["three"]
    assert [p.text for p in compared.rows[2].pieces if p.changed] == ["3"]
    assert (compared.added, compared.removed, compared.remark) == (2, 1, "")


def test_long_unchanged_stretches_are_counted_not_shown() -> None:
    lines = [b"%d" % n for n in range(100)]
    compared = difference(b"\n".join(lines), b"\n".join([*lines, b"end"]))
    assert compared.rows[0].kind is RowKind.SKIPPED
    assert compared.rows[0].count == 97
    assert len(compared.rows) == 5


def test_what_cannot_be_seen_is_said() -> None:
    same = difference(b"a\n", b"a\n")
    assert not same.rows
    assert "byte for byte" in same.remark
    for unseen in (b"a\r\n", b"\xef\xbb\xbfa\n", b"a"):
        compared = difference(b"a\n", unseen)
        assert not compared.rows
        assert "line endings" in compared.remark


@given(LINES, LINES)
def test_both_texts_can_be_told_from_the_difference(old: list[str], new: list[str]) -> None:
    before, after = ("\n".join(x) + "\n" for x in (old, new))
    compared = difference(before.encode(), after.encode())
    for side, number in ((before, "old"), (after, "new")):
        lines = side.split("\n")
        for row in compared.rows:
            at = getattr(row, number)
            if at is not None:
                assert "".join(p.text for p in row.pieces) == lines[at - 1]
    assert compared.added - compared.removed == len(_lines(after)) - len(_lines(before))
    assert len(_side(compared, RowKind.ADDED)) == compared.added


def _lines(text: str) -> list[str]:
    return text.split("\n")[:-1]
