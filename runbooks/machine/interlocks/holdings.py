"""What a run holds: which copies it read, where they lie, whose writers it stopped.

Pure readings of what was stated. "Good" is never a mark that somebody set: it is what this run
itself read, from the first byte to the last, in places that differ.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from inventory.identifiers import same_host
from runbooks.enums import Purpose, StepStatus
from runbooks.machine.state import RunState
from runbooks.machine.statements import KnownCopy, Thawed
from runbooks.procedure.guards.target import Freeze

_WORDS = re.compile(r"[^\s:/,;@()\[\]\\]+")


def good_copies(state: RunState, parameter: str) -> tuple[KnownCopy, ...]:
    """The copies of `parameter` that this run verified and that are one content in different
    places, the first of each place: the largest such set. Of a copy that was chosen, only what
    equals the content it was found with counts. One that was only registered is not among them,
    nor one of a step that was opened again, nor what was put away: nothing is restored from that.
    """
    read = [
        copy
        for copy in state.stated.copies
        if copy.of == parameter
        and _stands(state, copy)
        and copy.content
        and copy.purpose != Purpose.QUARANTINE
    ]
    chosen = (copy.content for copy in reversed(read) if copy.purpose == Purpose.ORIGINAL)
    original = next(chosen, "")
    contents = [original] if original else list(dict.fromkeys(copy.content for copy in read))
    sets = [_apart(copy for copy in read if copy.content == content) for content in contents]
    return max(sets, key=len, default=())


def safety_copy(state: RunState, parameter: str) -> KnownCopy | None:
    """The newest safety copy of the instance `parameter` that was made and read back in this run;
    None when there is none."""
    return next(
        (
            copy
            for copy in reversed(state.stated.copies)
            if (copy.of, copy.purpose) == (parameter, Purpose.SAFETY) and _stands(state, copy)
        ),
        None,
    )


def frozen(state: RunState, parameter: str) -> bool:
    """Whether the writers of the instance `parameter` were stopped in this run, and still are."""
    return parameter in state.stated.frozen and any(
        state.steps[step.index].status is StepStatus.DONE
        for step in state.procedure.steps
        if Freeze(parameter) in step.guard.demands
    )


def thawed(state: RunState, parameter: str) -> Thawed | None:
    """The last time that the writers of the instance `parameter` were let go in this run, whichever
    parameter named it; None when they were not."""
    facts = state.facts.get(parameter)
    times = [
        thaw
        for name, thaw in state.stated.thawed.items()
        if name == parameter or (facts is not None and state.facts.get(name) == facts)
    ]
    return max(times, key=lambda thaw: thaw.at, default=None)


def last_good(state: RunState, parameter: str) -> KnownCopy | None:
    """The only good copy of `parameter` that this run knows of; None for more, or none."""
    copies = good_copies(state, parameter)
    return copies[0] if len(copies) == 1 else None


def same_place(a: str, b: str) -> bool:
    """Whether two places, as people write them, are one: capitals, blanks, doubled and trailing
    slashes, `.` and `..` do not make a second place of the first. Nowhere is every place, because
    nobody can show that it is another."""
    first, second = _place(a), _place(b)
    return not first or not second or first == second


def on_host(place: str, host: str) -> bool:
    """Whether `place` names the machine `host`, with or without its domain."""
    wanted = host.strip().casefold()
    return bool(wanted) and any(same_host(word, wanted) for word in _WORDS.findall(place))


def _stands(state: RunState, copy: KnownCopy) -> bool:
    """Whether a copy was read in this run, in a step that is still done."""
    done = state.steps[copy.step].status is StepStatus.DONE
    return copy.verified_at is not None and done


def _apart(copies: Iterable[KnownCopy]) -> tuple[KnownCopy, ...]:
    apart: list[KnownCopy] = []
    for copy in copies:
        known = any(same_place(copy.place, other.place) for other in apart)
        listed = copy.copy is not None and any(copy.copy == other.copy for other in apart)
        if not (known or listed):
            apart.append(copy)
    return tuple(apart)


def _place(text: str) -> str:
    """A place without what spelling adds to it: the machine, then the path on it."""
    plain = re.sub(r"\s*([:/,])\s*", r"\1", " ".join(text.casefold().replace("\\", "/").split()))
    machine, slash, path = plain.removeprefix("file://").partition("/")
    path = posixpath.normpath(f"/{path.rstrip('.,;')}").lstrip("/") if slash else ""
    return f"{machine.strip(' .,:;')}/{path}".rstrip("/") or slash
