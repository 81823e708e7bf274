"""Doors beside the guarded one: a rollback after the database is back in service, a second run."""

from __future__ import annotations

from demo.attempts.attempt import RESTORE, Attempt, GotThrough, World, demand
from demo.day.crew import Crew
from demo.day.interface import instance
from inventory import instances
from inventory.models import Instance
from runbooks.enums import RunKind
from runbooks.library.failures import lock, ties
from runbooks.library.revisions import approve, save
from runbooks.machine.decide import allowed
from runbooks.machine.move import Allowed
from runbooks.machine.moves.branches import Diagnose, Reopen, ReportMismatch, Undo
from runbooks.machine.moves.run import Abort
from runbooks.models import Run, Runbook
from runbooks.runs.preparation import prepare

_OVERWRITE, _THAW = "Put the restored database in the place", "Open the ledger to its application"


def _reopened(world: World) -> Crew:
    crew = world.restore()
    crew.go_on(until=crew.step(_THAW))
    demand(_offers_undo(world, crew), "The rollback was not open before the ledger was.")
    crew.do(crew.step(_THAW))
    return crew


def _offers_undo(world: World, crew: Crew) -> bool:
    state, operator = crew.state, world.person("operator").pk
    return Allowed(Undo, crew.step(_OVERWRITE)) in allowed(state, operator, crew.door.at)


def _late_undo(world: World) -> str:
    crew = _reopened(world)
    demand(not _offers_undo(world, crew), "The rollback is still among the allowed moves.")
    act = crew.step(_OVERWRITE)
    answer = world.refused(
        "rollback_closed", lambda: crew.press("operator", Undo, act, reason="Wrong copy.")
    )
    read = crew.step("Read the newest entry of the live database")
    world.refused(
        "rollback_closed", lambda: crew.press("operator", Undo, read, reason="Wrong copy.")
    )
    if "rename-back" in crew.state.entered:
        raise GotThrough("The run entered the rollback.")
    return answer


def _late_doors(world: World) -> str:
    """Nothing names the rollback but what comes after the thaw, and an abort; L55 is waived."""
    runbook = Runbook.objects.get(slug=RESTORE)
    source = bytes(runbook.revisions.latest("number").source).decode()
    late = "rearm: [jobs, alerts, replication, sessions, sequences]\n"
    for old, new in (
        ("  undo: rename-back\n  on_mismatch: rename-back\n", ""),
        ("Both renames happen, or none.", "This is the point of no return."),
        (late, f"{late}  undo: rename-back\n  on_mismatch: rename-back\n"),
        ("on_abort: stand-down", "on_abort: rename-back"),
        ("\nwaive:\n", '\nwaive:\n  L55: "Tried out."\n'),
    ):
        demand(old in source, f"The demonstration has no “{old.strip()}”.")
        source = source.replace(old, new)
    author, approver = world.person("author"), world.person("approver")
    saved = save(source=source.encode(), by=author, at=world.verbs.at, runbook=runbook)
    seen = [code for code, _ in saved.procedure["waive"]]
    approve(saved, by=approver, at=world.verbs.at, waivers_seen=seen)
    crew = world.restore()
    jobs = crew.step("Start the scheduled jobs again")
    crew.go_on(until=jobs)
    crew.press("operator", ReportMismatch, jobs, observed="The books look old.")

    def diagnose(lead: bool) -> None:
        crew.press("operator", Diagnose, jobs, finding="Wrong copy.", lead=lead)

    world.refused("rollback_closed", lambda: diagnose(lead=True))
    diagnose(lead=False)
    crew.press("operator", Reopen, jobs)
    crew.do(jobs)
    answer = world.refused(
        "rollback_closed", lambda: crew.press("operator", Undo, jobs, reason="Wrong copy.")
    )
    crew.press("operator", Abort, reason="Wrong copy.")
    demand("rename-back" not in crew.state.entered, "The abort entered the rollback.")
    return answer


def _second_restore(world: World) -> str:
    """Both teams have everything but the typed name; the second to start types it."""
    act = _OVERWRITE
    first, second = world.restore(), world.restore()
    first.go_on(until=first.step(act))
    second.go_on(until=second.step(act))
    overwrite = second.step(act)

    def deed() -> None:
        second.before(overwrite)

    answer = world.refused("other_run", deed)
    first.before(first.step(act))
    return answer


def _registered_twice(world: World) -> str:
    """The second team's target is the same server under another name."""
    ledger = Instance.objects.get(pk=instance("ledger"))
    fields = {name: getattr(ledger, name) for name in instances.EDITABLE} | {"name": "ledger main"}
    by, at = world.person("operator"), world.verbs.at
    return world.refused(
        "invalid", lambda: instances.register(system=ledger.system, **fields, by=by, at=at)
    )


def _walk_round(world: World) -> str:
    """Wrong target, then the same text with a blank line, and again under a title in capitals."""
    crew = world.restore()
    crew.press("operator", Abort, reason="The standby.", deviation="wrong-target")
    crew.press("operator", Abort, reason="The standby.", deviation="wrong-target")
    failed = Run.objects.get(pk=crew.run)
    source = bytes(failed.revision.source)
    title = failed.revision.runbook.title
    author, approver = world.person("author"), world.person("approver")

    def capitals() -> None:
        text = source.replace(title.encode(), title.upper().encode())
        save(source=text, by=author, at=world.verbs.at)

    world.refused("invalid", capitals)
    later = save(
        source=source + b"\n", by=author, at=world.verbs.at, runbook=failed.revision.runbook
    )
    seen = [code for code, _ in later.procedure["waive"]]
    approve(later, by=approver, at=world.verbs.at, waivers_seen=seen, reason="Better laid out.")
    return world.refused("locked", lambda: world.restore())


def _walk_round_once_more(world: World) -> str:
    """Wrong target at the server's identifiers, then the same steps and a breath, renamed."""
    crew = world.restore()
    identify = crew.step("Identify the server")
    crew.go_on(until=identify)
    for _ in range(2):
        crew.press("operator", Abort, reason="The standby.", deviation="wrong-target")
    failed = Run.objects.get(pk=crew.run).revision
    title = failed.runbook.title.encode()
    source = bytes(failed.source).replace(title, title + b" again")
    source = source.replace(b"- [ ] ", b"- [ ] Take a breath\n\n- [ ] ", 1)
    later = save(source=source, by=world.person("author"), at=world.verbs.at)
    demand(lock(later) is not None, "A breath and another title freed the text.")
    return " ".join(tie.sentence for tie in ties(later))


def _raw_value(world: World) -> str:
    """A value with a second command in it, for a block whose quoting nobody knows."""
    text = b"---\ntitle: Raw\nparameters:\n  nm: {type: text}\n---\n\n- [ ] Do it\n\n"
    text += b"  ```powershell\n  del <nm>\n  ```\n"
    revision = save(source=text, by=world.person("author"), at=world.verbs.at)

    def deed() -> None:
        prepare(
            revision=revision,
            kind=RunKind.DRILL,
            parameters={"nm": "x; rm y"},
            by=world.person("operator"),
            at=world.verbs.at,
        )

    return world.refused("invalid", deed)


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(10, "The overwrite is taken back after bookings are let in again", _late_undo),
    Attempt(10, "A later step, a mismatch and an abort lead into a closed rollback", _late_doors),
    Attempt(11, "A second run unlocks the overwrite of the same database", _second_restore),
    Attempt(11, "A server is registered twice, for two runs to overwrite it", _registered_twice),
    Attempt(12, "A blank line or a title in capitals frees a text that is locked", _walk_round),
    Attempt(12, "A breath and another title free a text that is locked", _walk_round_once_more),
    Attempt(12, "A value brings a second command into a block for PowerShell", _raw_value),
)
