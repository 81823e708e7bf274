"""What people type and press where all is well: any run of the demonstration, step after step."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from demo.day.interface import StoryInterface, later, state_of
from runbooks.enums import CountersignTiming, RunRole, StepStatus, ValueType
from runbooks.machine import interlocks
from runbooks.machine.decide import allowed
from runbooks.machine.gates import gates, needs_begin
from runbooks.machine.interlocks.team_check import CONFIRMING
from runbooks.machine.move import Allowed, Move
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Decide, NotApplicable, Record, Release, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck, Unlock
from runbooks.machine.state import RunState, current, place
from runbooks.procedure.guards import DEMANDS
from runbooks.procedure.guards.acts import TeamCheck, Wait
from runbooks.procedure.guards.copies import Verify
from runbooks.procedure.guards.demand import Act
from runbooks.procedure.guards.target import Identify
from runbooks.procedure.irreversible import act_key, target_of
from runbooks.procedure.model import ValueSpec

PASSWORD = "countersign-demo"  # noqa: S105 - that of the demonstration, public by intent


@dataclass
class Crew:
    """Three people at one run. `reads` are values that are other than what fits by themselves: what
    the newest record is, say; by name, as text."""

    door: StoryInterface
    run: int
    reads: dict[str, str] = field(default_factory=dict)
    operator: str = "operator"

    @property
    def state(self) -> RunState:
        return state_of(self.run)

    @property
    def place(self) -> str:
        """What a read-back must say."""
        return place(self.state)

    def man(self, *roles: RunRole) -> None:
        """Each accepts a role from their own account."""
        for role in roles:
            self.press(role.value, TakeRole, role=role.value)

    def press(self, by: str, move: type[Move], step: int | None = None, **data: object) -> None:
        """One move of the person with the role `by`, a few seconds after the last."""
        later(self.door, 20)
        who = self.operator if by == "operator" else by
        about = {} if step is None else {"step": step}
        self.door.move(who, self.run, move, **about, **data)

    def step(self, words: str) -> int:
        """The index of the step whose title has these words."""
        return next(s.index for s in self.state.procedure.steps if words in s.title)

    def go_on(self, until: int | None = None) -> int:
        """Do step after step, while one is open or until `until` is; how many."""
        count = 0
        while (index := current(self.state)) is not None and index != until:
            self.do(index)
            count += 1
        return count

    def do(self, index: int) -> None:
        """One step, by everybody whom it needs."""
        state = self.state
        guard, role = state.step(index).guard, state.step(index).guard.role.value
        self.before(index)
        values = self.values(index)
        if guard.decide:
            answer = guard.decide.options[0][0]
            self.press(role, Decide, index, answer=answer, reason="As agreed.", values=values)
        elif guard.optional:
            self.press(role, NotApplicable, index, reason="Nobody is affected.")
        else:
            self.sign_for_the_loss(index, values)
            self.press(role, Tick, index, values=values)
        if guard.countersign is CountersignTiming.AFTER:
            other = "operator" if guard.role is RunRole.VERIFIER else "verifier"
            self.press(other, Countersign, index, values=values)

    def before(self, index: int) -> None:
        """All that a step waits for before its command is shown."""
        guard = self.state.step(index).guard
        role = guard.role.value
        if guard.hold:
            self.press(guard.hold.value, Release, index, reason="I have read it.")
        begun = self.state.steps[index].status is StepStatus.STARTED
        if needs_begin(self.state, index) and not begun:
            self.press(role, BeginStep, index)
        if act_key(guard):
            self.release_the_loss(index)
        if (TeamCheck, Act) in guard:
            self.agree(index)
        if guard.countersign is CountersignTiming.BEFORE:
            self.confirm(index)
        if act_key(guard):
            name = self.state.facts[target_of(guard)].value
            self.press(role, Unlock, index, name=name, password=PASSWORD)

    def agree(self, index: int) -> None:
        """Each whose word is missing in the team check says it."""
        for role in CONFIRMING:
            state = self.state
            holder = state.holder(role) or 0
            if Allowed(ConfirmTeamCheck, index) in allowed(state, holder, self.door.at):
                self.press(role.value, ConfirmTeamCheck, index)

    def confirm(self, index: int) -> None:
        """The second person, just before the act, with their own signature."""
        self.press("verifier", Countersign, index, password=PASSWORD)

    def sign_for_the_loss(self, index: int, values: dict[str, str]) -> None:
        """Where more would be lost than was promised, the decider signs before the tick."""
        if Verify not in self.state.step(index).guard:
            return
        self.press("operator", Record, index, values=values)
        self.release_the_loss(index)

    def release_the_loss(self, index: int) -> None:
        """The decider signs for what the step waits to be signed for, if it does."""
        closed = [gate.key for gate in gates(self.state, index, self.door.at) if not gate.open]
        if "loss_signed" in closed:
            self.press("decider", Release, index, reason="It is the best copy there is.")

    def values(self, index: int) -> dict[str, str]:
        """What is read at a step where all is well."""
        state = self.state
        return {
            spec.name: self.reads.get(spec.name) or self.reading(state, index, spec)
            for spec in interlocks.asks(state, index)
            if spec.type is not ValueType.FILE
        }

    def reading(self, state: RunState, index: int, spec: ValueSpec) -> str:
        """What fits `spec`, worked out of the run itself."""
        earlier = {name: value for step in state.steps for name, value in step.values.items()}
        if spec.equals:
            return spec.equals
        if spec.within:
            return earlier[spec.within.of]
        if "." in spec.name:
            return self.guarded(state, index, spec, earlier)
        if spec.type is ValueType.CHOICE:
            return spec.options[0]
        plain = {
            ValueType.DATETIME: f"{self.door.at - timedelta(minutes=1):%Y-%m-%d %H:%M:%S} UTC",
            ValueType.DURATION: "2h 10m",
            ValueType.BYTES: "48 MB",
            ValueType.SHA256: f"{self.digest(index)}  /srv/vault/ledger.dump",
            ValueType.NUMBER: "12",
            ValueType.TEXT: "16.2 (Debian 16.2-1)",
        }
        return plain[spec.type]

    def guarded(self, state: RunState, index: int, spec: ValueSpec, earlier: dict[str, str]) -> str:
        """What an interlock asks for."""
        key, _, word = spec.name.partition(".")
        demand = state.step(index).guard[DEMANDS[key]]
        facts = state.facts.get(demand.about or demand.written_into)
        if key == Identify.key:
            assert facts is not None  # noqa: S101 - it names an instance
            return facts.identifiers[0 if word == "first" else 1]
        month = self.door.at + timedelta(days=30)
        known = {
            "mark.read_back": state.stated.token,
            "direction.from": state.facts[demand.read_from].value if demand.read_from else "",
            "direction.into": facts.value if facts else "",
            "wait.first_line": f"{demand.expect[0]} ledger" if isinstance(demand, Wait) else "",
            "protect.original": facts.fields.get("sha256") or self.digest(index) if facts else "",
            "protect.duplicate": facts.fields.get("sha256") or self.digest(index) if facts else "",
            "verify.size": facts.fields.get("size") or "48117760" if facts else "",
            "verify.newest": facts.fields.get("data_as_of", "") if facts else "",
            "verify.how": "pg_restore --list, newest entry read",
            "copy.read_back": "pg_restore, read to its end",
            "copy.data_as_of": earlier.get("newest_found", ""),
            "compare.newest": earlier.get("verify.newest", ""),
            "quarantine.place": "a database of its own on db-prod-1, no connections",
            "quarantine.medium": "live database",
            "quarantine.delete_not_before": f"{month:%Y-%m-%d} 00:00 UTC",
        }
        return known.get(spec.name) or self.reading(state, index, self.undotted(spec))

    def digest(self, index: int) -> str:
        """The SHA-256 of the file that step `index` of this run writes: no two write the same."""
        return hashlib.sha256(f"{self.run}, {index}".encode()).hexdigest()

    def undotted(self, spec: ValueSpec) -> ValueSpec:
        """The same value, as if a runbook's author had asked for it."""
        return ValueSpec(spec.name.replace(".", "_"), spec.type, spec.label, options=spec.options)
