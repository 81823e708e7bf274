"""Moves as tests write them: by their kind, with what is sent as plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from runbooks.enums import Deviation, RunRole
from runbooks.machine.move import Move

#: What stands in a field that a page would send empty.
_EMPTY = {"str": "", "bool": None, "int": None}
BESIDE = ("seen", "key", "password", "signer", "file")


def filled(kind: type[Move], sent: Mapping[str, Any]) -> dict[str, Any]:
    """`sent` with the fields typed, and those that are left out empty."""
    words = dict(sent)
    for each in fields(kind):
        required = each.default is MISSING and each.default_factory is MISSING
        if required and each.type in _EMPTY and each.name != "step":
            words.setdefault(each.name, _EMPTY[str(each.type)])
    if "role" in words:
        words["role"] = RunRole(words["role"])
    if "deviation" in words:
        known = words["deviation"] in set(Deviation)
        words["deviation"] = Deviation(words["deviation"]) if known else words["deviation"] or None
    return words


def made(kind: type[Move], step: int | None = None, **sent: Any) -> Move:
    """The move; with what it takes and no more, where it is one of many kinds."""
    about = {"step": step} if "step" in kind.entries() else {}
    return kind(**filled(kind, {**about, **sent}))


def fitting(kind: type[Move], sent: Mapping[str, Any]) -> dict[str, Any]:
    """What of `sent` a move of this kind takes."""
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in sent.items() if name in names}
