"""What of a text acts, and what is only read: the digest that a lock follows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbooks.library.reading import title_key
from runbooks.procedure.executable import digest, step_digests, way_to
from runbooks.procedure.parser import parse
from runbooks.procedure.serialization import as_json, from_json
from tests.runbooks.texts import PLAIN, procedure

TEXT = b"""---
title: Restore the books
parameters:
  dump: {type: copy, label: Backup}
  target: {type: instance, label: Live}
---

Read this first.

## Look

- [ ] Read who answers

  Two of three must fit.

  ```sh
  psql -h <target.host> -c "select 1"
  ```

  ```guard
  identify: target
  ```

- [ ] Count what is there

  ```guard
  record:
    rows: {type: number, equals: 0, label: Rows}
  on_mismatch: stop
  ```

## Write

- [ ] Write it

  ```sh
  restore <dump.place> <target.host>
  ```

  ```guard
  overwrite: {target: target, from: dump}
  undo: stop
  duration: {expected: 2m, max: 10m}
  ```

## Stop {#stop .aside}

- [ ] Call the decider
"""
GOLDEN = "9b8c1d48d652046f6be5f8fb2673619f73604856f219738dfb1a7b3cf5c839b0"


def digest_of(text: bytes) -> str:
    return digest(procedure(text))


def test_it_is_what_it_was() -> None:
    """The digest is stored: a change of how it is made needs a migration."""
    assert digest_of(TEXT) == GOLDEN
    kept = from_json(as_json(procedure(TEXT)))
    assert digest(kept) == GOLDEN


PROSE = [
    (b"title: Restore the books", b"title: RESTORE THE BOOKS AGAIN"),
    (b"Read this first.", b"Read this first, aloud.\n\nAnd then again."),
    (b"## Look\n", b"## Look around\n\n"),
    (b"## Stop {#stop .aside}", b"## Stop it {#stop .aside}"),
    (b"- [ ] Read who answers\n", b"- [ ] Read who it is that answers\n\n"),
    (b"Two of three must fit.", b"*All* must fit."),
    (b"label: Backup", b"label: The backup"),
    (b"label: Rows", b"label: Number of rows"),
    (b"  restore <dump.place> <target.host>\n", b"\n  restore  <dump.place> <target.host>  \n\n"),
    (b"  restore <dump.place>", b"  # now\n  restore <dump.place>"),
    (b"identify: target", b"identify:   target   # who is it"),
    (b"max: 10m", b"max: 11m"),
    (b"- [ ] Count", b"- [ ] Take a breath\n\n  Some water.\n\n- [ ] Count"),
    (b"## Write\n", b"## Breathe\n\n- [ ] Take a breath\n\n## Write\n"),
    (b'"select 1"\n', b'"select 1"  # as before\n'),
    (b"<dump.place> <target.host>", b"<dump.place> \\\n  <target.host> # don't stop"),
    (b"{target: target, from: dump}", b"{from: dump, target: target}"),
]
ACTING = [
    (b"select 1", b"select 2"),
    (b"restore <dump.place> <target.host>", b"restore <target.host> <dump.place>"),
    (b"equals: 0", b"equals: 1"),
    (b"on_mismatch: stop\n", b"countersign: after\n"),
    (b'"select 1"', b'"select 1 # as before"'),
    (b"undo: stop\n", b"override: never\n"),
    (b"dump: {type: copy,", b"dump: {type: copy, max_age: 24h,"),
    (b"target: {type: instance,", b"target: {type: instance, environment: [staging],"),
    (b"{#stop .aside}", b"{#stop}"),
    (b"identify: target", b"identify: target\ncountersign: before".replace(b"\n", b"\n  ")),
]


@pytest.mark.parametrize(("before", "after"), PROSE)
def test_what_is_only_read_changes_nothing(before: bytes, after: bytes) -> None:
    assert before in TEXT
    assert digest_of(TEXT.replace(before, after)) == GOLDEN


@pytest.mark.parametrize(("before", "after"), ACTING)
def test_what_acts_changes_it(before: bytes, after: bytes) -> None:
    assert before in TEXT
    read = parse(TEXT.replace(before, after)).procedure
    assert read is not None
    assert digest(read) != GOLDEN


def test_the_order_of_steps_changes_it() -> None:
    head, first, second, rest = TEXT.partition(b"- [ ] Read")[0], *_items()
    assert digest_of(head + second + first + rest) != GOLDEN


def _items() -> tuple[bytes, bytes, bytes]:
    start, middle = TEXT.index(b"- [ ] Read"), TEXT.index(b"- [ ] Count")
    end = TEXT.index(b"## Write")
    return TEXT[start:middle], TEXT[middle:end], TEXT[end:]


_WORDS = st.lists(st.sampled_from(["look", "at", "both", "terminals", "now"]), min_size=1)


@settings(max_examples=40, deadline=None)
@given(_WORDS, st.integers(0, 3), st.sampled_from([b"Read this first.", b"Two of three must fit."]))
def test_no_prose_changes_it(words: list[str], blanks: int, place: bytes) -> None:
    prose = (" ".join(words).capitalize() + "." + "\n" * blanks).encode()
    assert digest_of(TEXT.replace(place, prose)) == GOLDEN


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([b"psql", b"select", b"restore <dump"]),
    st.from_regex(r"[a-z]{1,8}", fullmatch=True),
)
def test_any_other_command_changes_it(place: bytes, word: str) -> None:
    assert digest_of(TEXT.replace(place, word.encode() + b" " + place)) != GOLDEN


def test_a_default_acts_on_nothing() -> None:
    texts = [TEXT.replace(b"  dump:", b"  side: {type: text%s}\n  dump:" % default)
             for default in (b"", b", default: restored", b", default: other")]  # fmt: skip
    assert len({digest_of(text) for text in texts}) == 1


def test_comments_of_sql_are_none_of_a_shell() -> None:
    def sql(text: bytes, label: bytes = b"sql") -> str:
        return digest_of(TEXT.replace(b"```sh\n  restore <dump.place> <target.host>",
                               b"```" + label + b"\n  " + text))  # fmt: skip

    assert sql(b"select 1 -- now") == sql(b"select 1 /* don't */") == sql(b"select 1")
    assert sql(b"select '-- now'") != sql(b"select '")
    assert sql(b"select /*! 2 */ 1") != sql(b"select 1")
    assert sql(b"ls\n  --all", b"sh") != sql(b"ls", b"sh")


def test_the_way_to_a_step_is_what_acts_before_it() -> None:
    before = procedure(TEXT)
    breath = b"- [ ] Take a breath\n\n- [ ] Count"
    longer = procedure(TEXT.replace(b"- [ ] Count", breath).replace(b"label: Rows", b"label: R"))
    assert way_to(before, 2) == way_to(longer, 3) == way_to(before)
    assert len(way_to(before, 1)) == 1


def test_a_list_of_things_to_do_acts_as_nothing_else() -> None:
    assert digest_of(PLAIN) == ""


def test_each_step_has_its_own() -> None:
    before = step_digests(procedure(TEXT))
    after = step_digests(procedure(TEXT.replace(b"equals: 0", b"equals: 1")))
    assert [left == other for left, other in zip(before, after, strict=True)] == [
        True, False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "title",
    [
        "RESTORE the Books",
        " Restore\u00a0the   books ",
        "Re\u200bstore the books",
        "Ｒestore the books",
        *(
            f"Restore the books{chr(sign)}"
            for sign in (
                0xFE0F,
                0x34F,
                0x2800,
                0x17B4,
                0x180B,
                0x200B,
                0xAD,
                0x3164,
                0xE0100,
                0x1D173,
            )
        ),
    ],
)
def test_one_title_in_other_letters_is_one_title(title: str) -> None:
    assert title_key(title) == "restore the books"


@pytest.mark.parametrize("title", ["", "  ", "\u3164", "\u200b\u200d", "123", "—"])
def test_a_title_without_a_letter_is_none(title: str) -> None:
    assert title_key(title) == ""


def test_other_titles_are_other_titles() -> None:
    assert len({title_key(title) for title in ("Straße", "Strasze", "Restore 1", "Restore 2")}) == 4


def _with(label: str, text: str) -> str:
    block = f"```{label}\n  {text}\n  ```".replace("\n  \n", "\n\n").encode()
    return digest_of(TEXT.replace(b"```sh\n  restore <dump.place> <target.host>\n  ```", block))


@pytest.mark.parametrize("label", ["console", "python", "powershell", "cmd", "javascript", "ruby"])
def test_code_of_every_kind_acts(label: str) -> None:
    assert _with(label, "restore a") != _with(label, "restore b")
    assert len({_with(label, "restore a"), _with("text", "restore a")}) == 2


def test_of_a_session_what_is_typed_acts() -> None:
    typed = _with("sh", "restore a")
    assert _with("console", "$ restore a\n  done") == typed
    assert _with("console", "postgres@db:~$ restore a\n  $ ") == typed
    assert _with("console", "$ restore a\n  $ restore b") != typed


def test_blanks_act_where_they_may_mean_something() -> None:
    assert _with("python", "if x:\n    a()\n  b()") != _with("python", "if x:\n    a()\n    b()")
    assert _with("python", "a()\n\n  b()  ") == _with("python", "a()\n  b()")
    assert _with("python", "a() # b") != _with("python", "a()")
