"""One guard block of a step, from YAML to `Guard`."""

from __future__ import annotations

from typing import cast

from runbooks.enums import CountersignTiming
from runbooks.procedure.guards import comparable
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.guards.demand import Act, Demand
from runbooks.procedure.model import Decision, Guard
from runbooks.procedure.parser import yamltext
from runbooks.procedure.parser.guardkeys import GUARD_KEYS, WITH_OPTIONAL, GuardKeys
from runbooks.procedure.parser.readers import Context, group
from runbooks.procedure.parser.yamltext import Value, YamlPlace

LONGEST_ANSWER = 200


def read_guard(source: str, place: YamlPlace, context: Context) -> Guard:
    """The guard that a block demands; what is wrong in it is found and left out.

    `place` is where the first line of the block's content stands in the runbook. Blocks must be
    read in ticking order: a value can be compared with those of earlier blocks.
    """
    value = yamltext.read(source, place, context.findings)
    if value is None:
        return Guard()
    every = group(value, "a guard block", GUARD_KEYS, context, dict[str, object])
    if every is None:
        return Guard()
    demands = tuple(read for read in every.values() if isinstance(read, Demand))
    plain = {key: read for key, read in every.items() if not isinstance(read, Demand)}
    got = cast("GuardKeys", plain)
    if got.get("optional"):
        _check_alone(value, context)
    if got.get("decide"):
        _check_decision(value, got["decide"], got.get("countersign"), context)
    acts = tuple(demand for demand in demands if isinstance(demand, Act))
    if acts:
        _check_act(value, acts, got.get("countersign"), context)
        got["countersign"] = CountersignTiming.BEFORE
    context.recorded.update({value.name: value.type for value in got.get("record", ())})
    for demand in demands:
        context.recorded.update(comparable(type(demand)))
    return Guard(**got, demands=demands)


def _check_alone(value: Value, context: Context) -> None:
    others = [key for key, _ in value.pairs() or [] if key.text() not in WITH_OPTIONAL]
    for key in others:
        context.error(
            "optional",
            key,
            f"A step that demands `{key.text()}` can never be optional.",
            "Take out `optional: true`, or give the demand a step of its own.",
        )


def _check_act(
    value: Value, acts: tuple[Act, ...], countersign: CountersignTiming | None, context: Context
) -> None:
    """One act a step. It implies `countersign: before`; to confirm it afterwards is too late."""
    at = {key.text(): key for key, _ in value.pairs() or []}
    if len(acts) > 1:
        context.error(
            "destroy",
            at["destroy"],
            "A step overwrites or deletes, not both.",
            "Keep `overwrite` where other data takes its place, and delete in a step of its own.",
        )
    if countersign is not CountersignTiming.AFTER:
        return
    instead = "Leave `countersign` out here, and measure again in a step of its own."
    if isinstance(acts[0], Overwrite):
        sentence = "What is overwritten is countersigned before, not after."
        context.error("overwrite", at["countersign"], sentence, instead)
    else:
        sentence = "What is deleted is countersigned before, not after."
        context.error("destroy", at["countersign"], sentence, instead)


def _check_decision(
    value: Value, decision: Decision, countersign: CountersignTiming | None, context: Context
) -> None:
    """An answer opens its branch at once: a confirmation afterwards would come too late."""
    at = {key.text(): key for key, _ in value.pairs() or []}
    if countersign is CountersignTiming.AFTER:
        context.error(
            "decide",
            at["countersign"],
            "A decision is never countersigned after it was taken.",
            "Write `countersign: before`, or measure in a step of its own before it.",
        )
    if any(len(answer) > LONGEST_ANSWER for answer, _ in decision.options):
        context.error(
            "decide",
            at["decide"],
            f"An answer has more than {LONGEST_ANSWER} characters.",
            "Say it in a few words; the reason is asked for.",
        )
