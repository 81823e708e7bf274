"""Moves that pass a closed gate without its condition: ask, wait, use or withdraw."""

from __future__ import annotations

from dataclasses import dataclass, field

from runbooks.machine.entries import line, text, yes
from runbooks.machine.move import AT_WORK, BRIEFING, DECIDING, RUNNING, AnyPlaceMove, Rule


@dataclass(frozen=True, kw_only=True)
class GateMove(AnyPlaceMove):
    """A move on one gate of a step, or of the start."""

    rule = Rule(BRIEFING | RUNNING, DECIDING, AT_WORK, or_run=True)

    gate: str = field(
        metadata=line(
            hidden=True, described="`key` of the gate.", max_length=80, example="countersigned"
        )
    )


@dataclass(frozen=True, kw_only=True)
class AskOverride(GateMove):
    """Request to pass one gate of the step, or of the start, without its condition. The decider and
    the managers are paged at once."""

    kind = "ask_override"
    title, button = "Override this gate", "Ask for the override"
    first_events = frozenset({"override.asked"})

    reason: str = field(
        metadata=text(
            "Why can it not be opened in its own way?",
            empty="Say why it cannot be opened in its own way.",
            help="The decider and the managers are called now and read this. You can use it in two"
            " minutes.",
            example="The verifier is on a plane.",
        )
    )
    again: bool = field(
        default=False,
        metadata=yes(
            empty="Read what was overridden, then confirm that you need one more.",
            described="True when gates of this run were overridden before, and one more is needed.",
        ),
    )


@dataclass(frozen=True, kw_only=True)
class WithdrawOverride(GateMove):
    """Withdraw the override that was requested for the gate."""

    kind = "withdraw_override"
    title, button = "Withdraw", "Withdraw the override"
    first_events = frozenset({"override.withdrawn"})


@dataclass(frozen=True, kw_only=True)
class UseOverride(GateMove):
    """Pass the gate without its condition, two minutes after the same person requested it. The run
    is marked, and a review is opened."""

    kind = "override"
    title, button = "Use the override", "OVERRIDE this gate"
    first_events = frozenset({"gate.overridden"})
    signature = True
