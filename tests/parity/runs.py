"""Verbs on runs, both ways: every move, and what refuses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from runbooks.enums import RunRole
from runbooks.machine.move import ANYBODY, Move
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.branches import Diagnose, Reopen, ReportMismatch, Undo
from runbooks.machine.moves.copies import AnswerCopies, AskCopies
from runbooks.machine.moves.fitness import StateFitness
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.log import Attach, LateEntry, Note, StrikeOut
from runbooks.machine.moves.overrides import AskOverride, UseOverride, WithdrawOverride
from runbooks.machine.moves.replacement import (
    ConfirmReplacement,
    ProposeReplacement,
    WithdrawReplacement,
)
from runbooks.machine.moves.roles import ReleaseRole, TakeRole
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.machine.moves.second_person import Countersign, Object
from runbooks.machine.moves.steps import BeginStep, Decide, NotApplicable, Record, Release, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck
from tests.factories.library import approved
from tests.factories.story import SHEET, Story, story
from tests.parity.shape import Api, Case, Cast, Form
from tests.runbooks import texts

KEY = "parity"
Stage = Callable[[Cast], Story]
Told = Callable[[Story], dict[str, Any]]


def _verb(move: type[Move]) -> str:
    """The verb by its full name."""
    return f"runbooks.moves.{move.kind}"


#: Taken by whoever has the right; a role in the run is not asked for.
OPEN_TO_ALL = {_verb(move) for move in MOVES if move.rule.roles == ANYBODY}


def under_way(*deeds: tuple[type[Move], str, dict[str, Any]], source: bytes = SHEET) -> Stage:
    """A run of `source` that is under way, after `deeds`: move, by whom, with what."""

    def stage(cast: Cast) -> Story:
        run = story(dict(cast.people), cast.at, source=source).start()
        for move, who, sent in deeds:
            run.do(move, who, **sent)
        return run

    return stage


def briefed(cast: Cast) -> Story:
    """A run in its briefing, with a decider."""
    run = story(dict(cast.people), cast.at)
    run.do(TakeRole, "decider", role=RunRole.DECIDER)
    return run


def manned(cast: Cast) -> Story:
    """A run in its briefing, with all who are needed."""
    run = briefed(cast)
    for who in ("operator", "verifier"):
        run.do(TakeRole, who, role=RunRole(who))
    return run


def offered(cast: Cast) -> Story:
    """A run that is being handed over to the relief."""
    run = under_way()(cast)
    run.do(HandOver, "operator", to=cast["relief"].pk, **WORDS)
    return run


def deserted(cast: Cast) -> Story:
    """A run whose operator is gone: the decider proposes the relief."""
    run = under_way()(cast)
    to = {"role": RunRole.OPERATOR, "to": cast["relief"].pk}
    run.do(ProposeReplacement, "decider", **to, reason="No answer.")
    return run


WORDS = {"position": "Step 1", "running": "nothing", "next_step": "1", "worries": "nothing"}
ENTRIES = {"values": {"entries": "48211"}}
TICKED = (Tick, "operator", {"step": 0, **ENTRIES})
AGREED = (TICKED, (Countersign, "verifier", {"step": 0, **ENTRIES}))
BAD = (ReportMismatch, "operator", {"step": 0, "observed": "One row too many."})
FOUND = (Diagnose, "operator", {"step": 0, "finding": "A job wrote it."})
FIRST = (Tick, "operator", {"step": 0})
SECOND = (Tick, "operator", {"step": 1})
THIRD = (Tick, "operator", {"step": 2})
THERE = (BeginStep, "operator", {"step": 0})
NOTED = (Note, "operator", {"text": "A slip."})


def move_case(
    move: type[Move],
    stage: Stage,
    given: Mapping[str, Any] | Told | None = None,
    *,
    by: str = "operator",
    typed: Mapping[str, Any] | None = None,
    stranger: str | None = None,
    code: str = "",
    why: str = "",
) -> Case:
    """A move with `given` as JSON; `typed` is what a form says otherwise. Both tell the sequence of
    the staged run, unless `given` names another."""

    def sent(run: Story) -> dict[str, Any]:
        data = given(run) if callable(given) else dict(given or {})
        return {"seen": run.state.sequence, **data}

    def form(run: Story) -> Form:
        data = {**_typed(sent(run)), **(typed or {}), "key": KEY}
        return Form(f"/runs/{run.run.pk}/{move.kind}/", data)

    def api(run: Story) -> Api:
        path = f"/api/v1/runs/{run.run.pk}/moves/{move.kind}/"
        return Api("POST", path, sent(run), multipart=move is Attach, key=KEY)

    return Case(_verb(move), stage, form, api, by=by, stranger=stranger, code=code, why=why)


def asked(gate: str = "released") -> Stage:
    """A run in which the override of `gate` at the first step was asked for, minutes ago."""

    def stage(cast: Cast) -> Story:
        early = cast.at - timedelta(minutes=10)
        run = story(dict(cast.people), early, source=texts.HOLD).start()
        run.do(AskOverride, "operator", step=0, gate=gate, reason="Alone.")
        return run

    return stage


def _typed(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The same as a form's fields."""
    values = {f"value_{name}": value for name, value in sent.get("values", {}).items()}
    rest = {name: value for name, value in sent.items() if name != "values" and value is not False}
    return {**{name: "on" if v is True else v for name, v in rest.items()}, **values}


def _listing(run: Story) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("listing.txt", b"48211 entries"), "step": 0}


def _to_decider(run: Story) -> dict[str, Any]:
    return {"to": run.people["decider"].pk, **WORDS}


def _relief_for_the_operator(run: Story) -> dict[str, Any]:
    return {"role": "operator", "to": run.people["relief"].pk, "reason": "No answer."}


def _to_myself(run: Story) -> dict[str, Any]:
    return {"to": run.people["operator"].pk}


def _last_line(run: Story) -> dict[str, Any]:
    return {"sequence": run.state.sequence, "reason": "It speaks of another run."}


WHEN = "2026-03-04T03:00:00Z"
MADE = (
    move_case(TakeRole, briefed, {"role": "operator"}, stranger="viewer"),
    move_case(ReleaseRole, manned, by="decider"),
    move_case(Start, manned, {"acknowledged": True, "conditions": True}),
    move_case(BeginStep, under_way(), {"step": 0}),
    move_case(Record, under_way(), {"step": 0, **ENTRIES}),
    move_case(Tick, under_way(), {"step": 0, **ENTRIES}),
    move_case(Countersign, under_way(TICKED), {"step": 0, **ENTRIES}, by="verifier"),
    move_case(Object, under_way(TICKED), {"step": 0, "reason": "Another host."}, by="verifier"),
    move_case(NotApplicable, under_way(source=texts.OPTIONAL), {"step": 0, "reason": "Empty."}),
    move_case(ReportMismatch, under_way(), {"step": 0, "observed": "One row too many."}),
    move_case(
        Diagnose,
        under_way(BAD, source=texts.MISMATCH),
        {"step": 0, "finding": "A job wrote it.", "lead": True},
    ),
    move_case(Reopen, under_way(BAD, FOUND, source=texts.MISMATCH), {"step": 0}),
    move_case(Undo, under_way(FIRST, SECOND, source=texts.ABORT), {"step": 1, "reason": "Wrong."}),
    move_case(Hold, under_way(), by="verifier"),
    move_case(Resume, under_way((Hold, "decider", {})), {"read_back": "none", "comment": "Seen."}),
    move_case(HandOver, under_way(), _to_decider),
    move_case(HandOver, offered, _to_myself, why="withdrawn"),
    move_case(AcceptHandOver, offered, {"read_back": "none"}, by="relief", stranger="viewer"),
    move_case(ProposeReplacement, under_way(), _relief_for_the_operator, by="decider"),
    move_case(ConfirmReplacement, deserted, by="verifier", stranger="viewer"),
    move_case(WithdrawReplacement, deserted, {"reason": "I am here."}),
    move_case(ConfirmTeamCheck, under_way(source=texts.TEAM_CHECK), {"step": 0}, by="verifier"),
    move_case(Release, under_way(source=texts.HOLD), {"step": 0, "reason": "Read."}, by="decider"),
    move_case(Resume, under_way((Hold, "decider", {})), {"read_back": "none", "comment": "Seen."}),
    move_case(HandOver, under_way(), _to_decider),
    move_case(HandOver, offered, _to_myself, why="withdrawn"),
    move_case(AcceptHandOver, offered, {"read_back": "none"}, by="relief", stranger="viewer"),
    move_case(ProposeReplacement, under_way(), _relief_for_the_operator, by="decider"),
    move_case(ConfirmReplacement, deserted, by="verifier", stranger="viewer"),
    move_case(WithdrawReplacement, deserted, {"reason": "I am here."}),
    move_case(ConfirmTeamCheck, under_way(source=texts.TEAM_CHECK), {"step": 0}, by="verifier"),
    move_case(Release, under_way(source=texts.HOLD), {"step": 0, "reason": "Read."}, by="decider"),
    move_case(
        Decide,
        under_way(source=texts.BRANCHES),
        {"step": 0, "answer": "left", "reason": "It opens."},
    ),
    move_case(Note, under_way(), {"text": "All is well.", "step": 0}),
    move_case(Attach, under_way(), _listing),
    move_case(LateEntry, under_way(), {"performed_at": WHEN, "text": "Stopped the jobs."}),
    move_case(StrikeOut, under_way(NOTED), _last_line),
    move_case(
        AskOverride,
        under_way(source=texts.HOLD),
        {"step": 0, "gate": "released", "reason": "The decider is on a plane."},
    ),
    move_case(WithdrawOverride, asked(), {"step": 0, "gate": "released"}),
    move_case(UseOverride, asked(), {"step": 0, "gate": "released"}),
    move_case(StateFitness, under_way(), {"hours_awake": 17, "local_time": "03:40"}),
    move_case(AskCopies, under_way(), {"text": "The ledger of today."}, by="verifier"),
    move_case(
        AnswerCopies,
        under_way((AskCopies, "operator", {})),
        {"holds": True, "text": "My database of this morning."},
        typed={"holds": "yes"},
        by="viewer",
    ),
    move_case(Abort, under_way(source=texts.PLAIN), {"reason": "The primary is back."}),
    move_case(
        Abort,
        under_way(source=texts.PLAIN),
        {"reason": "It was the copy of Monday.", "deviation": "wrong-copy"},
        why="gone wrong",
    ),
    move_case(Complete, under_way(FIRST, SECOND, THIRD, source=texts.PLAIN), {"summary": "Done."}),
)


def _by_nobody_in_the_run() -> Iterator[Case]:
    """The same moves by somebody who may operate runs and has no role in this one."""
    for case in MADE:
        if case.verb not in OPEN_TO_ALL and not case.why:
            yield Case(
                case.verb, case.stage, case.form, case.api, by="relief", stranger=None,
                code="not_in_run", why="by nobody in the run",
            )  # fmt: skip


REFUSED = (
    move_case(AnswerCopies, under_way(), {"holds": False, "text": ""}, typed={"holds": "no"},
              code="copies_not_asked"),
    move_case(UseOverride, under_way(source=texts.HOLD), {"step": 0, "gate": "released"},
              code="not_asked"),
    move_case(StateFitness, under_way(), {"hours_awake": 99}, code="invalid"),
    move_case(Countersign, under_way(THERE, source=texts.AT_ONCE),
              {"step": 0, "values": {}, "signer": "verifier", "password": "no such"},
              code="signature_wrong"),
    move_case(Tick, under_way(), {"step": 0, **ENTRIES}, by="verifier", code="wrong_role"),
    move_case(Tick, under_way(), {"step": 0, "values": {"entries": "many"}}, code="invalid"),
    move_case(Tick, under_way(), {"step": 0, "values": {}}, code="invalid", why="no value"),
    move_case(Tick, under_way(), {"step": 2, "values": {}}, code="out_of_order"),
    move_case(Tick, under_way(NOTED, TICKED), {"seen": 5, "step": 0, **ENTRIES}, code="stale"),
    move_case(Countersign, under_way(TICKED), {"step": 0, **ENTRIES}, code="own_step"),
    move_case(Tick, under_way(source=texts.HOLD), {"step": 0}, code="gate_released"),
    move_case(Undo, under_way(*AGREED), {"step": 0, "reason": "No."}, code="no_way_back"),
    move_case(Start, briefed, {"acknowledged": True, "conditions": True},
              by="decider", code="wrong_role"),
    move_case(TakeRole, manned, {"role": "operator"}, by="relief", code="role_taken"),
    move_case(Resume, under_way((Hold, "decider", {})), {"read_back": "7", "comment": ""},
              code="read_back_wrong"),
    move_case(Decide, under_way(source=texts.BRANCHES), {"step": 0, "answer": "up", "reason": "x"},
              code="invalid"),
    move_case(Note, under_way(), {"text": ""}, code="invalid"),
    move_case(LateEntry, under_way(), {"performed_at": "yesterday", "text": "x"}, code="invalid"),
    move_case(Abort, under_way(), {"reason": "No."}, by="verifier", code="wrong_role"),
    move_case(Complete, under_way(), {"summary": ""}, code="steps_left"),
)  # fmt: skip


def _kept(cast: Cast) -> Any:
    return approved(cast["author"], cast["approver"], cast.at, SHEET)


def _locked(cast: Cast) -> Any:
    """The text of a run that went wrong."""
    run = under_way()(cast)
    run.do(Abort, "operator", reason="The other server.", deviation="wrong-target")
    return run.run.revision


def _start_locked() -> Case:
    """A run that was prepared before its text was locked."""

    def stage(cast: Cast) -> Story:
        waiting = manned(cast)
        other = story(dict(cast.people), cast.at, revision=waiting.run.revision).start()
        other.do(Abort, "operator", reason="The other server.", deviation="wrong-target")
        return waiting

    sent = {"acknowledged": True, "conditions": True}
    return move_case(Start, stage, sent, code="locked")


def _prepared(code: str, kind: str, folder: str, stage: Any = _kept) -> Case:
    def form(revision: Any) -> Form:
        path = f"/runbooks/{revision.runbook.slug}/1/start/"
        return Form(path, {"kind": kind, "title": "", "key": KEY, "parameter_folder": folder})

    def api(revision: Any) -> Api:
        body = {
            "runbook": revision.runbook.slug,
            "revision": 1,
            "kind": kind,
            "parameters": {"folder": folder},
        }
        return Api("POST", "/api/v1/runs/", body, key=KEY)

    return Case("runbooks.runs.preparation.prepare", stage, form, api, code=code)


CASES = (
    _prepared("", "live", "/srv/vault"),
    _prepared("invalid", "live", "x" * 401),
    _prepared("locked", "live", "/srv/vault", _locked),
    _start_locked(),
    *MADE,
    *_by_nobody_in_the_run(),
    *REFUSED,
)
