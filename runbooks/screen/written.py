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


def written(state: RunState, step: Step, *, brief: bool) -> tuple[tuple[str, str], ...]:
    """Label and value of what was written at the step `told`, in the order in which it was asked
    for; `brief`: no more than tells the steps apart."""
    progress = state.steps[step.index]
    if not progress.values:
        return ()
    specs = {spec.name: spec for spec in interlocks.asks(state, step.index)}
    order = {name: place for place, name in enumerate(specs)}
    lines = []
    masked = sum(is_masked(name) for name in progress.values)
    if masked:
        fit = "as in the inventory" if fits(state, step.index) else "not as in the inventory"
        lines.append(("Two identifiers" if masked > 1 else "One identifier", fit))
    for name, value in sorted(
        progress.values.items(), key=lambda item: order.get(item[0], len(order))
    ):
        if is_masked(name) or (brief and not _said(name)):
            continue
        spec = guard_value(name) if "." in name else specs.get(name) or guard_value(name)
        lines.append((spec.label or name, show_value(spec, value)))
        theirs = progress.verified_values.get(name)
        if theirs is not None and theirs != value:
            lines.append(("the second person measured", show_value(spec, theirs)))
    return tuple(lines)
