"""Log lines: one a request, an id in each, and nothing in them that is nobody's business."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.test import Client
from structlog.contextvars import bound_contextvars, get_contextvars

from accounts.models import User
from config import environment, logs, request_log, views
from jobs import queue, worker
from jobs.models import Job

SignIn = Callable[[User], Client]
TYPED = "hunter" + "2"


class Lines:
    """What was logged in one of our formats."""

    def __init__(self, form: str) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        given = dict(logs.configuration(form)["formatters"]["lines"])
        self.handler.setFormatter(given.pop("()")(**given))

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


def listening(form: str) -> Iterator[Lines]:
    lines, root = Lines(form), logging.getLogger()
    before = root.level
    root.addHandler(lines.handler)
    root.setLevel(logging.INFO)
    yield lines
    root.removeHandler(lines.handler)
    root.setLevel(before)


@pytest.fixture
def lines() -> Iterator[Lines]:
    yield from listening("json")


@pytest.fixture
def plain() -> Iterator[Lines]:
    yield from listening("plain")


def test_one_line_a_request(lines: Lines, viewer: User, signed_in: SignIn) -> None:
    answer = signed_in(viewer).get("/inventory/?q=something+secret")
    (line,) = lines.all()
    assert line["event"] == "request"
    assert line["view"] == "inventory:system_list"
    assert (line["method"], line["status"], line["person"]) == ("GET", 200, viewer.pk)
    assert line["request"] == answer.headers["X-Request-Id"]
    assert line["statements"] > 2
    assert line["ms"] > 0
    assert line["time"].endswith("+00:00")
    assert "secret" not in lines.text


@pytest.mark.django_db
def test_the_id_of_a_proxy_is_kept_and_a_wicked_one_is_not(client: Client) -> None:
    def named(given: str) -> str:
        return client.get("/accounts/login/", headers={"x-request-id": given}).headers[
            "X-Request-Id"
        ]

    assert named("5f1c-proxy.made_it") == "5f1c-proxy.made_it"
    for wicked in ("short", "a" * 65, 'x"}\n{"event": "forged"', "ünïcödé-long", "", "-begins-so"):
        assert named(wicked) != wicked
        assert len(named(wicked)) == 16
    assert get_contextvars() == {}


def test_every_line_within_a_request_carries_its_id(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, viewer: User, signed_in: SignIn
) -> None:
    def needs(*_: object) -> list[object]:
        logging.getLogger("runbooks.elsewhere").warning("The %s is odd", "moon", extra={"run": 7})
        return []

    monkeypatch.setattr(views, "needs", needs)
    answer = signed_in(viewer).get("/")
    odd, access = lines.all()
    assert odd["event"] == "The moon is odd"
    assert odd["run"] == 7
    assert {odd["request"], access["request"]} == {answer.headers["X-Request-Id"]}


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, viewer: User, signed_in: SignIn) -> Client:
    """Somebody's browser, whose home page meets a fault that quotes what they typed."""

    def needs(*_: object) -> list[object]:
        try:
            raise DatabaseError(f"null value in column\nDETAIL: Failing row contains ({TYPED})")
        except DatabaseError as error:
            raise ValueError(f"It broke.\n{TYPED}") from error

    monkeypatch.setattr(views, "needs", needs)
    client = signed_in(viewer)
    client.raise_request_exception = False
    return client


def test_a_fault_shows_its_id_and_the_log_tells_it(lines: Lines, broken: Client) -> None:
    answer = broken.get(f"/?token={TYPED}")
    name = answer.headers["X-Request-Id"]
    assert answer.status_code == 500
    assert f"<code>{name}</code>" in answer.content.decode()
    fault, access = lines.all()
    assert fault["level"] == "error"
    assert fault["request"] == access["request"] == name
    assert "ValueError: It broke." in fault["fault"]
    assert "DatabaseError: null value in column" in fault["fault"]
    assert "in needs" in fault["fault"]
    assert access["status"] == 500
    assert TYPED not in lines.text


def test_a_fault_is_json_for_who_asks_so(broken: Client) -> None:
    answer = broken.get("/", headers={"accept": "application/json"})
    assert answer.json()["code"] == "fault"
    assert answer.json()["request"] == answer.headers["X-Request-Id"]


def test_a_fault_on_a_page_whose_path_is_a_secret(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, client: Client, db: None
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise RuntimeError("gone")

    monkeypatch.setattr(get_user_model().objects, "get", lost)
    monkeypatch.setattr("allauth.account.views.PasswordResetFromKeyView.dispatch", lost)
    client.raise_request_exception = False
    assert client.get("/accounts/password/reset/key/1-abc-topsecret/").status_code == 500
    assert "topsecret" not in lines.text
    fault, access = lines.all()
    assert "path left out" in fault["event"]
    assert access["view"] == "account_reset_password_from_key"


def test_what_is_not_found_or_forbidden_is_one_line_without_its_path(
    lines: Lines, db: None
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/no/such/topsecret/")
    client.post("/accounts/login/", {"login": "topsecret"})
    client.get("/accounts/login/", headers={"host": "evil.example"})
    assert [line["status"] for line in lines.all() if line["event"] == "request"] == [404, 403, 400]
    assert "topsecret" not in lines.text


def test_at_a_terminal_a_line_cannot_be_forged(plain: Lines) -> None:
    with bound_contextvars(job=12):
        logging.getLogger("jobs.x").warning("odd\n2026-01-01 error forged")
    (line,) = plain.text.splitlines()
    assert line.endswith("warning jobs.x: odd 2026-01-01 error forged job=12")


def test_a_fault_at_a_terminal_keeps_its_lines(plain: Lines) -> None:
    try:
        raise KeyError("which")
    except KeyError:
        logging.getLogger("jobs.x").exception("It failed")
    assert "It failed\n  File" in plain.text
    assert plain.text.endswith("KeyError: 'which'\n")


@pytest.mark.django_db
def test_lines_of_a_job_carry_its_number(
    lines: Lines, at: datetime, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def handler(job: Job, at: datetime) -> str:
        logging.getLogger("notices.x").warning("The mail server is slow")
        return "Done."

    monkeypatch.setattr(worker, "import_string", lambda _: handler)
    settings.JOB_HANDLERS = {"tests.say": "tests.say"}
    queue.put("tests.say", "1", at=at)
    job = Job.objects.get()
    assert worker.work(job.pk, clock=lambda: at)
    (line,) = [line for line in lines.all() if line["logger"] == "notices.x"]
    assert (line["job"], line["kind"]) == (job.pk, "tests.say")


def test_chains_that_bite_their_tail_end() -> None:
    first, two = ValueError("one"), ValueError("two")
    first.__cause__, two.__cause__ = two, first
    assert logs.describe_fault((ValueError, first, None)).count("ValueError") == 2


@pytest.mark.parametrize(("form", "level"), [("json", "INFO"), ("plain", "WARNING")])
def test_each_format_is_a_configuration(form: str, level: str) -> None:
    given = logs.configuration(form)
    assert given["root"]["level"] == level
    logging.config.dictConfigClass(given).configure_formatter(given["formatters"]["lines"])


def test_an_unknown_format_stops_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="json or plain"):
        environment.choice("X", "plain", logs.FORMATS, env={"X": "xml"})


def test_the_line_costs_no_statement(
    viewer: User, signed_in: SignIn, django_assert_num_queries: Any
) -> None:
    client = signed_in(viewer)
    client.get("/accounts/login/")
    with django_assert_num_queries(0):
        Client().get("/no/such/page")


def test_ids_are_new_each_time() -> None:
    assert len({request_log.request_id("") for _ in range(100)}) == 100
