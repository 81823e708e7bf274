"""The numbers for Prometheus: who may read them, and that they count what happened."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from prometheus_client import REGISTRY

from accounts.models import User
from config import metrics
from jobs import queue
from lib.answers import REFUSALS
from runbooks.machine.moves.steps import Tick
from runbooks.models import LogCheck
from tests.factories.runs import cast, play
from tests.runbooks.texts import PLAIN

ROOT = Path(__file__).resolve().parents[2]
SignIn = Callable[[User], Client]


def number(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"countersign_{name}", labels) or 0.0


def exposition(at: datetime) -> list[str]:
    return metrics.exposition(at).decode().splitlines()


@pytest.mark.django_db
def test_only_this_machine_may_read_them(settings: Any) -> None:
    client = Client()
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert "countersign_database_up 1.0" in answer.content.decode()
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    for address in ("10.0.0.7", "2001:db8::1", "", "unix:"):
        assert client.get("/metrics", REMOTE_ADDR=address).status_code == 403, address


@pytest.mark.django_db
def test_a_proxy_on_this_machine_does_not_open_them_to_the_world() -> None:
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"):
        assert Client().get("/metrics", headers={header: "203.0.113.9"}).status_code == 403


@pytest.mark.django_db
def test_with_a_token_the_token_alone_counts(settings: Any) -> None:
    settings.METRICS_TOKEN = "a-long-secret"
    good = {"authorization": "Bearer a-long-secret", "x-forwarded-for": "203.0.113.9"}
    assert Client().get("/metrics", headers=good).status_code == 200
    assert Client().get("/metrics").status_code == 403
    for wrong in ("Bearer a-long-secre", "a-long-secret", "Bearer ", "Bearer å"):
        answer = Client().get("/metrics", headers={"authorization": wrong})
        assert answer.status_code == 403, wrong
        assert b"a-long-secret" not in answer.content


@pytest.mark.django_db
def test_requests_count_by_view_and_never_by_path(client: Client) -> None:
    before = number("requests_total", view="account_login", method="GET", status="200")
    lost = number("requests_total", view="none", method="GET", status="404")
    client.get("/accounts/login/?next=/secret/")
    client.get(f"/made/up/{uuid4().hex}/")
    client.generic("INVENTED", "/accounts/login/")
    assert number("requests_total", view="account_login", method="GET", status="200") == before + 1
    assert number("requests_total", view="none", method="GET", status="404") == lost + 1
    text = client.get("/metrics").content.decode()
    assert "secret" not in text
    assert "/made/up" not in text
    assert "INVENTED" not in text


@pytest.mark.django_db
def test_moves_and_refusals_count(at: datetime, signed_in: SignIn) -> None:
    run = play(PLAIN, at, people=cast())
    url = reverse("runbooks:run_move", args=[run.run.pk, Tick.kind])
    names = [("accepted", "operator", 303), ("refused", "viewer", 409)]
    codes = sum(s.value for m in REFUSALS.collect() for s in m.samples if s.name.endswith("_total"))
    for outcome, who, status in names:
        before = number("moves_total", move="tick", outcome=outcome)
        seen = run.run.events.count()
        sent = {"key": uuid4().hex, "seen": seen, "step": 0}
        assert signed_in(run.people[who]).post(url, sent).status_code == status
        assert number("moves_total", move="tick", outcome=outcome) == before + 1
    after = sum(s.value for m in REFUSALS.collect() for s in m.samples if s.name.endswith("_total"))
    assert after == codes + 1


@pytest.mark.django_db
def test_a_move_by_api_is_the_same_move(client: Client) -> None:
    before = number("moves_total", move="tick", outcome="failed")
    lost = metrics.MOVES.labels("tick", "refused")._value.get()
    answer = client.post(reverse("api:move_tick", args=[1]), {}, content_type="application/json")
    assert answer.status_code == 401
    assert number("moves_total", move="tick", outcome="failed") == before
    assert metrics.MOVES.labels("tick", "refused")._value.get() == lost + 1


@pytest.mark.django_db
def test_the_last_check_of_the_logs_is_told(at: datetime) -> None:
    LogCheck.objects.create(at=at, took=timedelta(0), runs=1, events=1, fault_count=3)
    lines = exposition(at)
    assert "countersign_log_check_faults 3.0" in lines


@pytest.mark.django_db
def test_an_invented_move_makes_no_series(signed_in: SignIn, operator: User) -> None:
    signed_in(operator).post(f"/runs/1/{uuid4().hex}/")
    assert not [s for m in metrics.MOVES.collect() for s in m.samples if len(s.labels["move"]) > 30]


@pytest.mark.django_db
def test_the_queue_is_told(at: datetime) -> None:
    queue.put("runbooks.sleep", "1", at=at)
    queue.put("runbooks.sleep", "2", at=at, due=at + timedelta(hours=2))
    lines = exposition(at + timedelta(seconds=90))
    assert "countersign_jobs_due 1.0" in lines
    assert "countersign_jobs_oldest_due_seconds 90.0" in lines
    assert "countersign_jobs_failed 0.0" in lines


@pytest.mark.django_db
def test_the_rest_is_told_while_the_database_is_down(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_: object) -> list[Any]:
        raise OperationalError

    monkeypatch.setattr(metrics.Stored, "_jobs", down)
    lines = exposition(at)
    assert "countersign_database_up 0.0" in lines
    assert any(line.startswith("countersign_disk_free_bytes") for line in lines)


_COUNT = """
import os, sys, django
django.setup()
from config import metrics
metrics.count_request("home", "GET", 200, 0.01)
metrics.STREAMS.inc(5)
if sys.argv[1:] == ["tell"]:
    from prometheus_client import CollectorRegistry
    class Nothing:
        def __init__(self, at): pass
        def collect(self): return []
    metrics.Stored = Nothing
    sys.stdout.write(metrics.exposition(None).decode())
"""


@pytest.mark.processes
def test_several_processes_are_added_up_and_the_streams_of_dead_ones_forgotten(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PROMETHEUS_MULTIPROC_DIR": str(folder),
        "COUNTERSIGN_DATA": str(tmp_path),
        "DATABASE_URL": "",
    }

    def process(*more: str) -> str:
        command = [sys.executable, "-c", _COUNT, *more]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    process()
    lines = process("tell").splitlines()
    assert 'countersign_requests_total{method="GET",status="200",view="home"} 2.0' in lines
    assert "countersign_open_streams 5.0" in lines
