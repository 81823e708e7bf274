"""Events about people and gates in words: a piece of `runbooks.words`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Data = Mapping[str, Any]


def asked(data: Data, step: str) -> str:
    """An override that was asked for; `step` is its step in words, '' for the run as a whole."""
    return f"asked to override {_gate(data, step)}: {data['reason']}"


def overridden(data: Data, step: str) -> str:
    """A gate that was passed without its condition."""
    return f"OVERRODE {_gate(data, step)}: {data['reason']}"


def fitness(data: Data) -> str:
    """What somebody said of their own state."""
    said = [f"awake for {data['hours_awake']} h", "alone" if data["alone"] else "not alone"]
    said += [f"local time {data['local_time']}"] if data["local_time"] else []
    return "said: " + ", ".join(said)


def host(data: Data) -> str:
    """On whose screen somebody signed; '' for their own."""
    told = data.get("on_screen_of")
    return f", on the screen of {told['name']}" if told else ""


def _gate(data: Data, step: str) -> str:
    """The gate by its label, and where it stands."""
    return f"“{data.get('label', data['gate'])}” of {step or 'the run as a whole'}"
