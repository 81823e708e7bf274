"""Between the rows of a run and the machine's state: one mapping, in both directions."""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField, TextField
from django.db.models.expressions import RawSQL

from runbooks import recall
from runbooks.enums import RunKind, RunRole, RunStatus, StepStatus
from runbooks.machine import Facts, RunState, StepState
from runbooks.models import Run, RunPerson, RunStep
from runbooks.procedure import Procedure, from_json

_STEP_PLAIN = ("attempt", "values", "verified_values", "answer", "reason", "touched")
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
    "started_at",
    "ended_at",
    "sequence",
    "turned",
)
_RUN_PEOPLE = ("held_by", "hand_over_by", "hand_over_to")
# In SQL, because Django takes longer to build these from models than to lock the row they go with.
_ANSWER = "SELECT text FROM runbooks_event WHERE run_id = %s AND key = %s"
_HEAD = "SELECT sequence FROM runbooks_run WHERE id = %s"


def load(run_id: int) -> tuple[Run, RunState]:
    """A run with its revision, runbook and system, and its state. One query, and four more when
    this process has not met that state yet. Raises `Run.DoesNotExist`."""
    runs = Run.objects.select_related("revision__runbook__system")
    run = runs.defer("revision__procedure", "revision__source").get(pk=run_id)
    return run, _known(run)


def load_locked(run_id: int, *, key: str | None) -> tuple[Run, RunState, str | None]:
    """A run that nobody else changes until the transaction ends, its state, and the text of the
    event that `key` caused before, if it did.

    PostgreSQL locks the row; on SQLite the transaction is IMMEDIATE and has locked already. One
    query, and five more when this process has not met that state yet. Raises `Run.DoesNotExist`.
    """
    runs = Run.objects.select_for_update(of=("self",)).order_by()
    if key is None:
        run = runs.get(pk=run_id)
        return run, _known(run), None
    run = runs.annotate(
        answer=RawSQL(_ANSWER, [run_id, key], TextField()),  # noqa: S611 - a constant
        then=RawSQL(_HEAD, [run_id], IntegerField()),  # noqa: S611 - a constant
    ).get(pk=run_id)
    answer: str | None = run.answer
    if run.then != run.sequence:
        # Somebody moved while this waited for the lock. PostgreSQL reads the locked row anew, and
        # the log as it was before the wait.
        answer = run.events.filter(key=key).values_list("text", flat=True).first()
    return run, _known(run), answer


def _known(run: Run) -> RunState:
    known = recall.states.get((run.pk, run.digest))
    return known or recall.states.put((run.pk, run.digest), state_of(run, procedure_of(run)))


def procedure_of(run: Run) -> Procedure:
    """The procedure of `run`, read once by each process."""
    revision = run.revision
    named = (revision.pk, revision.sha256)
    return recall.procedures.get_or(named, lambda: from_json(revision.procedure))


def state_of(run: Run, procedure: Procedure) -> RunState:
    """The state that the stored columns of `run` describe: three queries."""
    newest: dict[int, StepState] = {}
    past: list[StepState] = []
    for row in run.steps.values(*_STEP_COLUMNS):
        step = _step_state(row)
        if step.index in newest:
            past.append(newest[step.index])
        newest[step.index] = step
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
    """Write what differs between two states of `run`, whose row the caller has locked.

    `names` gives the name and initials, as text, of each person who is new in `after`.
    """
    _store_people(run, before, after, names)
    changed = [s for s, old in zip(after.steps, before.steps, strict=True) if s is not old]
    # A superseded attempt may have changed in the same move, before it went into the past.
    changed += [s for s in after.past if s not in before.past]
    if changed:
        RunStep.objects.bulk_create(
            [_step_row(run, step) for step in changed],
            update_conflicts=True,
            unique_fields=["run", "step", "attempt"],
            update_fields=["status", *_STEP_PLAIN[1:], *_STEP_TIMES, *_STEP_PEOPLE],
        )
    _store_run(run, before, after)
    recall.states.put((run.pk, run.digest), after)


def _store_run(run: Run, before: RunState, after: RunState) -> None:
    """Write the columns that differ; the head of the log always does."""
    changes: dict[str, object] = {"digest": run.digest}
    if after.status is not before.status:
        changes["status"] = after.status.value
    if after.entered != before.entered:
        changes["entered"] = list(after.entered)
    for name in (*_RUN_PLAIN, *_RUN_PEOPLE):
        if getattr(after, name) != getattr(before, name):
            changes[name] = getattr(after, name)
    Run.objects.filter(pk=run.pk).update(**changes)


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


def _step_state(row: dict[str, Any]) -> StepState:
    """A row of `_STEP_COLUMNS` as the machine knows it."""
    return StepState(
        row["step"],
        status=StepStatus(row["status"]),
        **{name: row[name] for name in (*_STEP_PLAIN, *_STEP_TIMES)},
        **{name: row[f"{name}_id"] for name in _STEP_PEOPLE},
    )


def _step_row(run: Run, step: StepState) -> RunStep:
    return RunStep(
        run=run,
        step=step.index,
        status=step.status.value,
        attempt=step.attempt,
        values=dict(step.values),
        verified_values=dict(step.verified_values),
        answer=step.answer,
        reason=step.reason,
        touched=step.touched,
        **{name: getattr(step, name) for name in _STEP_TIMES},
        **{f"{name}_id": getattr(step, name) for name in _STEP_PEOPLE},
    )
