"""What the linter says about deletions: which rules hold, what only a guard can tell."""

from __future__ import annotations

import pytest

from runbooks.enums import Level
from tests.runbooks.lint.linting import findings, flagged

FRONT = """---
title: Delete the old ledger
operation: delete
parameters:
  target: {type: instance, label: T}
  dump: {type: copy, label: D}
---
"""


IDENTIFY = "- [ ] Identify it\n\n  ```guard\n  identify: target\n  ```\n"


COPY = "- [ ] Copy it\n\n  ```guard\n  copy: {of: target, purpose: safety}\n  ```\n"


FREEZE = "- [ ] Stop it\n\n  ```guard\n  freeze: target\n  ```\n"


CHECK = "- [ ] Check\n\n  ```guard\n  team_check: {fresh_for: 10m}\n  ```\n"


def act(command: str = "./wipe.sh", guard: str = "destroy: {target: target}\n  undo: back") -> str:
    return f"- [ ] Delete it\n\n  ```sh\n  {command}\n  ```\n\n  ```guard\n  {guard}\n  ```\n"


BACK = "\n## Back {#back .aside}\n\n- [ ] Bring it back\n"


def book(*steps: str, front: str = FRONT) -> str:
    return front + "\n## Do\n\n" + "\n".join(steps) + BACK


def codes(source: str, level: Level = Level.ERROR) -> set[str]:
    return {finding.code for finding in findings(source) if finding.level is level}


@pytest.mark.parametrize("command", ["./wipe.sh", "dropdb ledger", "rm -r /var/lib/postgresql/16"])
def test_the_guard_marks_the_act_whatever_its_command_is(command: str) -> None:
    whole = book(IDENTIFY, COPY, FREEZE, CHECK, act(command))
    assert codes(whole) & {"L01", "L03", "L04", "L08", "L10", "L22", "L27", "L30", "L59"} == set()
    assert "L01" in codes(book(COPY, FREEZE, CHECK, act(command)))
    assert "L30" in codes(book(IDENTIFY, COPY, FREEZE, act(command)))
    assert "L08" in codes(book(IDENTIFY, CHECK, act(command, "destroy: {target: target}")))


def test_what_is_not_there_is_said_as_a_deletion() -> None:
    (finding,) = flagged("L01", book(COPY, FREEZE, CHECK, act()))
    assert finding.sentence.startswith("Step 4 deletes `target`, and no step before it proves")
    late = flagged("L01", book(CHECK, act(), IDENTIFY))
    assert "identified only afterwards, in step 3." in late[0].sentence


def test_a_deletion_without_a_copy_is_a_warning_for_the_decider_may_sign() -> None:
    (finding,) = flagged("L04", book(IDENTIFY, FREEZE, CHECK, act()))
    assert finding.level is Level.WARNING
    assert "the decider must sign that there is nothing to keep" in finding.sentence
    assert not flagged("L04", book(IDENTIFY, COPY, FREEZE, CHECK, act()))


def test_a_deletion_moves_nothing_and_so_has_no_direction() -> None:
    assert not flagged("L03", book(IDENTIFY, COPY, FREEZE, CHECK, act("dropdb ledger")))


@pytest.mark.parametrize(
    "command",
    ["pg_restore -d ledger x.dump", "pg_restore --clean -d ledger x.dump", "psql < x.dump"],
)
def test_destroy_is_no_guard_for_a_restore(command: str) -> None:
    (finding,) = flagged("L22", book(IDENTIFY, COPY, FREEZE, CHECK, act(command)))
    assert finding.level is Level.ERROR
    assert "overwrite" in finding.suggestion
    restore = act(command, "overwrite: {target: target, from: dump}\n  undo: back")
    assert not flagged("L22", book(IDENTIFY, COPY, FREEZE, CHECK, restore))


def test_an_unmarked_deletion_is_an_error_also_of_a_script_that_nobody_can_read() -> None:
    bare = "- [ ] Delete it\n\n  ```sh\n  ./wipe.sh\n  ```\n"
    (finding,) = flagged("L59", book(IDENTIFY, bare))
    assert (finding.level, "operation" in book(IDENTIFY, bare).splitlines()[finding.line - 1]) == (
        Level.ERROR,
        True,
    )
    (marked,) = flagged("L22", book(IDENTIFY, bare.replace("./wipe.sh", "dropdb ledger")))
    assert "destroy: {target: …}" in marked.suggestion


def test_what_may_be_in_use_is_a_warning() -> None:
    (finding,) = flagged("L59", book(IDENTIFY, COPY, CHECK, act()))
    assert finding.level is Level.WARNING
    counted = "- [ ] Count\n\n  ```guard\n  record: {clients: {type: number, equals: 0}}\n  ```\n"
    for step in (FREEZE, counted):
        assert not flagged("L59", book(IDENTIFY, COPY, step, CHECK, act()))
        assert flagged("L59", book(IDENTIFY, COPY, CHECK, act(), step))


def test_a_destroyer_that_is_not_the_act_needs_a_reason_and_is_none() -> None:
    cache = "- [ ] Empty the cache\n\n  ```sh\n  rm -r /srv/cache\n  ```\n"
    text = book(cache, IDENTIFY, COPY, FREEZE, CHECK, act())
    assert {finding.code for finding in findings(text) if finding.level is Level.ERROR} >= {
        "L22",
        "L01",
    }
    waived = FRONT.replace(
        "---\ntitle", '---\nwaive: {L22: "The cache is rebuilt by itself."}\ntitle'
    )
    text = book(cache, IDENTIFY, COPY, FREEZE, CHECK, act(), front=waived)
    assert "L01" not in codes(text)
    unmarked = book(cache, IDENTIFY, COPY, FREEZE, CHECK, front=waived)
    assert "L59" in codes(unmarked)


def test_a_safety_copy_on_the_machine_that_is_deleted_is_none() -> None:
    on_itself = COPY.replace("safety}", "safety, into: <target.host>}")
    assert flagged("L44", book(IDENTIFY, on_itself, FREEZE, CHECK, act()))
    assert not flagged("L44", book(IDENTIFY, COPY, FREEZE, CHECK, act()))


def test_a_text_that_only_deletes_says_so_in_its_front_matter() -> None:
    unsaid = FRONT.replace("operation: delete\n", "")
    steps = (IDENTIFY, COPY, FREEZE, CHECK, act())
    (finding,) = flagged("L59", book(*steps, front=unsaid))
    assert (finding.level, "operation: delete" in finding.suggestion) == (Level.WARNING, True)
    over = act("./swap.sh", "overwrite: {target: target, from: dump}\n  undo: back")
    assert not flagged("L59", book(*steps, over, front=unsaid))
