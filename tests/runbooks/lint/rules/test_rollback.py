"""Rules about the rollback: that there is one, and what leads to it after the thaw."""

from __future__ import annotations

import pytest

from tests.runbooks.lint.linting import ACT, OVERWRITE, RESTORE_FRONT, flagged, runbook, step


def test_a_restore_beside_is_not_in_place():
    beside = step("Load it", command="pg_restore -h <target.host> -d new <dump.place>")
    assert not flagged("L05", runbook(beside, step("Swap the databases", OVERWRITE)))
    over = step("Load it", OVERWRITE, "pg_restore -h <target.host> -d ledger <dump.place>")
    (finding,) = flagged("L05", runbook(over))
    assert finding.line == 13


@pytest.mark.parametrize(
    "text", ["This is the point of no return.", "It cannot be undone.", "There is no way back."]
)
def test_a_point_of_no_return_is_said(text):
    assert not flagged("L08", runbook(step("Swap the databases", OVERWRITE, text=text)))


def test_each_act_has_its_way_back():
    acts = [step(f"Swap {n}", OVERWRITE) for n in (1, 2)]
    assert len(flagged("L08", runbook(*acts))) == 2


THAW = step("Let the application in", "thaw: target")


RENAME = "psql -c 'alter database ledger_old rename to ledger'"


SIGNED = "countersign: before"


BACK = "## Rename back {#back .aside}\n\nOnly until the application is let in.\n\n"


DOWN = "## Stand down {#down .aside}\n\n"


ASK = "decide:\n  question: What now?\n  options: {go on: '', go back: back}"


def text(last: str, back: str, *asides: str, abort: str = "") -> str:
    front = (
        RESTORE_FRONT.replace("title:", f"on_abort: {abort}\ntitle:") if abort else RESTORE_FRONT
    )
    return "\n".join([front, ACT, THAW, step("Look at an account", last), BACK + back, *asides])


@pytest.mark.parametrize("last", ["undo: back", "on_mismatch: back", ASK])
@pytest.mark.parametrize("act", [step("Rename", SIGNED), step("Rename", "", RENAME)])
def test_a_later_step_leads_to_no_section_that_acts(last: str, act: str) -> None:
    (finding,) = flagged("L55", text(last, act))
    assert "“Look at an account”, leads to “Rename back”" in finding.sentence


@pytest.mark.parametrize("last", ["undo: back", "on_mismatch: back", ASK])
def test_it_may_lead_to_one_that_does_not(last: str) -> None:
    assert not flagged("L55", text(last, step("Tell everybody")))


def test_what_an_abort_leads_to_shows_that_it_acts() -> None:
    """Countersigned, the product closes it; by its command alone it does not."""
    (finding,) = flagged("L55", text("", step("Rename", "", RENAME), abort="back"))
    assert "countersign: before" in finding.suggestion
    assert not flagged("L55", text("", step("Rename", SIGNED, RENAME), abort="back"))
    assert not flagged("L55", text("", step("Tell everybody"), abort="back"))


def test_what_another_aside_leads_to_shows_that_it_acts() -> None:
    down = DOWN + step("Decide", ASK)
    (finding,) = flagged("L55", text("on_mismatch: down", step("Rename", "", RENAME), down))
    assert "countersign: before" in finding.suggestion
    assert not flagged("L55", text("on_mismatch: down", step("Rename", SIGNED, RENAME), down))
