"""The demonstration's runbooks parse, and every command in them works on a real PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo import rehearse
from demo.commands import Rehearsal, RehearsalError, query, steps_of
from runbooks.procedure.model import Procedure, Step
from runbooks.procedure.observed import judge
from runbooks.procedure.parser import parse

RESTORE = rehearse.RUNBOOKS / "restore-ledger-beside.md"
COPY = rehearse.RUNBOOKS / "copy-production-to-development.md"
BAD = rehearse.RUNBOOKS / "bad-restore.md"
REHEARSED = (RESTORE, COPY)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PostgreSQL server to rehearse on, or a skip that says why there is none."""
    for name, value in (("PGHOST", "127.0.0.1"), ("PGUSER", "postgres")):
        monkeypatch.setenv(name, os.environ.get(name, value))
    if reason := rehearse.unreachable():
        pytest.skip(reason)


def read(path: Path) -> Procedure:
    parsed = parse(path.read_bytes(), name=path.stem)
    assert not parsed.findings
    assert parsed.procedure is not None
    return parsed.procedure


def main_path(procedure: Procedure) -> list[Step]:
    return [s for s in procedure.steps if s.section not in procedure.asides and not s.is_substep]


@pytest.mark.parametrize(("path", "steps"), [(RESTORE, 28), (COPY, 11), (BAD, 5)])
def test_parses_without_findings(path: Path, steps: int) -> None:
    assert len(main_path(read(path))) == steps


@pytest.mark.parametrize("path", REHEARSED)
def test_the_rehearsal_reads_what_the_product_reads(path: Path) -> None:
    """The small reader of the rehearsal must not lose a command or an expectation."""
    mine = {
        step.title: (
            [(label, text.rstrip()) for label, text in step.commands],
            list(step.expectations()),
        )
        for step in steps_of(path)
    }
    theirs = {
        step.title: (
            [(label, text.rstrip()) for label, text in step.commands],
            [value.name for value in step.guard.record],
        )
        for step in read(path).steps
    }
    assert mine == theirs


def test_few_confirmations_are_typed() -> None:
    """More than five typed names in one run teach people to type without reading."""
    for path in REHEARSED:
        locks = [demand.key for demand in read(path).demands()]
        assert sum(key in ("identify", "direction", "overwrite") for key in locks) <= 5


def test_nothing_is_destroyed() -> None:
    """What is replaced is renamed; it is never dropped in the run that replaced it."""
    for path in REHEARSED:
        commands = [text for step in read(path).steps for _, text in step.commands]
        assert not [text for text in commands if re.search(r"\b(drop|dropdb|rm|--clean)\b", text)]


@pytest.mark.processes
@pytest.mark.parametrize(("scenario", "file"), rehearse.SCENARIOS)
@pytest.mark.usefixtures("server")
def test_every_command_works(scenario: Callable[[Path], Rehearsal], file: str) -> None:
    """Also: the product accepts, where a step records it, what PostgreSQL really prints."""
    path = rehearse.RUNBOOKS / file
    recorded = scenario(path).recorded
    specs = [value for step in read(path).steps for value in step.guard.record]
    kinds = {spec.name: spec.type for spec in specs}
    earlier: dict[str, str] = {}
    for spec in (spec for spec in specs if spec.name in recorded):
        judged = judge(
            spec, recorded[spec.name], earlier=earlier, at=datetime.now(UTC), kinds=kinds
        )
        assert not judged.wrong, spec.name
        earlier[spec.name] = judged.normal
    assert earlier.keys() == recorded.keys()
    assert len(recorded) > 5


@pytest.mark.processes
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("cp <dump.place>", "cp <dump.palce>", "parameters without a value: <dump.palce>"),
        ("--table=entry", "--table=entries", "entries_in_backup is '0': out of range"),
        ("-d <side> --single", "-d <database> --single", "exit_status is '1': expected 0"),
        ("connection limit 0", "connection limit O", "connection_limit requires an integer"),
    ],
)
def test_a_broken_command_fails_the_rehearsal(
    tmp_path: Path, right: str, wrong: str, sentence: str
) -> None:
    broken = tmp_path / RESTORE.name
    text = RESTORE.read_text(encoding="utf-8")
    assert right in text
    broken.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(RehearsalError) as caught:
        rehearse.refuse_backup(broken)
    assert sentence in str(caught.value)


@pytest.mark.processes
@pytest.mark.usefixtures("server")
def test_nothing_is_left_on_the_server() -> None:
    with contextlib.suppress(ZeroDivisionError), rehearse.scratch() as (name, folder):
        query("postgres", f"alter database {name} rename to {name}_old")
        raise ZeroDivisionError
    left = f"""select datname from pg_database where starts_with(datname, '{name}')
               union all select rolname from pg_roles where starts_with(rolname, '{name}')"""
    assert query("postgres", left) == ""
    assert not folder.exists()
