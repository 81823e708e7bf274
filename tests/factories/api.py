"""A run that is driven by programs, each with a token of its owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.test import Client

from accounts.enums import Scope
from accounts.models import User
from runbooks.machine.move import Move
from tests.factories.story import Story
from tests.factories.tokens import program


@dataclass
class Programs:
    """The API as each person's program sees it. `people` by name, as in `story`."""

    run: Story
    people: Mapping[str, User]
    _known: dict[str, Client] = field(default_factory=dict)

    def client(self, who: str) -> Client:
        """The program of `who`, with a token of the scope `run`."""
        if who not in self._known:
            self._known[who] = program(self.people[who], Scope.RUN)
        return self._known[who]

    def url(self, rest: str = "") -> str:
        return f"/api/v1/runs/{self.run.run.pk}/{rest}"

    def get(self, who: str, rest: str = "", **headers: str) -> Any:
        return self.client(who).get(self.url(rest), headers=headers)

    def now(self, who: str) -> dict[str, Any]:
        """The run, as `who` may see it."""
        answer = self.get(who)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def send(self, who: str, move: str | type[Move], *, key: str | None = None, **data: Any) -> Any:
        """One move as JSON, with a new key and what was seen last, unless `data` says otherwise;
        an ellipsis leaves a field out."""
        body = {"seen": self.run.state.sequence, **data}
        kind = move if isinstance(move, str) else move.kind
        return self.client(who).post(
            self.url(f"moves/{kind}/"),
            {name: value for name, value in body.items() if value is not ...},
            content_type="application/json",
            headers={"Idempotency-Key": uuid4().hex if key is None else key},
        )

    def raw(self, who: str, move: str, body: bytes, **headers: str) -> Any:
        """Whatever bytes, as JSON."""
        given = {"Idempotency-Key": uuid4().hex, **headers}
        return self.client(who).post(
            self.url(f"moves/{move}/"), body, content_type="application/json", headers=given
        )
