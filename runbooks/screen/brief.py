"""What is read aloud on the run page before the start: which way, what is lost, who does what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runbooks.lint.rules import RULES
from runbooks.machine.interlocks.loss import LossVerdict, loss_with
from runbooks.machine.state import RunState
from runbooks.procedure.irreversible import deleted
from runbooks.screen import expected
from runbooks.screen.losses import lost_if_right
from runbooks.screen.rollbacks import of_acts, offered
from runbooks.screen.words import place_name


@dataclass(frozen=True)
class Brief:
    """`source` and `target` are what is read from and written into, '' where the runbook names
    none; `endangered`: it writes into production; `loss` what is lost if all goes well, against
    the RPO; `over`: more than was promised; `waived`: code, rule and reason of each waiver;
    `rollback`: what puts back what is overwritten or deleted, and until when;
    `deletes`: the target is deleted, and nothing takes its place."""

    source: str
    target: str
    endangered: bool
    loss: str
    over: bool
    waived: tuple[tuple[str, str, str], ...]
    asked: tuple[expected.RoleDuties, ...]
    rollback: tuple[str, ...]
    deletes: bool

    @property
    def direction(self) -> bool:
        return bool(self.source and self.target)


def brief(state: RunState, at: datetime) -> Brief:
    """The brief of a run at `at` (aware)."""
    procedure = state.procedure
    source = state.facts.get(procedure.read_from())
    target = state.facts.get(procedure.written_into())
    name, known = procedure.read_from(), bool(source and target)
    return Brief(
        source=place_name(source) if source else "",
        target=place_name(target, loud=True) if target else "",
        endangered=target is not None and target.fields.get("environment") == "production",
        loss=lost_if_right(state, name, at) if known else "",
        over=known and loss_with(state, name, at).state is LossVerdict.BEYOND,
        waived=tuple((code, _rule(code), reason) for code, reason in procedure.waive),
        asked=expected.parts(procedure),
        rollback=tuple(offered(section, state) for section in of_acts(state)),
        deletes=bool(deleted(procedure)),
    )


def _rule(code: str) -> str:
    """What the linter's rule of that code asks; '' when it has none."""
    return RULES[code].summary if code in RULES else ""
