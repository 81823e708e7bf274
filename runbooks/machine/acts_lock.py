"""What the moves before an irreversible act cause: the team check, and laying its command open."""

from __future__ import annotations

from inventory.identifiers import plain
from runbooks.enums import Caught, Move, ParameterType
from runbooks.machine.interlocks.identify import names
from runbooks.machine.requests import Malformed, NewEvent, Outcome, Refusal, Request, index_of
from runbooks.machine.state import RunState
from runbooks.procedure.irreversible import act_of, deletes, target_of
from runbooks.procedure.model import Guard


def _confirm(state: RunState, request: Request) -> Outcome:
    role = state.people[request.by].value
    return (NewEvent("team_check.confirmed", {"step": request.step, "role": role}),)


def _unlock(state: RunState, request: Request) -> Outcome:
    index = index_of(request)
    guard = state.step(index).guard
    name, does = target_of(guard), "deletes" if deletes(guard) else "writes into"
    facts = state.facts[name]
    target = facts.value
    said = request.text("name")
    if not said:
        return Malformed({"name": f"Type the name of what is {_past(guard)}."})
    if not names(said, facts):
        return Refusal(
            "wrong_name",
            f"You typed {said}; this step {does} {target}.",
            "Stop. Look once more at what this run was prepared for, and say aloud what is"
            f" {_past(guard)}.",
            guard=act_of(guard),
            counts=True,
            caught=Caught.TARGET if _is_another(state, name, said) else "",
        )
    return (NewEvent("step.unlocked", {"step": index, "name": target}),)


def _past(guard: Guard) -> str:
    return "deleted" if deletes(guard) else "overwritten"


def _is_another(state: RunState, target: str, said: str) -> bool:
    """Whether what was typed for the parameter `target` names another thing that the run knows: an
    instance or copy that was chosen, its host, or a copy made or read here. Else it is a slip."""
    own = plain(state.facts[target].fields.get("host", ""))
    kinds = {ParameterType.INSTANCE, ParameterType.COPY}
    named = (spec.name for spec in state.procedure.parameters if spec.type in kinds)
    others = [state.facts[name] for name in named if name in state.facts and name != target]
    hosts = {plain(facts.fields.get("host", "")) for facts in others} - {own, ""}
    copies = {plain(copy.name) for copy in state.stated.copies}
    return plain(said) in hosts | copies or any(names(said, facts) for facts in others)


ACTS = {Move.CONFIRM_TEAM_CHECK: _confirm, Move.UNLOCK: _unlock}
