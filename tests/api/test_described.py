"""Every address that can be read answers what its own schema says, to the letter."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from config.api import document
from tests.factories.described import check_answer

READS = {
    methods["get"]["operationId"]: path
    for path, methods in document.made()["paths"].items()
    if "get" in methods and path.startswith("/api/")
}
#: What is read only where there is more than the stage has.
ABSENT = {"run_evidence_file"}


@pytest.mark.parametrize("name", sorted(READS))
def test_what_is_read_is_as_described(name: str, stage: dict[str, Any]) -> None:
    kind = READS[name].removeprefix("/api/v1/").split("/")[0]

    def value(match: re.Match[str]) -> str:
        return str(stage[kind] if match[1] in {"id", "slug"} else 1)

    path = re.sub(r"{(\w+)}", value, READS[name])
    answer = Client(headers=stage["headers"]).get(path)
    assert answer.status_code == (404 if name in ABSENT else 200), answer.content
    assert check_answer(answer) == name
