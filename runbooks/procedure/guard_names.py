"""What each guard watches over, in words for people who read about it outside of a run. Those that
interlocks enforce say it themselves; a test holds the others against the format."""

from __future__ import annotations

from runbooks.procedure.guards import DEMANDS

#: The key of what is refused by no guard but by the table of moves itself.
RULES = "rules"

#: What the guards demand that no interlock enforces, and what is refused without a guard.
_OTHERS = {
    "access": "what the account on FROM can do",
    "after": "what must be done after an overwrite",
    "begun": "the circle before the slash",
    "countersign": "the second person",
    "decide": "the decision at a branch",
    "duration": "the shortest sensible time",
    "fitness": "who is fit to go on",
    "hold": "the release by a named role",
    "override": "the way around a gate",
    "record": "the observed value",
    "role": "who performs the step",
    "signature": "the password before a signature",
}

NAMES: dict[str, str] = {
    RULES: "the rules of every run: order, roles, states",
    **dict(sorted({**_OTHERS, **{key: kind.name for key, kind in DEMANDS.items()}}.items())),
}

#: Gates that the table of moves keeps for a guard of the step, without naming it: gate → guard.
#: (`file` stands for all gates that wait for a file.)
OF_GATE: dict[str, str] = {
    "begun": "begun",
    "countersigned": "countersign",
    "file": "record",
    "released": "hold",
}


def guard_name(key: str) -> str:
    """The words for a guard's key. A key that a newer or an older version wrote names itself."""
    return NAMES.get(key, key)
