"""Events about copies, freezes and what follows a restore, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from inventory.quantities import size_words
from inventory.times import stamp
from runbooks.enums import Purpose

Data = Mapping[str, Any]


def registered(data: Data) -> str:
    """A new copy: what for, where, how big, what is in it, how it was read back."""
    if data["purpose"] == Purpose.QUARANTINE:
        until = stamp(datetime.fromisoformat(data["delete_not_before"]))
        return (
            f"put away what was replaced as {data['name']}, at {data['place']};"
            f" not to be deleted before {until}"
        )
    return f"registered {data['name']} ({data['purpose']}), at {data['place']}{_content(data)}"


def verified(data: Data) -> str:
    """The chosen copy was read, and what would be lost with it."""
    lost = f"; it is {data['loss']}" if data.get("loss") else ""
    return f"verified {data['name']}, at {data['place']}{_content(data)}{lost}"


def rearmed(data: Data) -> str:
    """What was said to be on again."""
    return "re-armed: " + "; ".join(f"{what}: {said}" for what, said in data["what"].items())


def compared(data: Data) -> str:
    """The restored data is what the copy promised."""
    newest = stamp(datetime.fromisoformat(data["newest"]))
    return f"compared the restored data with {data['name']}: newest record of {newest}, as promised"


def _content(data: Data) -> str:
    told = [
        size_words(data["size"]) if data["size"] is not None else "",
        f"SHA-256 {data['sha256'][:12]}…" if data["sha256"] else "",
        f"fingerprint {data['fingerprint']}" if data["fingerprint"] else "",
        f"newest record {stamp(datetime.fromisoformat(data['data_as_of']))}"
        if data["data_as_of"]
        else "",
        data["how"],
    ]
    said = ", ".join(part for part in told if part)
    return f" ({said})" if said else ""
