"""Guards as revisions kept them that were read before the guards were enforced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def guard(data: Mapping[str, Any]) -> dict[str, Any]:
    """The plain data of a guard in the shape of now. What was then only kept, under `later`, is
    demanded now, with all that it implies: a run that is under way gets the second person as well.
    """
    now = dict(data)
    old: Mapping[str, Any] = now.pop("later", {})
    if now.get("locks") or not old:
        return {"locks": {}, **now}
    now["locks"] = {key: _lock(key, value) for key, value in old.items()}
    if "overwrite" in old:
        now["countersign"] = "before"
    return now


def _lock(key: str, value: Any) -> dict[str, Any]:
    found = dict(value) if isinstance(value, Mapping) else {"of": value}
    if key == "wait":
        texts = {name: found.get(name) or [] for name in ("expect", "bad")}
        found |= {name: [said] if isinstance(said, str) else said for name, said in texts.items()}
    return found
