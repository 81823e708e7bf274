"""Events about copies, freezes, the incident and what follows a restore, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lib.times import stamp
from lib.units.sizes import words as size_words
from runbooks.enums import Purpose
from runbooks.log.words.kinds import Data, Kind


def _registered(data: Data) -> str:
    """A new copy: what for, where, how big, what is in it, how it was read back."""
    if data["purpose"] == Purpose.QUARANTINE:
        until = stamp(datetime.fromisoformat(data["delete_not_before"]))
        return (
            f"put away what was replaced as {data['name']}, at {data['place']};"
            f" not to be deleted before {until}"
        )
    return f"registered {data['name']} ({data['purpose']}), at {data['place']}{_content(data)}"


def _verified(data: Data) -> str:
    """The chosen copy was read, and what would be lost with it."""
    lost = f"; {data['loss']}" if data.get("loss") else ""
    return f"verified {data['name']}, at {data['place']}{_content(data)}{lost}"


def _deleted(data: Data) -> str:
    """What is gone: an instance, or a part of it."""
    return (
        f"deleted {data['part']} of {data['name']}" if data["part"] else f"deleted {data['name']}"
    )


def _rearmed(data: Data) -> str:
    """What was said to be on again."""
    return "re-armed: " + "; ".join(f"{what}: {said}" for what, said in data["what"].items())


def _compared(data: Data) -> str:
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
        f"good all the same: {data['accepted']}" if data.get("accepted") else "",
    ]
    said = ", ".join(part for part in told if part)
    return f" ({said})" if said else ""


def _asked(data: Data) -> str:
    said = f" {data['text']}" if data["text"] else ""
    return f"asked everybody: does anyone hold a newer copy?{said}"


def _answered(data: Data) -> str:
    said = "answered: I hold one" if data["holds"] else "answered: I hold none"
    return f"{said}. {data['text']}" if data["text"] else said


def _incident(data: Data) -> str:
    """What the run was told of the incident that it answers."""
    known = [
        f"{what} {stamp(datetime.fromisoformat(data[name]))}"
        for name, what in (("noticed", "noticed"), ("writes_stopped", "writes stopped"))
        if data[name]
    ]
    said = f"said that the run answers incident {data['incident']}, {data['title']}"
    closed = "; it is closed" if data["closed"] else ""
    return said + (f" ({', '.join(known)})" if known else "") + closed


def _kind(meaning: str, tell: Callable[[Data], str]) -> Kind:
    return Kind(meaning, lambda data, procedure: tell(data))


KINDS: dict[str, Kind] = {
    "incident.told": _kind(
        "What the incident that the run answers says of the last good write.", _incident
    ),
    "instance.frozen": _kind(
        "The writers of an instance were stopped.", lambda data: f"froze {data['name']}"
    ),
    "instance.thawed": _kind(
        "The writers of an instance were started.", lambda data: f"thawed {data['name']}"
    ),
    "instance.deleted": _kind(
        "An instance, or a part of it, was deleted; gone as a whole, it is decommissioned in the"
        " inventory now.",
        _deleted,
    ),
    "copy.registered": _kind(
        "A copy was made or put away; it is in the inventory now.", _registered
    ),
    "copy.verified": _kind("The chosen copy was read in this run.", _verified),
    "copies.asked": _kind("Everybody was asked for a newer copy.", _asked),
    "copies.answered": _kind("Somebody said whether they hold a copy.", _answered),
    "rearm.stated": _kind("What a restore stops was said to be on again.", _rearmed),
    "data.compared": _kind("The restored data is what the chosen copy promised.", _compared),
}
