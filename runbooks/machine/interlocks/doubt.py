"""A copy that may not hold what it should: what nobody accepts, and what the decider signs for.

`inventory.plausibility` says what is certain and what is likely. A run is told the sizes of earlier
copies when it is prepared (the field `earlier_sizes` of a parameter), and at a step that measures a
copy those of now, by which the register will judge it (`Outside.sizes`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from inventory import plausibility
from lib.units import sizes
from runbooks.enums import Caught, Purpose
from runbooks.machine.interlocks.interlock import Interlock, Signature, Wrong, utc
from runbooks.machine.requests import Gate
from runbooks.machine.state import ParameterFacts, RunState
from runbooks.machine.statements import IN_DOUBT, KnownCopy
from runbooks.procedure.guards.demand import Demand


@dataclass(frozen=True)
class Measured:
    """A copy as a step measured it: its bytes (None: not known), and what it is compared with."""

    name: str
    size: int | None
    kind: str
    earlier: tuple[plausibility.Earlier, ...]

    @property
    def doubt(self) -> str:
        """Why it may not be whole; '' when nothing says so."""
        return plausibility.far_below(self.size, self.kind, self.earlier)

    @property
    def compared(self) -> str:
        """With what its size was compared."""
        return plausibility.compared(self.size, self.kind, self.earlier)


def measured(state: RunState, parameter: str, name: str, size: int | None, kind: str) -> Measured:
    """The copy `name`, of what was chosen for `parameter`, compared with the earlier ones."""
    facts = state.facts.get(parameter) or ParameterFacts(parameter)
    then = facts.fields.get("earlier_sizes", "")
    earlier = plausibility.read(state.outside.sizes.get(parameter, then))
    return Measured(name, size, kind, earlier)


def impossible(copy: Measured, sha256: str) -> Wrong | None:
    """What is wrong with a copy that has this SHA-256 ('': not known), whatever anybody says."""
    against = plausibility.contradiction(copy.size, sha256)
    nothing = against or plausibility.holds_nothing(copy.size, sha256)
    if not nothing:
        return None
    usual = plausibility.earlier_words(copy.kind, copy.earlier)
    return Wrong(" ".join(part for part in (nothing, usual) if part), caught=Caught.COPY)


@dataclass(frozen=True)
class SameBytes:
    """Another copy with the SHA-256 of a new one; its newest record and size, None: not known.
    `of` and `purpose` are those of a copy that this run made or read."""

    name: str
    data_as_of: datetime | None
    size: int | None
    of: str = ""
    purpose: str = ""


def same_bytes(state: RunState, index: int, sha256: str) -> Iterator[SameBytes]:
    """What this run knows under the same SHA-256: the copies that were chosen, with the newest
    record that was read in them here, and those that other steps than `index` made or read."""
    if not sha256:
        return
    read = {copy.of: copy.data_as_of for copy in state.stated.copies if _is_original(copy)}
    for name, facts in state.facts.items():
        if facts.fields.get("sha256") == sha256:
            as_of, size = facts.fields.get("data_as_of"), facts.fields.get("size")
            dated = datetime.fromisoformat(as_of) if as_of else None
            yield SameBytes(facts.value, read.get(name, dated), int(size) if size else None)
    for copy in state.stated.copies:
        if copy.sha256 == sha256 and copy.step != index:
            about = copy.of, copy.purpose
            yield SameBytes(copy.name, copy.data_as_of, copy.size, *about)


def other_data(
    others: Iterator[SameBytes], size: int | None, data_as_of: datetime | None
) -> Wrong | None:
    """What is wrong with a new copy when one of the `others` has its SHA-256, and another size or
    another newest record."""
    for other in others:
        if size is not None and other.size is not None and not sizes.same(size, other.size):
            unlike = f"and {other.size} bytes; a file of {size} bytes cannot have it."
        elif _apart(data_as_of, other.data_as_of):
            assert other.data_as_of is not None  # noqa: S101 - it is apart from something
            unlike = f"whose newest record is of {utc(other.data_as_of)}: it is the same file."
        else:
            continue
        return Wrong(
            f"This is the SHA-256 of {other.name}, {unlike} Measure the new copy itself, where it"
            " lies.",
            caught=Caught.COPY,
        )
    return None


def gates(lock: Interlock[Demand], copy: Measured, doubt: str) -> tuple[Gate, ...]:
    """Whether `copy` is whole, as far as its size says: open where nothing puts it in doubt, else
    once the decider has signed for the `doubt`."""
    if not doubt:
        label = f"Size of {copy.name}: {copy.compared}"
        return (lock.gate("doubt_accepted", label, True, ""),)
    how = (
        "Measure it again. If it is so, keep what you measured without ticking; then the decider"
        " releases the step with the reason why it is good all the same, and so signs for it. Or"
        " make or choose another copy."
    )
    label = f"{copy.name} is in doubt: {doubt.rstrip('.')}"
    return (lock.gate("doubt_accepted", label, bool(accepted(lock.state, copy, doubt)), how),)


def signature(state: RunState, copy: Measured, doubt: str) -> Signature | None:
    """What the decider signs for who accepts the `doubt`; None without one, or once it is done."""
    if not doubt or accepted(state, copy, doubt):
        return None
    return Signature(_text(copy, doubt), None, None, IN_DOUBT)


def accepted(state: RunState, copy: Measured, doubt: str) -> str:
    """Why the decider accepted this very `doubt` about the copy, at a step that was not begun
    again since; ''. What was found is signed for; that a copy more is good since, with which it is
    compared, changes nothing."""
    return next(
        (
            signed.reason
            for signed in reversed(state.signed)
            if signed.basis == IN_DOUBT
            and _found(signed.text) == _found(_text(copy, doubt))
            and signed.attempt == state.steps[signed.step].attempt
        ),
        "",
    )


def whole(values: Mapping[str, str], name: str) -> int | None:
    """The bytes that were typed under `name`."""
    return int(values[name]) if values.get(name) else None


def _text(copy: Measured, doubt: str) -> str:
    return f"{copy.name} is in doubt: {doubt.rstrip('.')}"


def _found(text: str) -> str:
    """Of a doubt, what was found: not with what its size was compared."""
    return text.partition(plausibility.LESS)[0]


def _is_original(copy: KnownCopy) -> bool:
    """Whether this is a chosen copy whose newest record was read."""
    return copy.purpose == Purpose.ORIGINAL and copy.data_as_of is not None


def _apart(a: datetime | None, b: datetime | None) -> bool:
    return a is not None and b is not None and abs(a - b) >= plausibility.SAME_MOMENT
