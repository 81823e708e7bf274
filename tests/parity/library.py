"""Verbs of the library, both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts import people
from accounts.enums import Role
from runbooks.enums import RunRole
from runbooks.library import revisions, waivers
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Abort, Start
from runbooks.models import Revision
from tests.factories.library import DESTROYING, PLAIN, approved, kept, waiving
from tests.factories.story import Story, story
from tests.parity.shape import Api, Case, Cast, Form

TEXT = PLAIN.decode()
NEXT = TEXT + "\n- [ ] Put the can away\n"
AT = "/api/v1/runbooks/water-the-plants/"
PAGE = "/runbooks/water-the-plants/"


def _nothing(cast: Cast) -> None:
    return None


def _first(cast: Cast) -> Revision:
    return kept(cast["author"], cast.at)


def _second(cast: Cast) -> Revision:
    first = _first(cast)
    return kept(cast["author"], cast.at, NEXT.encode(), runbook=first.runbook, seen=1)


def _approved(cast: Cast) -> Revision:
    return approved(cast["author"], cast["approver"], cast.at)


def _archived(cast: Cast) -> Revision:
    revision = _approved(cast)
    revisions.archive(revision.runbook, by=cast["approver"], at=cast.at)
    return revision


def _bad(cast: Cast) -> Revision:
    """A text with errors of the linter."""
    return kept(cast["author"], cast.at, DESTROYING)


def _waiving(cast: Cast) -> Revision:
    """The same, waived."""
    return kept(cast["author"], cast.at, waiving(DESTROYING))


def _codes(revision: Revision) -> list[str]:
    return [code for code, _ in revision.procedure["waive"]]


def _save(text: str, code: str = "", why: str = "") -> Case:
    """A new runbook."""
    return Case(
        "runbooks.library.revisions.save",
        by="author",
        stage=_first if why == "again" else _nothing,
        form=lambda _: Form("/runbooks/new/", {"source": text, "summary": "First."}),
        api=lambda _: Api("POST", "/api/v1/runbooks/", {"source": text, "summary": "First."}),
        code=code,
        why=why,
    )


def _next(text: str, stage: Any, code: str = "", why: str = "") -> Case:
    """The next revision of one, by a writer who started from the first."""
    sent = {"source": text, "summary": "More.", "seen": 1}
    return Case(
        "runbooks.library.revisions.save",
        by="author",
        stage=stage,
        form=lambda _: Form(f"{PAGE}edit/", sent),
        api=lambda _: Api("POST", f"{AT}revisions/", sent),
        code=code,
        why=why,
    )


def _act(verb: str, where: str, stage: Any, code: str = "") -> Case:
    return Case(
        f"runbooks.library.revisions.{verb}",
        by="approver",
        stage=stage,
        form=lambda _: Form(f"{PAGE}{where}{verb}/"),
        api=lambda _: Api("POST", f"{AT}{'revisions/' if where else ''}{where}{verb}/"),
        code=code,
    )


def _failed(deviation: str = "wrong-target", by: str = "operator") -> Callable[[Cast], Story]:
    """A run that went wrong at its first step."""

    def stage(cast: Cast) -> Story:
        run = story({**cast.people, "operator": cast[by]}, cast.at, source=PLAIN)
        run.do(TakeRole, "operator", role=RunRole.OPERATOR)
        run.do(Start, "operator", acknowledged=True, conditions=True)
        run.do(Abort, "operator", reason="The prompt was the other.", deviation=deviation)
        return run

    return stage


def _waived(cast: Cast) -> Story:
    run = _failed()(cast)
    waivers.waive(
        run.run.revision, run=run.run.pk, reason="Labelled.", by=cast["approver"], at=cast.at
    )
    return run


def _own(cast: Cast) -> Story:
    """The approver was the operator as well."""
    people.give_roles(
        cast["approver"], roles=[Role.RESPONDER, Role.APPROVER], by=cast["admin"], at=cast.at
    )
    return _failed(by="approver")(cast)


def _waive(stage: Any, code: str = "", reason: str = "The prompts carry labels now.") -> Case:
    def sent(run: Story) -> dict[str, Any]:
        return {"run": run.run.pk, "reason": reason}

    return Case(
        "runbooks.library.waivers.waive",
        by="approver",
        stage=stage,
        form=lambda run: Form(f"{PAGE}1/waive/", sent(run)),
        api=lambda run: Api("POST", f"{AT}revisions/1/waive/", sent(run)),
        code=code,
    )


def _approve(stage: Any, seen: int | None = None, code: str = "", why: str = "") -> Case:
    """By somebody who read the waivers up to the one numbered `seen`, or all."""
    return Case(
        "runbooks.library.revisions.approve",
        by="approver",
        stage=stage,
        form=lambda staged: Form(f"{PAGE}1/approve/", {"waivers_seen": _codes(staged)[:seen]}),
        api=lambda staged: Api(
            "POST", f"{AT}revisions/1/approve/", {"waivers_seen": _codes(staged)[:seen]}
        ),
        code=code,
        why=why,
    )


CASES = (
    _save(TEXT),
    _save("---\ntitle: [\n---\n\n- [ ] Do it\n", "invalid"),
    _save(TEXT, "invalid", "again"),
    _next(NEXT, _first, why="next"),
    _next(TEXT, _first, "unchanged"),
    _next(f"{NEXT}\n- [ ] And more\n", _second, "changed_meanwhile"),
    _next(NEXT, _archived, "archived"),
    _approve(_first),
    _approve(_approved, code="approved_already"),
    _approve(_bad, code="open_errors"),
    _approve(_waiving, seen=-1, code="waivers_unseen"),
    _approve(_waiving, why="with waivers"),
    _act("archive", "", _approved),
    _act("archive", "", _archived, "archived"),
    _act("unarchive", "", _archived),
    _act("unarchive", "", _approved, "not_archived"),
    _waive(_failed()),
    _waive(_failed(), "invalid", " "),
    _waive(_failed("other"), "not_locked"),
    _waive(_waived, "waived_already"),
    _waive(_own, "own_run"),
)
