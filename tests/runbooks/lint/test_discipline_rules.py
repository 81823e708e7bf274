"""Rules about the discipline of a restore, at the places where an example does not reach."""

from __future__ import annotations

import pytest

from tests.runbooks.lint.linting import findings, flagged

FRONT = """---
parameters:
  dump: {type: copy, label: The backup}
  other: {type: copy, label: Another backup}
  source: {type: instance, label: The server that is read}
  target: {type: instance, label: The server that is overwritten}
  second: {type: instance, label: Another server}
---

"""
ACT = "overwrite: {target: target, from: dump}"


def step(title, guard="", command="", text=""):
    parts = [f"- [ ] {title}"]
    parts += [f"  {text}"] if text else []
    parts += [f"  ```sh\n  {command}\n  ```"] if command else []
    if guard:
        parts.append(
            "  ```guard\n" + "".join(f"  {line}\n" for line in guard.split("\n")) + "  ```"
        )
    return "\n\n".join(parts) + "\n\n"


def runbook(*steps, front=FRONT):
    return front + "".join(steps)


BEFORE_THE_ACT = {
    "L01": "identify: target",
    "L04": "copy: {of: target, purpose: safety}",
    "L07": "protect: dump",
    "L10": "freeze: target",
    "L11": "verify: dump",
    "L03": "direction: {from: dump, into: target}",
}


@pytest.mark.parametrize(("code", "guard"), BEFORE_THE_ACT.items())
def test_what_comes_after_the_act_comes_too_late(code, guard):
    late = runbook(step("Swap the databases", ACT), step("Do it", guard))
    (finding,) = flagged(code, late)
    assert "afterwards, in step 2" in finding.sentence
    assert finding.line == (10 if code == "L03" else 13)
    assert not flagged(code, runbook(step("Do it", guard), step("Swap the databases", ACT)))


@pytest.mark.parametrize(("code", "guard"), [c for c in BEFORE_THE_ACT.items() if c[0] != "L03"])
def test_what_is_done_to_another_thing_does_not_count(code, guard):
    other = guard.replace("target", "second").replace("dump", "other")
    assert flagged(code, runbook(step("Do it", other), step("Swap the databases", ACT)))


@pytest.mark.parametrize(("code", "guard"), BEFORE_THE_ACT.items())
def test_a_step_off_the_main_path_does_not_count(code, guard):
    aside = runbook("## Go on\n\n", step("Swap the databases", ACT))
    assert flagged(code, f"{aside}## Aside {{.aside}}\n\n{step('Do it', guard)}")


def test_a_direction_into_another_thing_is_no_direction_of_the_act():
    said = step("State the direction", "direction: {from: dump, into: second}")
    (finding,) = flagged("L03", runbook(said, step("Swap the databases", ACT)))
    assert "overwrites `target`" in finding.sentence
    assert finding.suggestion == "Write `direction: {from: dump, into: target}`."


def test_what_comes_from_an_instance_is_no_backup():
    act = step("Swap the databases", "overwrite: {target: target, from: source}")
    assert not flagged("L07", runbook(act))
    assert not flagged("L11", runbook(act))
    assert flagged("L01", runbook(act))


def test_a_command_that_restores_is_a_use_without_any_guard():
    found = findings("# Restore\n\n" + step("Load it", command="psql -h a -d b < dump.sql"))
    assert {"L01", "L03", "L04", "L05", "L07", "L08", "L10", "L11", "L22", "L27"} <= {
        f.code for f in found
    }


def test_a_clean_up_is_no_restore():
    found = findings("# Clean up\n\n" + step("Remove old logs", command="rm -r /srv/logs"))
    assert {f.code for f in found if f.level == "error"} == {"L22"}


def test_a_restore_beside_is_not_in_place():
    beside = step("Load it", command="pg_restore -h <target.host> -d new <dump.place>")
    assert not flagged("L05", runbook(beside, step("Swap the databases", ACT)))
    over = step("Load it", ACT, "pg_restore -h <target.host> -d ledger <dump.place>")
    (finding,) = flagged("L05", runbook(over))
    assert finding.line == 13


@pytest.mark.parametrize(
    "text", ["This is the point of no return.", "It cannot be undone.", "There is no way back."]
)
def test_a_point_of_no_return_is_said(text):
    assert not flagged("L08", runbook(step("Swap the databases", ACT, text=text)))


def test_each_act_has_its_way_back():
    acts = [step(f"Swap {n}", ACT) for n in (1, 2)]
    assert len(flagged("L08", runbook(*acts))) == 2


def test_a_section_that_says_when_to_stop_is_left_alone():
    act = step("Swap the databases", ACT)
    assert not flagged(
        "L09", runbook("## Swap\n\n", act, step("Look", text="Abort when it fails."))
    )
    (finding,) = flagged(
        "L09", runbook("## Swap\n\n", act, "## End\n\n", step("Stop", "hold: decider"))
    )
    assert "“Swap”" in finding.sentence
    assert "End" not in finding.sentence


def test_the_first_killer_steps_of_a_section_are_not_late():
    steps = [step(f"Stop job {n}") for n in range(6)]
    late = step("Stop the writers", "freeze: target")
    act = step("Swap the databases", ACT)
    assert flagged("L13", runbook(*steps, late, act))
    pause = step("Decide", "hold: decider")
    assert not flagged("L13", runbook(*steps, pause, late, act))
    assert not flagged("L13", runbook("## A\n\n", *steps, "## B\n\n", late, act))


def test_a_count_at_the_act_proves_the_writers_again():
    jobs = [step(f"Stop job {n}") for n in range(6)]
    first = runbook("## A\n\n", step("Stop the writers", "freeze: target"), *jobs, "## B\n\n")
    act = step("Swap the databases", ACT)
    count = step("Count", "record: {clients: {type: number, equals: 0}}")
    (finding,) = flagged("L14", first + act)
    assert finding.sentence == "`freeze` of step 1 lies 6 steps before this act."
    assert not flagged("L14", first + count + act)


def test_sub_steps_are_not_counted_between_pauses():
    groups = "".join(f"- [ ] Stop group {n}\n  - [ ] Stop its jobs\n" for n in range(9))
    act = step("Swap the databases", ACT)
    assert not flagged("L20", runbook(groups, "\n## Swap\n\n", act))
    assert flagged("L20", runbook(groups, act))


def test_sixty_steps_are_enough():
    long = "".join(f"## Part {n}\n\n{step('Look', 'hold: decider')}" for n in range(61))
    (finding,) = flagged("L20", runbook(long))
    assert "61" in finding.sentence


def test_a_second_person_may_come_by_role_or_guard():
    load = step("Restore it", command="psql -h a -d b < dump.sql")
    assert flagged("L27", runbook(load))
    assert not flagged("L27", runbook(load, step("Count", "role: verifier")))
    assert not flagged("L27", runbook(load, step("Count", "countersign: after")))


def test_a_copy_out_may_not_write_on_its_source():
    out = step("State the direction", "direction: {from: source, into: second}")
    front = FRONT.replace("Another server}", "Another server, environment: [development]}")
    read = step("Read it", command="psql -h <source.host> -d a -U reader -c 'select 1'")
    assert not flagged("L02", runbook(out, read, front=front))
    for command in (
        "psql -h <source.host> -d a -U postgres -c 'select 1'",
        "psql -h <source.host> -d a -U reader -c 'create table b ()'",
    ):
        (finding,) = flagged("L02", runbook(out, step("Read it", command=command), front=front))
        assert finding.line == 19


@pytest.mark.parametrize("operation", ["backup", "check", "copy-out"])
def test_no_operation_talks_an_overwrite_away(operation):
    front = FRONT.replace("parameters:", f"operation: {operation}\nparameters:")
    assert flagged("L01", runbook(step("Swap the databases", ACT), front=front))


@pytest.mark.parametrize(("operation", "heard"), [("restore", True), ("check", False)])
def test_the_operation_settles_what_the_text_leaves_open(operation, heard):
    load = step("Load it", command="psql -h a -d b < dump.sql")
    source = runbook(load, front=f"---\noperation: {operation}\n---\n\n")
    assert bool(flagged("L04", source)) is heard
    assert flagged("L22", source)


def test_a_mark_that_is_read_back_proves_the_machine_again():
    jobs = [step(f"Stop job {n}") for n in range(6)]
    first = runbook("## A\n\n", step("Identify it", "identify: target"), *jobs, "## B\n\n")
    act = step("Swap the databases", ACT)
    assert flagged("L14", first + act)
    assert not flagged("L14", first + step("Read the mark", "mark: target") + act)
