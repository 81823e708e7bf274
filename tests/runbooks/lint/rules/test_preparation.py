"""Rules about what comes before an irreversible act."""

from __future__ import annotations

import pytest

from tests.runbooks.lint.linting import FRONT, OVERWRITE, findings, flagged, runbook, step

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
    late = runbook(step("Swap the databases", OVERWRITE), step("Do it", guard))
    (finding,) = flagged(code, late)
    assert "afterwards, in step 2" in finding.sentence
    assert finding.line == (10 if code == "L03" else 13)
    assert not flagged(code, runbook(step("Do it", guard), step("Swap the databases", OVERWRITE)))


@pytest.mark.parametrize(("code", "guard"), [c for c in BEFORE_THE_ACT.items() if c[0] != "L03"])
def test_what_is_done_to_another_thing_does_not_count(code, guard):
    other = guard.replace("target", "second").replace("dump", "other")
    assert flagged(code, runbook(step("Do it", other), step("Swap the databases", OVERWRITE)))


@pytest.mark.parametrize(("code", "guard"), BEFORE_THE_ACT.items())
def test_a_step_off_the_main_path_does_not_count(code, guard):
    aside = runbook("## Go on\n\n", step("Swap the databases", OVERWRITE))
    assert flagged(code, f"{aside}## Aside {{.aside}}\n\n{step('Do it', guard)}")


def test_a_direction_into_another_thing_is_no_direction_of_the_act():
    stated = step("State the direction", "direction: {from: dump, into: second}")
    (finding,) = flagged("L03", runbook(stated, step("Swap the databases", OVERWRITE)))
    assert "overwrites `target`" in finding.sentence
    assert finding.suggestion == "Write `direction: {from: dump, into: target}`."


def test_what_comes_from_an_instance_is_no_backup():
    act = step("Swap the databases", "overwrite: {target: target, from: source}")
    assert not flagged("L07", runbook(act))
    assert not flagged("L11", runbook(act))
    assert flagged("L01", runbook(act))


def test_a_command_that_restores_is_a_use_without_any_guard():
    flags = findings("# Restore\n\n" + step("Load it", command="psql -h a -d b < dump.sql"))
    assert {"L01", "L03", "L04", "L05", "L07", "L08", "L10", "L11", "L22", "L27"} <= {
        f.code for f in flags
    }


def test_a_clean_up_is_no_restore():
    flags = findings("# Clean up\n\n" + step("Remove old logs", command="rm -r /srv/logs"))
    assert {f.code for f in flags if f.level == "error"} == {"L22"}


@pytest.mark.parametrize("operation", ["backup", "check", "copy-out"])
def test_no_operation_talks_an_overwrite_away(operation):
    front = FRONT.replace("parameters:", f"operation: {operation}\nparameters:")
    assert flagged("L01", runbook(step("Swap the databases", OVERWRITE), front=front))


@pytest.mark.parametrize(("operation", "heard"), [("restore", True), ("check", False)])
def test_the_operation_settles_what_the_text_leaves_open(operation, heard):
    load = step("Load it", command="psql -h a -d b < dump.sql")
    source = runbook(load, front=f"---\noperation: {operation}\n---\n\n")
    assert bool(flagged("L04", source)) is heard
    assert flagged("L22", source)
