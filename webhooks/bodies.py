"""What is sent, as the exact text that is signed and kept: a Standard Webhooks payload, or a
message that Slack's incoming webhooks, and what imitates them, show in a channel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from itertools import accumulate

from lib.times import stamp
from webhooks.enums import Form
from webhooks.outgoing_events import OutgoingEvent

_LONGEST = 2_500  # of the sentence; a section takes 3,000 characters, entities counted


def body(form: Form, event: OutgoingEvent) -> str:
    """The body for an endpoint of `form`."""
    data = _message(event) if form is Form.SLACK else _payload(event)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _payload(event: OutgoingEvent) -> Mapping[str, object]:
    timestamp = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"type": event.kind, "timestamp": timestamp, "data": event.data}


def _message(event: OutgoingEvent) -> Mapping[str, object]:
    marks = ["LIVE, PRODUCTION"] if event.live_production else []
    marks += ["NEAR MISS"] if event.data.get("near_miss") else []
    sentence = escaped(f"{event.who} {event.sentence}")
    plain = ": ".join([*marks, escaped(event.about), sentence])
    head = " · ".join([*(f"*{mark}*" for mark in marks), f"<{event.url}|{escaped(event.about)}>"])
    foot = f"{escaped(event.kind)} · {stamp(event.at)}"
    return {
        "text": plain,  # what a notification shows, and a client that knows no blocks
        "blocks": [
            {"type": "section", "text": _marked(f"{head}\n{sentence}")},
            {"type": "context", "elements": [_marked(foot)]},
        ],
    }


def _marked(text: str) -> Mapping[str, object]:
    """`verbatim`: else Slack makes links of whatever looks like an address, a channel or a name."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def escaped(text: str) -> str:
    """`text` on one line, with no sign that Slack would read as a link or a mention of everybody;
    cut where the section is full, never inside an entity."""
    entities = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    signs = [entities.get(sign, sign) for sign in " ".join(text.split())]
    kept = [length <= _LONGEST for length in accumulate(map(len, signs))]
    return "".join(signs[: sum(kept)]) + ("" if all(kept) else "…")
