"""What a case of parity is: one verb, asked for once by a page's form and once by the API.

A table of cases is a module of this package with a tuple `CASES`; `tests/test_parity.py` reads all
of them. A case without `code` must succeed twice and leave the very same rows; it is also sent by
somebody without the role, who must hear the same refusal twice. A case with `code` must be refused
with it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import User


@dataclass(frozen=True)
class Cast:
    """Everybody, by name (`operator`, `viewer`, …), and the moment `at` which every clock shows."""

    people: Mapping[str, User]
    at: datetime

    def __getitem__(self, name: str) -> User:
        return self.people[name]


@dataclass(frozen=True)
class Form:
    """What a browser posts. A file is a value with a name and a `read`."""

    path: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Api:
    """What a program sends: a JSON body, None for none. `multipart`: the body as a form instead.
    `key`: the idempotency key, '' where none is asked for."""

    method: str
    path: str
    body: Any = None
    multipart: bool = False
    key: str = ""


@dataclass(frozen=True)
class Case:
    """One verb, both ways.

    `verb`: its module and name. `stage` makes what the deed needs, with the product's verbs, and
    returns what `form` and `api` want to know of it. `by`: who does it. `stranger`: who may not;
    None where everybody who is let in may. `code`: the refusal that is expected. `why`: tells two
    cases of one verb apart.
    """

    verb: str
    stage: Callable[[Cast], Any]
    form: Callable[[Any], Form]
    api: Callable[[Any], Api]
    by: str = "operator"
    stranger: str | None = "viewer"
    code: str = ""
    why: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.verb, self.why or self.code) if part)
