"""Between the rows of a run and the machine's state: one mapping, in both directions."""

from __future__ import annotations

from dataclasses import fields

from django.db.models import prefetch_related_objects

from runbooks.enums import RunKind, RunRole, RunStatus, StepStatus
from runbooks.machine import Facts, RunState, StepState
from runbooks.models import Run, RunPerson, RunStep
from runbooks.procedure import from_json

_STEP_PLAIN = ("attempt", "values", "verified_values", "answer", "reason", "touched")
_STEP_TIMES = ("started_at", "done_at", "countersigned_at", "released_at")
_STEP_PEOPLE = ("started_by", "done_by", "countersigned_by", "released_by")
_RUN_PLAIN = (
    "held_at",
    "held_for_mismatch",
    "turned_back",
    "started_at",
    "ended_at",
    "sequence",
    "turned",
)
_RUN_PEOPLE = ("held_by", "hand_over_by", "hand_over_to")


def load(run_id: int, *, lock: bool = False) -> tuple[Run, RunState]:
    """A run and its state; four queries, whatever its length.

    With `lock`, inside a transaction, the run's row is locked first (PostgreSQL; on SQLite the
    transaction is IMMEDIATE and has locked already). Raises `Run.DoesNotExist`.
    """
    runs = Run.objects.select_related("revision__runbook__system")
    if lock:
        runs = runs.select_for_update(of=("self",))
    run = runs.get(pk=run_id)
    prefetch_related_objects([run], "parameters", "people", "steps")
    return run, state_of(run)


def state_of(run: Run) -> RunState:
    """The state that the stored columns of `run` describe."""
    procedure = from_json(run.revision.procedure)
    newest: dict[int, StepState] = {}
    past: list[StepState] = []
    for row in run.steps.all():
        if row.step in newest:
            past.append(newest[row.step])
        newest[row.step] = _step_state(row)
    plain = {name: getattr(run, name) for name in _RUN_PLAIN}
    people = {name: getattr(run, f"{name}_id") for name in _RUN_PEOPLE}
    return RunState(
        number=run.pk,
        kind=RunKind(run.kind),
        status=RunStatus(run.status),
        procedure=procedure,
        facts={p.name: facts_from(p.facts) for p in run.parameters.all()},
        people={p.person_id: RunRole(p.role) for p in run.people.all()},
        steps=tuple(newest[step.index] for step in procedure.steps),
        past=tuple(past),
        entered=tuple(run.entered),
        **plain,
        **people,
    )


def facts_from(data: dict[str, object]) -> Facts:
    """The inverse of `facts_json`."""
    identifiers = data["identifiers"]
    assert isinstance(identifiers, list) and isinstance(data["fields"], dict)  # noqa: PT018
    return Facts(str(data["value"]), dict(data["fields"]), tuple(identifiers))


def facts_json(facts: Facts) -> dict[str, object]:
    """A parameter's facts as plain data, for its row and for the log."""
    return {
        "value": facts.value,
        "fields": dict(facts.fields),
        "identifiers": list(facts.identifiers),
    }


def create_steps(run: Run, state: RunState) -> None:
    """The first attempt at every step."""
    RunStep.objects.bulk_create(_step_row(run, step) for step in state.steps)


def store(run: Run, before: RunState, after: RunState, names: dict[int, tuple[str, str]]) -> None:
    """Write what differs between two states of `run`: named columns, never whole rows.

    `names` gives the name and initials, as text, of each person who is new in `after`.
    """
    _store_people(run, before, after, names)
    changed = [s for s, old in zip(after.steps, before.steps, strict=True) if s != old]
    fresh = [s for s in changed if s.attempt != before.steps[s.index].attempt]
    RunStep.objects.bulk_create(_step_row(run, step) for step in fresh)
    rows = {(row.step, row.attempt): row for row in run.steps.all()}
    # A superseded attempt may have changed in the same move, before it went into the past.
    same = [s for s in changed if s not in fresh] + [s for s in after.past if s not in before.past]
    updated = [_update(rows[(s.index, s.attempt)], s) for s in same if (s.index, s.attempt) in rows]
    columns = ["status", *_STEP_PLAIN[1:], *_STEP_TIMES, *_STEP_PEOPLE]
    if len(updated) == 1:
        updated[0].save(update_fields=columns)
    elif updated:
        RunStep.objects.bulk_update(updated, columns)
    _store_run(run, after)


def _store_run(run: Run, after: RunState) -> None:
    run.status = after.status.value
    run.entered = list(after.entered)
    for name in _RUN_PLAIN:
        setattr(run, name, getattr(after, name))
    for name in _RUN_PEOPLE:
        setattr(run, f"{name}_id", getattr(after, name))
    run.save(update_fields=["status", "entered", "digest", *_RUN_PLAIN, *_RUN_PEOPLE])


def _store_people(
    run: Run, before: RunState, after: RunState, names: dict[int, tuple[str, str]]
) -> None:
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


def _step_state(row: RunStep) -> StepState:
    plain = {name: getattr(row, name) for name in (*_STEP_PLAIN, *_STEP_TIMES)}
    people = {name: getattr(row, f"{name}_id") for name in _STEP_PEOPLE}
    return StepState(index=row.step, status=StepStatus(row.status), **plain, **people)


def _step_row(run: Run, step: StepState) -> RunStep:
    return _update(RunStep(run=run, step=step.index), step)


def _update(row: RunStep, step: StepState) -> RunStep:
    row.status = step.status.value
    for field in fields(step):
        if field.name in _STEP_PEOPLE:
            setattr(row, f"{field.name}_id", getattr(step, field.name))
        elif field.name not in {"index", "status"}:
            value = getattr(step, field.name)
            setattr(row, field.name, dict(value) if field.name.endswith("values") else value)
    return row
