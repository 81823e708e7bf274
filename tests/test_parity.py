"""Every verb, once by a page's form and once by the API: the same rows, the same lines of history,
the same refusals. The cases are in `tests/parity/`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import caches
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client

import tests.parity
from accounts.models import User
from runbooks.machine.moves import MOVES
from tests.factories.clock import stop
from tests.factories.tokens import program
from tests.parity.shape import Case, Cast
from tests.sources import FLOORS, ROOT, sources

#: Verbs that pages offer and the API does not, and why.
PAGES_ONLY = {
    "accounts.tokens.issue": "a token must not make another: whoever steals one would keep it",
    "accounts.tokens.revoke": "stands beside issue, on the page “Your tokens”",
    "jobs.schedules.adjust": "background work is set up by people, on its pages",
    "jobs.schedules.switch_off": "as adjust",
    "jobs.schedules.switch_on": "as adjust",
    "jobs.schedules.restore_default": "as adjust",
    "jobs.schedules.run_now": "as adjust",
    "jobs.retrying.retry": "as adjust",
    "webhooks.endpoints.add": "its secret is shown once, to a person",
    "webhooks.endpoints.edit": "endpoints are set up by people, on their pages",
    "webhooks.endpoints.end_former": "as edit",
    "webhooks.endpoints.resend": "as edit",
    "webhooks.endpoints.rotate": "as add",
    "webhooks.endpoints.send_test": "as edit",
    "webhooks.endpoints.switch_off": "as edit",
    "webhooks.endpoints.switch_on": "as edit",
    "runbooks.moves.unlock": "tried through both doors by the day of the story",
    "notices.preferences.set_digest": "notices are told to people, not to programs",
    "notices.queries.mark_read": "as set_digest",
    "notices.queries.mark_all_read": "as set_digest",
}
#: Functions that take `by` and `at` and are no verbs: what verbs are made of.
INNER = {
    "incidents.changes.write", "incidents.strike_outs.strike_out",
    "inventory.history.record",
    "inventory.writing.add", "inventory.writing.amend", "runbooks.log.chain.append",
    "inventory.keeping.add", "inventory.keeping.confirm", "inventory.instances.live_on",
    "inventory.following.set_lifecycle", "inventory.following.register_copy",
    "inventory.following.set_aside", "inventory.following.verify_copy",
    "runbooks.runs.incident_times.tell", "runbooks.runs.transaction.record_move",
    "runbooks.runs.moves.make_move", "runbooks.runs.moves.make_sent", "incidents.run_updates.runs",
    "webhooks.history.record",
}  # fmt: skip
#: Where no verbs are: edges, and what is only read.
_EDGES = {"views", "forms", "api", "management", "migrations", "templatetags", "tests"}
_UNTOLD = {"accounts.token", "jobs.heartbeat"}


def verbs() -> set[str]:
    """Every public function of the product that takes `by=` and `at=`, as module and name; and
    every move, which one function makes."""
    verbs = {f"runbooks.moves.{move.kind}" for move in MOVES}
    for path in sources(*FLOORS):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if _EDGES & set(parts) or not re.search(r"\bat: datetime", path.read_text("utf-8")):
            continue
        module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
        for name, value in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or value.__module__ != module.__name__:
                continue
            kinds = {p.name: p.kind for p in inspect.signature(value).parameters.values()}
            if all(kinds.get(word) is inspect.Parameter.KEYWORD_ONLY for word in ("by", "at")):
                verbs.add(f"{module.__name__}.{name}")
    return verbs


def cases() -> Iterator[Case]:
    for table in pkgutil.iter_modules(tests.parity.__path__):
        module = importlib.import_module(f"tests.parity.{table.name}")
        yield from getattr(module, "CASES", ())


ALL = tuple(cases())


def test_every_verb_has_a_case_or_a_reason() -> None:
    done = {case.verb for case in ALL if not case.code}
    assert done & set(PAGES_ONLY) == set()
    assert verbs() - INNER == done | set(PAGES_ONLY)


def rows() -> dict[str, list[dict[str, Any]]]:
    """All that the product keeps, but who signed in when."""
    return {
        model._meta.label_lower: list(_values(model))
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in FLOORS and model._meta.label_lower not in _UNTOLD
    }


def _values(model: type[Model]) -> Iterator[dict[str, Any]]:
    for row in model._default_manager.order_by("pk").values():
        yield {
            name: bytes(v) if isinstance(v, memoryview) else v
            for name, v in row.items()
            if name not in {"password", "last_login", "date_joined"}
        }


@pytest.fixture
def cast(db: None, request: pytest.FixtureRequest, at: datetime, monkeypatch) -> Cast:
    """Everybody, and every clock at one moment."""
    names = (
        "operator", "verifier", "decider", "relief", "author", "approver", "manager", "admin",
        "viewer",
    )  # fmt: skip
    people = {name: request.getfixturevalue(name) for name in names}
    stop(monkeypatch, [at + timedelta(minutes=8)])  # after all that is staged
    monkeypatch.setattr("runbooks.runs.preparation.secrets.token_hex", lambda size: "ab" * size)
    caches["throttle"].clear()
    return Cast(people, at)


class _Back(Exception):
    """Takes a deed back."""


def tried(deed: Callable[[], tuple[int, str]]) -> tuple[int, str, dict[str, Any]]:
    """What `deed` was answered, and the rows it left; then everything is as before."""
    outcomes: list[Any] = []
    try:
        with transaction.atomic():
            outcomes = [*deed(), rows()]
            raise _Back
    except _Back:
        _reset_sequences()
    return outcomes[0], outcomes[1], outcomes[2]


def _reset_sequences() -> None:
    """PostgreSQL does not roll its sequences back: let both deeds begin with the same numbers."""
    models = apps.get_models(include_auto_created=True)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def by_form(case: Case, staged: Any, who: User) -> tuple[int, str]:
    page = Client()
    page.force_login(who)
    form = case.form(staged)
    answer = page.post(form.path, dict(form.data))
    match = re.search(r'data-code="([a-z_0-9]+)"', answer.content.decode())
    code = match[1] if match else "invalid" if answer.status_code == 422 else ""
    return answer.status_code, code


def by_api(case: Case, door: Client, staged: Any) -> tuple[int, str]:
    call = case.api(staged)
    more: dict[str, Any] = {}
    if call.multipart:
        more = {"data": call.body}
    elif call.body is not None:
        more = {"data": call.body, "content_type": "application/json"}
    if call.key:
        more["headers"] = {"Idempotency-Key": call.key}
    answer = getattr(door, call.method.lower())(call.path, **more)
    return answer.status_code, answer.json()["code"] if answer.status_code >= 400 else ""


@pytest.mark.parametrize("case", ALL, ids=str)
def test_parity(case: Case, cast: Cast) -> None:
    staged = case.stage(cast)
    _same(case, staged, cast[case.by], case.code)


@pytest.mark.parametrize("case", [c for c in ALL if not c.code and c.stranger], ids=str)
def test_parity_without_the_role(case: Case, cast: Cast) -> None:
    staged = case.stage(cast)
    _same(case, staged, cast[case.stranger or ""], "no_right")


def _same(case: Case, staged: Any, who: User, code: str) -> None:
    door = program(who)
    _reset_sequences()
    before = rows()
    page_status, page_code, page_rows = tried(lambda: by_form(case, staged, who))
    api_status, api_code, api_rows = tried(lambda: by_api(case, door, staged))
    assert (page_code, api_code) == (code, code)
    assert page_rows == api_rows
    if code:
        assert page_status == api_status
    else:
        assert (page_status in {200, 302, 303}, api_status in {200, 201, 204}) == (True, True)
        assert page_rows != before
