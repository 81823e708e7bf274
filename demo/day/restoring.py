"""The night: the ledger is restored. First as on that day, then as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from demo.day.copying import stamp
from demo.day.crew import PASSWORD, Crew
from demo.day.interface import instance, later
from demo.day.missing_guards import hasty
from demo.day.story import Day, StoryLine
from inventory.models import Copy
from runbooks.enums import RunKind, RunRole
from runbooks.machine.moves.branches import Diagnose, Reopen
from runbooks.machine.moves.hold import Resume
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, NotApplicable, Record, Tick
from runbooks.machine.moves.unlock import Unlock

RESTORE = "restore-the-ledger-database-beside-the-live-one"


def restoring(day: Day) -> Iterator[StoryLine]:
    """M4, M5 and M7 to M16, and M20; then the restore as it should be."""
    fresh = Copy.objects.filter(state="good", medium="disk").latest("taken_at").pk
    yield from _copies(day)
    yield from hasty(day, fresh)
    crew = _prepared(day, fresh)
    yield from _alone(day, crew)
    yield from _identifying(day, crew)
    yield from _before_anything_is_written(day, crew)
    yield from _writing_backup(day, crew)
    yield from _the_same_again(day, crew, fresh)
    yield from _right(day, fresh)


def _copies(day: Day) -> Iterator[StoryLine]:
    stick = Copy.objects.get(medium="removable disk or stick").pk
    yield day.refused(
        "M16",
        "verifier",
        "calls the unencrypted stick with the ledger on it a good copy",
        "not_encrypted",
        lambda: day.door.verify_copy("verifier", stick, "opened it"),
    )
    old = Copy.objects.filter(state="good", medium="disk").earliest("taken_at").pk
    yield day.refused(
        "M10",
        "operator",
        "chooses the regular backup, which is two months old",
        "invalid",
        lambda: day.door.prepare("operator", RESTORE, RunKind.LIVE, _chosen(old)),
    )


def _chosen(dump: int) -> dict[str, int | str]:
    return {"dump": dump, "target": instance("ledger")}


def _prepared(day: Day, dump: int) -> Crew:
    crew = Crew(day.door, day.door.prepare("operator", RESTORE, RunKind.LIVE, _chosen(dump)))
    crew.man(RunRole.OPERATOR)
    return crew


def _start(crew: Crew) -> None:
    crew.press("operator", Start, acknowledged=True, conditions=True)


def _alone(day: Day, crew: Crew) -> Iterator[StoryLine]:
    yield day.refused(
        "M8", "operator", "starts alone, at night", "roles_missing", lambda: _start(crew)
    )
    crew.man(RunRole.VERIFIER, RunRole.DECIDER)
    _start(crew)
    yield day.done("verifier", "accepts a role, and so does the decider; the run starts")


def _identifying(day: Day, crew: Crew) -> Iterator[StoryLine]:
    step = crew.step("Identify the server")
    crew.go_on(until=step)
    yield day.refused(
        "M20",
        "operator",
        "leaves the identification out, for once",
        "not_optional",
        lambda: crew.press("operator", NotApplicable, step, reason="I know it."),
    )
    wrong = {**crew.values(step), "identify.second": "7301442219883460002"}

    def typed() -> None:
        crew.press("operator", Tick, step, values=wrong)

    yield day.differs("M4", "operator", "types what staging answered", typed, crew=crew, step=step)
    yield day.refused("M7", "operator", "tries the same again", "wrong_step_state", typed)
    crew.press("operator", Diagnose, step, finding="A tunnel to staging was open.")
    crew.press("operator", Reopen, step)
    yield day.differs(
        "M7",
        "operator",
        "opens it anew, and types the same again",
        typed,
        crew=crew,
        step=step,
        held=True,
    )
    yield day.refused(
        "M7",
        "operator",
        "resumes the run without anybody else",
        "second_person",
        lambda: crew.press("operator", Resume, read_back=crew.place),
    )
    crew.press("verifier", Resume, read_back=crew.place)
    crew.press("verifier", Diagnose, step, finding="The tunnel is closed; I looked myself.")
    crew.press("operator", Reopen, step)


def _before_anything_is_written(day: Day, crew: Crew) -> Iterator[StoryLine]:
    act = crew.step("in the place of the live one")
    yield day.refused(
        "M3",
        "operator",
        "goes straight to the act",
        "out_of_order",
        lambda: crew.press("operator", BeginStep, act),
    )
    step = crew.step("Close the live database")
    crew.go_on(until=step)
    some = {**crew.values(step), "clients": "3"}
    yield day.differs(
        "M9",
        "operator",
        "goes on while three clients still write",
        lambda: crew.press("operator", Tick, step, values=some),
        crew=crew,
        step=step,
    )
    _again(crew, step)
    now = stamp(day.door.at - timedelta(minutes=3))
    crew.reads["newest_found"] = now
    step = crew.step("List every known copy")
    crew.go_on(until=step)
    yield day.differs(
        "M11",
        "operator",
        "goes on without knowing a single copy",
        lambda: crew.press("operator", Tick, step, values={"copies_known": "0"}),
        crew=crew,
        step=step,
    )
    _again(crew, step)
    yield from _the_file(day, crew)


def _the_file(day: Day, crew: Crew) -> Iterator[StoryLine]:
    step = crew.step("inside the backup")
    crew.go_on(until=step)
    old = {**crew.values(step), "verify.newest": stamp(day.door.at - timedelta(days=61, hours=1))}
    crew.press("operator", Record, step, values=old)
    yield day.refused(
        "M5",
        "operator",
        "takes a file of today whose newest entry is two months old",
        "gate_loss_signed",
        lambda: crew.press("operator", Tick, step, values=old),
    )


def _again(crew: Crew, step: int) -> None:
    crew.press("verifier", Diagnose, step, finding="Found, and mended.")
    crew.press("operator", Reopen, step)


def _writing_backup(day: Day, crew: Crew) -> Iterator[StoryLine]:
    step = crew.step("Restore the duplicate")
    crew.go_on(until=step)
    crew.press("operator", BeginStep, step)
    line = {"wait.first_line": "Writing backup to file ledger.dump ... 1 %"}
    yield day.differs(
        "M15",
        "operator",
        "pastes the first line: Writing backup to file",
        lambda: crew.press("operator", Record, step, values=line),
        crew=crew,
        step=step,
        held=True,
    )


def _the_same_again(day: Day, crew: Crew, dump: int) -> Iterator[StoryLine]:
    crew.press("decider", Abort, reason="The tool wrote.", deviation="wrong-direction")
    crew.go_on()
    crew.press("decider", Abort, reason="Stood down.")
    yield day.refused(
        "M13",
        "operator",
        "starts the same steps once more, uncorrected",
        "locked",
        lambda: day.door.prepare("operator", RESTORE, RunKind.LIVE, _chosen(dump)),
    )
    day.door.waive("approver", RESTORE, crew.run, "The tool was exchanged; the text is right.")
    yield day.done("approver", "looks at what went wrong, and waives the lock with a reason")


def _right(day: Day, dump: int) -> Iterator[StoryLine]:
    crew = _prepared(day, dump)
    crew.man(RunRole.VERIFIER, RunRole.DECIDER)
    _start(crew)
    act = crew.step("in the place of the live one")
    crew.go_on(until=act)
    crew.press("operator", BeginStep, act)
    crew.agree(act)
    yield day.refused(
        "M14",
        "operator",
        "countersigns as well, while the coworker looks on",
        "own_step",
        lambda: crew.press("operator", Countersign, act, password=PASSWORD),
    )
    crew.confirm(act)
    later(day.door, 180)
    yield day.refused(
        "M14",
        "operator",
        "writes three minutes after the coworker looked",
        "gate_countersigned",
        lambda: _unlock(crew, act, "ledger"),
    )
    crew.confirm(act)
    yield day.refused(
        "M2",
        "operator",
        "types the name of another database",
        "wrong_name",
        lambda: _unlock(crew, act, "ledger-laptop"),
    )
    _unlock(crew, act, "ledger")
    crew.press("operator", Tick, act)
    crew.go_on()
    crew.press("operator", Complete, summary="The ledger is as it was this morning.")
    yield day.done("operator", "restores the ledger to the end, with the verifier and the decider")


def _unlock(crew: Crew, act: int, name: str) -> None:
    crew.press("operator", Unlock, act, name=name, password=PASSWORD)
