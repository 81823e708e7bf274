"""The page of the reference with kinds, times and limits of webhooks, made from the code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

from lib.units.durations import words
from webhooks import delivering, endpoints, kinds, parking, sending, targets
from webhooks.outgoing_events import EXAMPLE


def webhook_events_page() -> str:
    """The whole page, without its first line."""
    example = json.dumps(EXAMPLE, indent=2, ensure_ascii=False)
    parts = (
        "# Webhooks: kinds, times and limits",
        "What a request looks like, and what answers lead to: [Webhooks](webhooks.md).",
        "## An example",
        f"```json\n{example}\n```",
        "## Families",
        _table("family", "what it is about", kinds.FAMILIES.items()),
        "## Kinds",
        _table("kind", "what it means", kinds.MEANINGS.items()),
        f"`{kinds.TEST}` is what a test sends, whatever the endpoint wants.",
        "## Times and limits",
        _limits(),
    )
    return "\n\n".join(parts) + "\n"


def _table(name: str, meaning: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| `{word}` | {text} |" for word, text in rows]
    return "\n".join([f"| {name} | {meaning} |", "|---|---|", *lines])


def _limits() -> str:
    wait, pauses = sending.Patience(), delivering.PAUSES
    rest = f"{words(parking.FIRST_REST)}, doubled each time, at most {words(parking.LONGEST_REST)}"
    rows = {
        "name and connection": f"{wait.connect:g} s",
        "each read": f"{wait.read:g} s",
        "the whole exchange": f"{wait.total:g} s",
        "read of an answer": f"{sending.MOST_BYTES // 1024} kB",
        "kept of an answer": f"{sending.KEPT_CHARACTERS} characters",
        "an address": f"{targets.LONGEST} characters",
        "attempts": f"{len(pauses) + 1}, within {words(sum(pauses, timedelta()))}",
        "pauses between them": ", ".join(map(words, pauses)) + "; up to a tenth more",
        "a wished Retry-After": f"{words(pauses[0])} to {words(delivering.LONGEST_ASKED)}",
        "failures in a row before a rest": str(parking.PATIENCE),
        "a rest": rest,
        "parked at most": words(parking.TOO_OLD),
        "failing until it is switched off": words(delivering.ENDURANCE),
        "the old secret beside the new one": words(endpoints.OVERLAP),
        "delivered deliveries are kept": words(delivering.DELIVERED_KEPT),
        "other deliveries are kept": words(delivering.FAILED_KEPT),
    }
    lines = [f"| {limit} | {amount} |" for limit, amount in rows.items()]
    return "\n".join(["| what | how much |", "|---|---|", *lines])
