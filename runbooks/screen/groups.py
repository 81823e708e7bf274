"""What a step asks for, in groups: one for each guard, under the question that it puts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runbooks.machine.state import RunState
from runbooks.screen.words import place_name

VALUE = "value_"


@dataclass(frozen=True)
class Group:
    """The fields of one guard: their question, a line of help, and `names`, as the form has
    them."""

    title: str
    help: str
    names: tuple[str, ...]


#: The question of each guard and how it is answered; `{thing}` is what the guard is about.
_QUESTIONS: dict[str, tuple[str, str]] = {
    "identify": (
        "Is this {thing}?",
        "Read both off the machine itself, not off this page, a prompt, a tab or a note."
        " What they should be is not shown on this page.",
    ),
    "mark": (
        "Mark {thing}, and read the mark back",
        "Put {token} where the step says, with the connection that you will write with;"
        " read it there again.",
    ),
    "direction": (
        "Which way?",
        "Say what you are about to do, from your own head: what is read, and what is written into.",
    ),
    "wait": (
        "Is it the right command?",
        "Paste the first line as soon as it is there; do not wait for the end.",
    ),
    "freeze": (
        "Has every writer of {thing} stopped?",
        "Count what can still write, on {thing} itself.",
    ),
    "thaw": ("Are the writers of {thing} back?", "Count them on {thing} itself."),
    "copy": (
        "The copy of {thing}",
        "READ FROM {thing}. Write what the copy itself says, read where it lies now.",
    ),
    "protect": (
        "The duplicate of {thing}",
        "READ FROM {thing}. Read both from the first byte to the last, now, each where it lies.",
    ),
    "verify": (
        "What is in {thing}?",
        "READ FROM {thing}. Open it with its own tool; its name and its date prove nothing.",
    ),
    "rearm": (
        "What is switched on again?",
        "Look at each of them. What this system does not have is “not used here”.",
    ),
    "quarantine": (
        "Where is what was replaced?",
        "Nobody deletes it before the day that you write here.",
    ),
    "compare": (
        "Is it the data of {thing}?",
        "Read the newest record in the restored data, with a query of your own.",
    ),
    "destroy": (
        "What will be deleted?",
        "Type its name. What you type here is deleted for everybody.",
    ),
    "overwrite": (
        "What will be overwritten?",
        "Type its name. What you type here is overwritten for everybody.",
    ),
}
#: Of a mark that was put there earlier in the run: nothing is put there again.
_AGAIN = (
    "Is this still {thing}?",
    "Read the mark of this run there once more, with the connection that you will write with.",
)
#: What is asked before the values that the step itself records: where one is, which way it goes.
_FIRST = ("identify", "mark", "direction", "wait")


def groups(state: RunState, index: int | None, names: Iterable[str]) -> tuple[Group, ...]:
    """The groups of the fields called `names` of a form about step `index`, in the order of the
    fields. Fields of no guard are in none."""
    if index is None:
        return ()
    found: dict[str, list[str]] = {}
    for name in names:
        key, _, rest = name.removeprefix(VALUE).partition(".")
        if rest and name.startswith(VALUE):
            found.setdefault(key, []).append(name)
    return tuple(_group(state, index, key, tuple(mine)) for key, mine in found.items())


def in_order(names: Iterable[str]) -> list[str]:
    """Names of fields in the order in which they are asked for."""

    def place(name: str) -> int:
        key, _, rest = name.removeprefix(VALUE).partition(".")
        return _FIRST.index(key) if rest and key in _FIRST else len(_FIRST)

    return sorted(names, key=place)


def thing(state: RunState, index: int, key: str) -> str:
    """What the guard `key` of step `index` is about, as people call it."""
    data = state.step(index).guard.locks.get(key, {})
    name = str(data.get("of") or data.get("target") or "")
    facts = state.facts.get(name)
    if facts is None:
        return name or "it"
    return place_name(facts) if facts.identifiers else facts.value


def _group(state: RunState, index: int, key: str, names: tuple[str, ...]) -> Group:
    title, help_text = _AGAIN if _marked(state, index, key) else _QUESTIONS.get(key, ("", ""))
    told = {"thing": thing(state, index, key), "token": state.stated.token}
    return Group(title.format(**told), help_text.format(**told), names)


def _marked(state: RunState, index: int, key: str) -> bool:
    """Whether the guard `key` of step `index` reads a mark that an earlier step put there."""
    if key != "mark":
        return False
    mine = state.step(index).guard.locks[key]
    return any(
        one.guard.locks.get(key) == mine and state.steps[one.index].done_at is not None
        for one in state.procedure.steps[:index]
    )
