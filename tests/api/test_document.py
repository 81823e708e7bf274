"""The OpenAPI document: current, sound, complete; and the pages that lay it out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from config.api import document, reference
from tests.factories.tokens import program


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document.made()["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_made_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yml"
    call_command("spectacular", "--fail-on-warn", "--validate", file=str(file))
    assert yaml.safe_load(file.read_text("utf-8")) == document.made()


def test_every_operation_has_a_name_a_group_and_its_refusals() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names) > 80
    for path, method, operation in operations():
        expected = {"401", "403"} if path.startswith("/live/") else {"401", "403", "429"}
        expected |= {"404"} if "{" in path else set()
        expected |= {"409", "422"} if method != "get" else set()
        assert expected <= operation["responses"].keys(), operation["operationId"]
        assert operation["description"], operation["operationId"]
        assert operation["security"] == [{"token": []}]


def test_bodies_of_moves_and_verbs_have_examples() -> None:
    without = [
        operation["operationId"]
        for _, _, operation in operations()
        for media, body in operation.get("requestBody", {}).get("content", {}).items()
        if media == "application/json" and not body.get("examples")
    ]
    assert without == []


def test_the_product_serves_it(viewer: User) -> None:
    door = program(viewer)
    answer = door.get("/api/v1/openapi.yml")
    assert answer.content.decode() == document.as_yaml()
    assert door.get("/api/v1/openapi.json").json() == document.made()


def test_the_pages_lay_out_every_operation(signed_in, viewer: User) -> None:
    page = signed_in(viewer)
    front = page.get(reverse("api_reference")).content.decode()
    for group in reference.groups():
        assert f'href="/api/{group.slug}/"' in front
        html = page.get(reverse("api_group", args=[group.slug])).content.decode()
        for operation in group.operations:
            assert f'id="{operation.name}"' in html
            assert operation.path in html
    assert page.get("/api/nothing/").status_code == 404


def test_the_pages_are_not_for_strangers(client, outsider: User, signed_in) -> None:
    assert client.get(reverse("api_reference")).status_code == 302
    assert signed_in(outsider).get(reverse("api_reference")).status_code == 403


@pytest.mark.parametrize("name", ["copy_verify", "move_tick", "incident_time_clear"])
def test_a_line_for_the_shell_says_all_that_is_needed(name: str) -> None:
    (operation,) = [o for group in reference.groups() for o in group.operations if o.name == name]
    assert f"-X {operation.method}" in operation.curl
    assert operation.curl.endswith(f'"$COUNTERSIGN{operation.path}"')
    assert ("Idempotency-Key" in operation.curl) == name.startswith("move_")
