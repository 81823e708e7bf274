"""Between the rows of a run and the machine's state: one mapping, in both directions."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from runbooks.enums import RunKind, RunRole, RunStatus, StepStatus
from runbooks.log import texts
from runbooks.machine.events.kinds import STATING, facts_from
from runbooks.machine.reducers import statements_in
from runbooks.machine.state import ParameterFacts, RunState, StepState
from runbooks.models import Run, RunPerson, RunStep, sql
from runbooks.procedure.model import Procedure
from runbooks.procedure.serialization import from_json
from runbooks.runs import cache, outside

_STEP_TEXTS = ("attempt", "answer", "reason", "touched")
_STEP_PLAIN = (*_STEP_TEXTS, "values", "verified_values")
_STEP_TIMES = ("started_at", "done_at", "countersigned_at", "released_at")
_STEP_PEOPLE = ("started_by", "done_by", "countersigned_by", "released_by")
_STEP_COLUMNS = (
    "step",
    "status",
    *_STEP_PLAIN,
    *_STEP_TIMES,
    *(f"{name}_id" for name in _STEP_PEOPLE),
)
_RUN_PLAIN = (
    "held_at",
    "held_for_mismatch",
    "turned_back",
    "deviation",
    "overridden",
    "started_at",
    "ended_at",
    "sequence",
    "turned",
)
_RUN_PEOPLE = ("held_by", "hand_over_by", "hand_over_to")


def load(run_id: int) -> tuple[Run, RunState]:
    """A run with its revision, runbook and system, and its state, with what is so outside of the
    log. One query, four more when this process has not met that state yet, and those of
    `runbooks.runs.outside`. Raises `Run.DoesNotExist`."""
    run = Run.objects.with_system().get(pk=run_id)
    return run, outside.seen(run, known(run))


def load_locked(
    run_id: int, *, key: str | None
) -> tuple[Run, RunState, sql.Before | None, datetime]:
    """A run that nobody else changes until the transaction ends, its state, what `key` caused
    before, if it did, and the moment by the database's clock. One query, and four more when this
    process has not met that state yet. Raises `Run.DoesNotExist`."""
    run, before, now = sql.lock(run_id, key)
    return run, known(run), before, now


def known(run: Run) -> RunState:
    """The state of `run`, whose row was just read."""
    state = cache.states.get((run.pk, run.digest))
    return state or cache.states.put((run.pk, run.digest), state_of(run, procedure_of(run)))


def procedure_of(run: Run) -> Procedure:
    """The procedure of `run`, read once by each process."""
    revision = run.revision
    named = (revision.pk, revision.sha256)
    return cache.procedures.get_or(named, lambda: from_json(revision.procedure))


def state_of(run: Run, procedure: Procedure) -> RunState:
    """The state that the stored columns of `run` and the statements of its log describe: four
    queries."""
    newest: dict[int, StepState] = {}
    past: list[StepState] = []
    for row in run.steps.values(*_STEP_COLUMNS):
        step = _step_state(row)
        if step.index in newest:
            past.append(newest[step.index])
        newest[step.index] = step
    plain = {name: getattr(run, name) for name in _RUN_PLAIN}
    people = {name: getattr(run, f"{name}_id") for name in _RUN_PEOPLE}
    lines = texts.of_kinds_and_head(run, STATING)
    return RunState(
        number=run.pk,
        kind=RunKind(run.kind),
        status=RunStatus(run.status),
        procedure=procedure,
        facts={name: facts_from(f) for name, f in run.parameters.values_list("name", "facts")},
        people={p: RunRole(role) for p, role in run.people.values_list("person_id", "role")},
        steps=tuple(newest[step.index] for step in procedure.steps),
        past=tuple(past),
        entered=tuple(run.entered),
        last_at=lines[-1].at if lines else run.prepared_at,
        stated=statements_in(lines),
        **plain,
        **people,
    )


def facts_json(facts: ParameterFacts) -> dict[str, object]:
    """A parameter's facts as plain data, for its row; `facts_from` reads them."""
    return {
        "value": facts.value,
        "fields": dict(facts.fields),
        "identifiers": list(facts.identifiers),
        "kinds": list(facts.kinds),
    }


def differences(stored: RunState, replayed: RunState) -> list[str]:
    """What the stored state says otherwise than the replayed one, in sentences."""
    sentences = []
    for field in fields(stored):
        here, there = getattr(stored, field.name), getattr(replayed, field.name)
        if field.name == "steps":
            wrong = [
                stored.step(mine.index).number
                for mine, theirs in zip(here, there, strict=True)
                if mine != theirs
            ]
            if wrong:
                sentences.append(
                    "Stored and replayed state differ at step " + ", ".join(wrong) + "."
                )
        elif here != there:
            sentences.append(f"The run's {field.name.replace('_', ' ')} is not what the log says.")
    return sentences


def first_attempts(run: Run, state: RunState) -> list[sql.Statement]:
    """What has to be written for a new run: the first attempt at every step."""
    return sql.insert(RunStep, [_step_row(run, step) for step in state.steps])


def changes(run: Run, before: RunState, after: RunState) -> list[sql.Statement]:
    """What has to be written when `run`, whose row the caller has locked, goes from one state to
    another: the steps that differ, and the run's columns that do."""
    changed = [s for s, old in zip(after.steps, before.steps, strict=True) if s is not old]
    # A superseded attempt may have changed in the same move, before it went into the past.
    changed += [s for s in after.past if s not in before.past]
    steps = [_step_row(run, step) for step in changed]
    return [
        *sql.insert(RunStep, steps, unique="run_id, step, attempt"),
        sql.update(Run, run.pk, _run_changes(run, before, after)),
    ]


def _run_changes(run: Run, before: RunState, after: RunState) -> dict[str, object]:
    changed: dict[str, object] = {"digest": run.digest}
    if after.status is not before.status:
        changed["status"] = after.status.value
    if after.entered != before.entered:
        changed["entered"] = list(after.entered)
    for name in _RUN_PLAIN:
        if getattr(after, name) != getattr(before, name):
            changed[name] = getattr(after, name)
    for name in _RUN_PEOPLE:
        if getattr(after, name) != getattr(before, name):
            changed[f"{name}_id"] = getattr(after, name)
    return changed


def store_people(
    run: Run, before: RunState, after: RunState, names: dict[int, tuple[str, str]]
) -> None:
    """Write who holds which role, where that differs between two states of `run`. `names` gives the
    name and initials, as text, of each person who is new in `after`."""
    if before.people == after.people:
        return
    gone = [p for p, role in before.people.items() if after.people.get(p) is not role]
    RunPerson.objects.filter(run=run, person_id__in=gone).delete()
    RunPerson.objects.bulk_create(
        RunPerson(
            run=run,
            person_id=person,
            role=role.value,
            name=names[person][0],
            initials=names[person][1],
        )
        for person, role in after.people.items()
        if before.people.get(person) is not role
    )


def _step_state(row: dict[str, Any]) -> StepState:
    """A row of `_STEP_COLUMNS` as the machine knows it."""
    return StepState(
        row["step"],
        status=StepStatus(row["status"]),
        **{name: row[name] for name in (*_STEP_PLAIN, *_STEP_TIMES)},
        **{name: row[f"{name}_id"] for name in _STEP_PEOPLE},
    )


def _step_row(run: Run, step: StepState) -> dict[str, Any]:
    """The columns of an attempt."""
    return {
        "run_id": run.pk,
        "step": step.index,
        "status": step.status.value,
        "values": dict(step.values),
        "verified_values": dict(step.verified_values),
        **{name: getattr(step, name) for name in (*_STEP_TEXTS, *_STEP_TIMES)},
        **{f"{name}_id": getattr(step, name) for name in _STEP_PEOPLE},
    }
