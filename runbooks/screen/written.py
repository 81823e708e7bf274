"""What was written at a step, in words."""

from __future__ import annotations

from runbooks.log.words import guard_value, show_value
from runbooks.machine import interlocks
from runbooks.machine.interlocks.identify import fits
from runbooks.machine.state import RunState
from runbooks.procedure.guards import DEMANDS, is_masked
from runbooks.procedure.model import Step


def _said(name: str) -> bool:
    """Whether the folded line of a step says the value called `name`; all of it is in the log."""
    key, _, rest = name.partition(".")
    return key not in DEMANDS or rest in (DEMANDS[key].summary or (rest,))


def written(state: RunState, told: Step, *, brief: bool) -> tuple[tuple[str, str], ...]:
    """Label and value of what was written at the step `told`, in the order in which it was asked
    for; `brief`: no more than tells the steps apart."""
    step = state.steps[told.index]
    if not step.values:
        return ()
    specs = {spec.name: spec for spec in interlocks.asks(state, told.index)}
    order = {name: place for place, name in enumerate(specs)}
    found = []
    masked = sum(is_masked(name) for name in step.values)
    if masked:
        fit = "as in the inventory" if fits(state, told.index) else "not as in the inventory"
        found.append(("Two identifiers" if masked > 1 else "One identifier", fit))
    for name, value in sorted(step.values.items(), key=lambda one: order.get(one[0], len(order))):
        if is_masked(name) or (brief and not _said(name)):
            continue
        spec = guard_value(name) if "." in name else specs.get(name) or guard_value(name)
        found.append((spec.label or name, show_value(spec, value)))
        theirs = step.verified_values.get(name)
        if theirs is not None and theirs != value:
            found.append(("the second person measured", show_value(spec, theirs)))
    return tuple(found)
