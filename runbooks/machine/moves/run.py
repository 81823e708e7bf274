"""Moves on the run as a whole: start, abort, complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from runbooks.enums import Caught, Deviation, RunKind, RunRole, RunStatus
from runbooks.machine import rollback
from runbooks.machine.entries import choice, text, yes
from runbooks.machine.events.branches import SectionEntered
from runbooks.machine.events.run import RunAborted, RunCompleted, RunStarted, RunTurnedBack
from runbooks.machine.gates import missing_roles, overridden
from runbooks.machine.interlocks.after import missing
from runbooks.machine.move import (
    BRIEFING,
    DECIDING,
    NOT_ENDED,
    OPERATOR,
    RUNNING,
    Move,
    Request,
    Rule,
    prose,
)
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.state import RunState, current, in_section


@dataclass(frozen=True, kw_only=True)
class Start(Move):
    """Start the run: the brief was read, and the entry conditions hold. A live run does not start
    while its runbook is locked after a failure."""

    kind = "start"
    title, button = "Start", "Start the run"
    rule = Rule(BRIEFING, OPERATOR)
    first_events = frozenset({"run.started"})

    acknowledged: bool = field(
        metadata=yes(
            "I have read the purpose, the worst case and the abort rule.",
            empty="Read the purpose, the worst case and the abort rule first.",
            example=True,
        )
    )
    conditions: bool = field(
        default=True,
        metadata=yes(
            "Every entry condition holds.",
            empty="Every entry condition must hold before the start.",
            example=True,
        ),
    )
    access: str = field(
        default="",
        metadata=choice(
            choices=(("read", "only read it"), ("write", "write on it as well")),
            empty="Say what your account can do there.",
            described="`read` or `write`: what the account can do on what is read, in a run that"
            " copies out of production.",
            max_length=10,
        ),
    )

    @classmethod
    def waits_for(cls, state: RunState, index: int | None, at: datetime) -> Refusal | None:
        if state.outside.locked:
            return Refusal(
                "locked",
                state.outside.locked,
                "Abort this run. Change the runbook and have it approved, or ask an approver who"
                " did not operate the run that went wrong to waive it, with a reason.",
            )
        alone = overridden(state, None, "roles")
        missing = [r for r in missing_roles(state) if not (alone and r is not RunRole.OPERATOR)]
        if not missing:
            return None
        names = ", ".join(role.value for role in missing)
        return Refusal(
            "roles_missing",
            f"These roles are not taken yet: {names}.",
            "Each takes their role from their own screen; then start. Nobody comes? Ask for the"
            " override: it is loud, and takes two minutes.",
        )

    def decide(self, state: RunState, request: Request) -> Outcome:
        errors = {}
        if not self.acknowledged:
            errors["acknowledged"] = (
                "Read the purpose, the worst case and the abort rule, then say so."
            )
        if state.procedure.entry and not self.conditions:
            errors["conditions"] = "Every entry condition must hold before the start."
        access = self.access.strip()
        if state.procedure.copies_out and access not in {"read", "write"}:
            errors["access"] = (
                "Say what your account can do on what is read: read, or write as well."
            )
        if errors:
            return Malformed(errors)
        if state.procedure.copies_out and access == "write":
            return _write_access(state)
        return (RunStarted(conditions=tuple(state.procedure.entry), access=access),)


@dataclass(frozen=True, kw_only=True)
class Abort(Move):
    """End the run early, with a `reason`. Where the runbook names a rollback, the run enters it
    first. `deviation`: what went wrong, if something did."""

    kind = "abort"
    title, button = "Abort the run", "Abort the run"
    rule = Rule(NOT_ENDED, DECIDING, moving=False, of_every_step=True)
    first_events = frozenset({"run.turned_back", "run.aborted"})

    reason: str = field(
        metadata=text("Why", empty="Say why the run is aborted.", example="The primary came back.")
    )
    deviation: Deviation | None = field(
        default=None,
        metadata=choice(
            "Did something go wrong?",
            words=Deviation,
            choices=(
                (
                    Deviation.WRONG_TARGET,
                    "Wrong target: the wrong machine, database or place",
                ),
                (Deviation.WRONG_DIRECTION, "Wrong direction: from and into were confused"),
                (
                    Deviation.WRONG_COPY,
                    "Wrong copy: not the one that was meant, or not a good one",
                ),
                (Deviation.OTHER, "Something else went wrong"),
            ),
            help="A live run at the wrong target or in the wrong direction locks its runbook until"
            " it is changed, or until an approver waives it.",
            described="In what it went wrong, if it did.",
        ),
    )

    def decide(self, state: RunState, request: Request) -> Outcome:
        reason = prose(self.reason)
        if not reason:
            return Malformed({"reason": "Say why the run is aborted."})
        kind, step = self._gone_wrong(state)
        aside = state.procedure.on_abort
        way_back = in_section(state, aside) if aside and not rollback.closed(state, aside) else []
        if way_back and not state.turned_back and state.status is not RunStatus.BRIEFING:
            return (
                RunTurnedBack(reason=reason, deviation=kind, failed_step=step),
                SectionEntered(section=aside, why="abort"),
            )
        return (RunAborted(reason=reason, deviation=kind, failed_step=step),)

    def _gone_wrong(self, state: RunState) -> tuple[str, int | None]:
        """In what the run went wrong, and at which step (index): what is sent now; else what was
        said when the run turned back; else what was last found to be wrong in it. The step is the
        one where that was found, else where the run stands; it is recorded once."""
        known = state.stated.deviations
        kind = self.deviation or state.deviation or (known[-1].kind if known else "")
        if not kind:
            return "", None
        if kind == state.deviation:
            return kind, None
        steps = [each.step for each in known if each.kind == kind]
        return kind, steps[-1] if steps else current(state)


@dataclass(frozen=True, kw_only=True)
class Complete(Move):
    """Complete the run, when every step is finished."""

    kind = "complete"
    title, button = "Complete", "Complete the run"
    rule = Rule(RUNNING, OPERATOR, of_every_step=True)
    first_events = frozenset({"run.completed"})

    summary: str = field(
        default="",
        metadata=text(
            "Summary",
            rows=3,
            help="What was reached, what is left to do.",
            example="Every book is back.",
        ),
    )

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        now = current(state)
        if now is not None:
            return Refusal(
                "steps_left",
                f"Step {state.step(now).number} is not finished.",
                "Finish every step, or abort the run with a reason.",
            )
        if state.turned_back:
            return Refusal("turned_back", "The run was turned back.", "End it as aborted.")
        owed = () if overridden(state, None, "after") else missing(state)
        if owed:
            return Refusal(
                "after",
                "Data was overwritten in this run, and what follows a restore is not done yet:"
                f" {'; '.join(owed)}.",
                "Do it in steps of this runbook. If the runbook lacks them, do them, write them"
                " down as late entries, end the run with “Abort” and a reason, and mend the"
                " runbook.",
                guard="after",
            )
        return None

    def decide(self, state: RunState, request: Request) -> Outcome:
        return (RunCompleted(summary=self.summary.strip(), live=state.kind is RunKind.LIVE),)


def _write_access(state: RunState) -> Refusal:
    """A copy job needs no more than to read (M1 of the story; L02)."""
    name = state.facts[state.procedure.read_from()].value
    return Refusal(
        "write_access",
        f"This run only reads {name}, and your account can write on it.",
        "Ask for an account that can only read, and sign in to the database with that one.",
        guard="access",
        caught=Caught.ACCESS,
    )
