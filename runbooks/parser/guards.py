"""One guard block of a step, from YAML to `Guard`."""

from __future__ import annotations

from runbooks.parser import yamltext
from runbooks.parser.guardkeys import ENFORCED, GUARD_KEYS, WITH_OPTIONAL
from runbooks.parser.readers import Context, group
from runbooks.parser.yamltext import Place, Value
from runbooks.procedure import Guard


def read_guard(source: str, place: Place, context: Context) -> Guard:
    """The guard that a block demands; what is wrong in it is found and left out.

    `place` is where the first line of the block's content stands in the runbook. Blocks must be
    read in ticking order: a value can be compared with those of earlier blocks.
    """
    value = yamltext.read(source, place, context.findings)
    if value is None:
        return Guard()
    got = group(value, "a guard block", GUARD_KEYS, context)
    if got is None:
        return Guard()
    if got.get("optional"):
        _check_alone(value, context)
    context.recorded.update({value.name: value.type for value in got.get("record", ())})
    now = {key: read for key, read in got.items() if key in ENFORCED}
    return Guard(**now, later={key: read for key, read in got.items() if key not in ENFORCED})


def _check_alone(value: Value, context: Context) -> None:
    others = [key for key, _ in value.pairs() or [] if key.text() not in WITH_OPTIONAL]
    for key in others:
        context.error(
            "optional",
            key,
            f"A step that demands `{key.text()}` can never be optional.",
            "Take out `optional: true`, or give the demand a step of its own.",
        )
