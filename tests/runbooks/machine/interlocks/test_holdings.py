"""Which copies a run may count as good: one content, different places, read in this run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from runbooks.enums import RunKind, StepStatus
from runbooks.machine.interlocks.holdings import (
    frozen,
    good_copies,
    last_good,
    on_host,
    safety_copy,
    same_place,
)
from runbooks.machine.reducers import genesis
from runbooks.machine.state import RunState, replace
from runbooks.machine.statements import KnownCopy, Stated
from tests.runbooks.machine.table import prepared
from tests.runbooks.texts import procedure, text

AT = datetime(2026, 6, 6, 3, 0, tzinfo=UTC)
FROZEN = text(
    "Stop\nfreeze: target",
    "Stop the other\nfreeze: other",
    front="parameters:\n  target: {type: instance, label: T}\n  other: {type: instance, label: O}",
)
ONE, OTHER = "a" * 64, "b" * 64


def known(place: str, purpose: str = "duplicate", **more: Any) -> KnownCopy:
    facts = {"copy": None, "of": "dump", "step": 0, "sha256": ONE, "verified_at": AT, **more}
    return KnownCopy(name=place, place=place, medium="disk", purpose=purpose, **facts)


def holding(*copies: KnownCopy, **more: Any) -> RunState:
    """A run whose first step is done."""
    line = prepared(kind=RunKind.LIVE, at=AT)
    state = genesis(1, procedure(FROZEN), line)
    done = replace(state.steps[0], status=StepStatus.DONE)
    steps = (done, *state.steps[1:])
    return replace(state, steps=steps, stated=replace(Stated(), copies=copies, **more))


def test_two_that_are_one_content_in_two_places() -> None:
    state = holding(known("vault:/a", "original"), known("stick 3"))
    assert [copy.place for copy in good_copies(state, "dump")] == ["vault:/a", "stick 3"]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(known("stick", sha256=OTHER), id="another content"),
        pytest.param(known("stick", sha256=""), id="content not read"),
        pytest.param(known("stick", verified_at=None), id="only registered"),
        pytest.param(known("stick", of="target"), id="of something else"),
        pytest.param(known("stick", "quarantine"), id="put away"),
        pytest.param(known("stick", step=1), id="of a step that is not done"),
        pytest.param(known("VAULT: /a/"), id="the same place, spelt otherwise"),
        pytest.param(known("stick", copy=7), id="the same copy twice"),
    ],
)
def test_one_alone_is_one(second: KnownCopy) -> None:
    first = known("vault:/a", "original", copy=7)
    assert good_copies(holding(first, second), "dump") == (first,)
    assert last_good(holding(first, second), "dump") == first


def test_only_the_content_that_the_chosen_copy_was_found_with_counts() -> None:
    state = holding(
        known("stick", sha256=OTHER), known("tape", sha256=OTHER), known("vault", "original")
    )
    assert [copy.place for copy in good_copies(state, "dump")] == ["vault"]


def test_a_live_database_counts_by_its_fingerprint() -> None:
    state = holding(
        known("db-2", "original", sha256="", fingerprint="500 rows"),
        known("db-3", sha256="", fingerprint="500 rows"),
    )
    assert len(good_copies(state, "dump")) == 2


@pytest.mark.parametrize(
    ("left", "other"),
    [
        ("db-1:/srv/backup", "DB-1: /srv//backup/"),
        ("/srv/backup", "/srv/./x/../backup"),
        ("file:///srv/backup", "/srv/backup."),
        ("\\\\nas\\share", "//NAS/share/"),
        ("safe,  shelf 3", "Safe, shelf 3."),
        ("", "anywhere"),
    ],
)
def test_other_spelling_is_no_other_place(left: str, other: str) -> None:
    assert same_place(left, other)
    assert same_place(other, left)


@pytest.mark.parametrize(
    ("left", "other"),
    [
        ("db-1:/srv/backup", "db-2:/srv/backup"),
        ("/srv/backup", "/srv/backup2"),
        ("safe, shelf 3", "safe, shelf 4"),
        ("s3://one/x", "s3://two/x"),
    ],
)
def test_different_places(left: str, other: str) -> None:
    assert not same_place(left, other)


@pytest.mark.parametrize(
    ("place", "host", "there"),
    [
        ("db-1:/srv", "db-1", True),
        ("folder /srv on DB-1.example.org", "db-1", True),
        ("db-1:/srv", "db-1.example.org", True),
        ("db-10:/srv", "db-1", False),
        ("vault/db-1-dumps", "db-1", False),
        ("10.0.0.7:/srv", "10.0.0.8", False),
        ("shelf 10", "10.0.0.8", False),
    ],
)
def test_a_place_on_a_machine(place: str, host: str, there: bool) -> None:
    assert on_host(place, host) is there


def test_the_newest_safety_copy_that_was_read_back() -> None:
    facts = {"of": "target", "purpose": "safety"}
    first, second = known("vault", **facts), known("tape", **facts)
    state = holding(first, second, known("stick", verified_at=None, **facts))
    assert safety_copy(state, "target") == second
    assert safety_copy(state, "dump") is None


def test_frozen_is_what_this_run_froze() -> None:
    assert frozen(holding(frozen=frozenset({"target"})), "target")
    assert not frozen(holding(), "target")
    assert not frozen(holding(frozen=frozenset({"other"})), "other")
