"""The OpenAPI document against the product: whatever a program sends, no fault of ours and nothing
that is not documented; and what was made can be followed from one request to the next."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.api import document

# The live stream is served beside Django and never ends: tests/runbooks/api/test_live.py tries it.
WHOLE = deepcopy(document.made())  # schemathesis writes into what it is given
WITHIN = {path: item for path, item in WHOLE["paths"].items() if path.startswith("/api/")}
SCHEMA = schemathesis.openapi.from_dict({**WHOLE, "paths": WITHIN})
SCHEMA.app = get_wsgi_application()
OPERATIONS = {
    operation.ok().definition.raw["operationId"]: operation.ok()
    for operation in SCHEMA.get_all_operations()
}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=6,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """As Django's own test client: a request ends, and the transaction of the test goes on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def known(case: Any, stage: dict[str, Any]) -> None:
    """Point a request at what there is: a number that is made up is seldom one of a row."""
    kind = case.operation.path.removeprefix("/api/v1/").split("/")[0]
    for name in case.path_parameters or {}:
        if name in {"id", "slug"} and kind in stage:
            case.path_parameters[name] = stage[kind]
        elif name in {"number", "old", "new", "evidence", "entry", "who", "run"}:
            case.path_parameters[name] = stage["runs"] if name == "run" else 1


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_no_request_finds_a_fault(name: str, stage: dict[str, Any]) -> None:
    @seed(1)
    @FEW
    @given(case=OPERATIONS[name].as_strategy(), real=st.integers(0, 3))
    def tried(case: Any, real: int) -> None:
        if real:
            known(case, stage)
        with transaction.atomic():
            case.call_and_validate(headers=stage["headers"], checks=CHECKS)
            transaction.set_rollback(True)

    tried()


class Followed(SCHEMA.as_state_machine()):  # type: ignore[misc]
    """Follows the links of the document, each walk on its own savepoint."""

    headers: dict[str, str]

    def setup(self) -> None:
        self.savepoint = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    def get_call_kwargs(self, case: Any) -> dict[str, Any]:
        return {"headers": self.headers}

    def validate_response(self, response: Any, case: Any, **kwargs: Any) -> None:
        case.validate_response(response, checks=CHECKS)


def test_what_is_made_can_be_followed(stage: dict[str, Any]) -> None:
    Followed.headers = stage["headers"]
    Followed.run(settings=settings(FEW, max_examples=15, stateful_step_count=8))
