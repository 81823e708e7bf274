"""Events about people and gates in words: a piece of `runbooks.log.words.events`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbooks.enums import RunRole
from runbooks.machine.statements import IN_DOUBT, NOTHING_TO_KEEP

Data = Mapping[str, Any]


def asked(data: Data, step: str) -> str:
    """An override that was asked for; `step` is its step in words, '' for the run as a whole."""
    return f"asked to override {_gate(data, step)}: {data['reason']}"


def overridden(data: Data, step: str) -> str:
    """A gate that was passed without its condition."""
    return f"OVERRODE {_gate(data, step)}: {data['reason']}"


def released(data: Data, step: str) -> str:
    """A step that may go on, and what the decider signed for with that."""
    basis, about = data.get("loss_until_is"), data.get("loss")
    if basis == NOTHING_TO_KEEP:
        signed = f", signing that there is nothing to keep ({about}), because"
    elif basis == IN_DOUBT:
        signed = f", signing that a copy is good all the same ({about}), because"
    else:
        signed = f", signing for the loss ({about})" if about else ""
    return f"released {step}{signed}: {data['reason']}"


def fitness(data: Data) -> str:
    """What somebody said of their own state."""
    said = [f"awake for {data['hours_awake']} h", "alone" if data["alone"] else "not alone"]
    said += [f"local time {data['local_time']}"] if data["local_time"] else []
    return "said: " + ", ".join(said)


def proposed(data: Data) -> str:
    """Somebody is to take a role from who is gone."""
    return f"proposed {data['to_name']} as {data['role']} instead of who is gone: {data['reason']}"


def confirmed(data: Data) -> str:
    """A second person agreed."""
    if data["role"] == RunRole.DECIDER:
        return f"took the role of decider after reading back step {data['read_back']}"
    return f"confirmed that {data['to_name']} takes over as operator"


def withdrawn(data: Data) -> str:
    """The proposal was taken back by others, or objected to by who was to be replaced."""
    said = "objected to being replaced" if data["objects"] else "withdrew the replacement"
    of = "as" if data["objects"] else "of the"
    return f"{said} {of} {data['role']}" + (f": {data['reason']}" if data["reason"] else "")


def host(data: Data) -> str:
    """On whose screen somebody signed; '' for their own."""
    told = data.get("on_screen_of")
    return f", on the screen of {told['name']}" if told else ""


def _gate(data: Data, step: str) -> str:
    """The gate by its label, and where it stands."""
    return f"“{data.get('label', data['gate'])}” of {step or 'the run as a whole'}"
