"""The probes: asked by number, without TLS, by nobody in particular, while things are broken."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from config import health
from config.health import Word
from jobs import heartbeat, queue
from runbooks.models import LogCheck

Usage = namedtuple("Usage", "total used free")


def words(report: health.Health) -> dict[str, str]:
    return {check.name: check.word.value for check in report.checks}


@pytest.mark.django_db
def test_all_is_well(at: datetime) -> None:
    heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at)
    report = health.look(at)
    assert report.ready
    assert set(words(report).values()) == {"ok"}


@pytest.mark.django_db
def test_a_missing_migration_sends_nobody_here(at: datetime) -> None:
    MigrationRecorder(connection).record_unapplied("runbooks", "0001_initial")
    report = health.look(at)
    assert not report.ready
    assert words(report)["migrations"] == "failed"


@pytest.mark.django_db
def test_a_full_disk_sends_nobody_here(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 99, 1))
    assert words(health.look(at))["disk"] == "failed"


def test_a_database_that_does_not_answer_is_a_word_and_no_fault(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any) -> None:
        raise OperationalError("password=secret host=db-1")

    monkeypatch.setattr(health, "_applied", down)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "failed"
    assert b"secret" not in answer.content
    assert Client().get("/livez").status_code == 200


@pytest.mark.django_db
def test_work_that_nobody_does_is_told_and_sends_nobody_away(at: datetime) -> None:
    queue.put("runbooks.sleep", "1", at=at)
    heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at + timedelta(minutes=4))
    assert words(health.look(at + timedelta(minutes=4)))["background"] == "ok"
    late = health.look(at + timedelta(minutes=6))
    assert words(late)["background"] == "degraded"
    assert late.word is Word.DEGRADED
    assert late.ready


@pytest.mark.django_db
def test_a_background_that_gives_no_sign_is_told(at: datetime) -> None:
    assert words(health.look(at))["background"] == "degraded"
    heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at)
    assert words(health.look(at + timedelta(minutes=1)))["background"] == "ok"
    later = health.look(at + timedelta(minutes=30))
    assert words(later)["background"] == "degraded"
    assert later.ready


@pytest.mark.django_db
def test_the_last_check_of_the_logs_is_told(at: datetime) -> None:
    assert words(health.look(at))["logs"] == "ok"  # nothing to check yet
    check = {"took": timedelta(seconds=1), "runs": 1, "events": 1}
    LogCheck.objects.create(at=at, **check)
    assert words(health.look(at + timedelta(hours=47)))["logs"] == "ok"
    assert words(health.look(at + timedelta(hours=49)))["logs"] == "degraded"
    LogCheck.objects.create(at=at, fault_count=2, **check)
    report = health.look(at)
    assert words(report)["logs"] == "degraded"
    assert report.ready


@pytest.mark.django_db
def test_a_stranger_gets_words_and_no_advice() -> None:
    assert "remedies" in Client().get("/readyz").json()
    far = Client().get("/readyz", REMOTE_ADDR="203.0.113.9")
    assert far.json()["status"] == "degraded"
    assert "remedies" not in far.json()


@pytest.mark.django_db
def test_a_probe_comes_by_number_without_tls_and_without_an_account(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["countersign.example.org"]
    for path in ("/livez", "/readyz"):
        answer = Client().get(path, headers={"host": "10.1.2.3:8000"})
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
    assert Client().get("/people/", headers={"host": "10.1.2.3:8000"}).status_code == 400


@pytest.mark.django_db
def test_readiness_is_cheap(django_assert_num_queries: Any) -> None:
    heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=timezone.now())
    Client().get("/readyz")
    with django_assert_num_queries(5):
        Client().get("/readyz")
    with django_assert_num_queries(0):
        Client().get("/livez")
