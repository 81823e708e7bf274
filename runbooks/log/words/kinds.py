"""What a kind of event is to those who read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from runbooks.procedure.model import Procedure

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """`meaning` documents the kind; `tell` gives the sentence, without who and when."""

    meaning: str
    tell: Callable[[Data, Procedure], str]
