"""What needs a person now: the content of the home page, read across all floors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts import access
from accounts.enums import Right
from accounts.models import User
from incidents.enums import ActionStatus, Status
from incidents.models import Incident
from inventory import board
from jobs import heartbeat
from jobs.models import Job
from lib.times import stamp
from runbooks.audit import nightly
from runbooks.enums import RunKind, RunRole, RunStatus
from runbooks.library.queries import overview
from runbooks.machine.decide import offered
from runbooks.machine.move import Move
from runbooks.machine.moves.branches import Diagnose
from runbooks.machine.moves.hand_over import AcceptHandOver
from runbooks.machine.moves.hold import Resume
from runbooks.machine.moves.run import Complete, Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import Decide, Release, Tick
from runbooks.machine.state import RunState, current
from runbooks.models import LogCheck, Review, Run, RunPerson
from runbooks.runs import persistence, reviews
from runbooks.runs.transaction import beyond

#: More runs at once than anybody can follow; the run list has the rest.
MOST = 8

#: What is asked of one person, the most pressing first.
_ASKED: tuple[tuple[type[Move], str], ...] = (
    (
        AcceptHandOver,
        "This run is handed over to you. Read back where it stands and accept.",
    ),
    (Countersign, "Your countersign is asked for at step {step}."),
    (Release, "Step {step} waits for your release."),
    (Decide, "Step {step} waits for your decision."),
    (Resume, "The run is on hold. Look at it, then resume it with the read-back."),
    (Start, "The briefing is open; start the run when the roles are taken."),
    (Tick, "Step {step} is open and yours."),
    (Diagnose, "Something was different at step {step}; it is to be diagnosed."),
    (Complete, "Every step is finished; complete the run."),
)


@dataclass(frozen=True)
class Need:
    """One line: what, why now, where to go. `urgent`: somebody is waiting for this person."""

    title: str
    why: str
    url: str
    urgent: bool = False


@dataclass(frozen=True)
class Needs:
    """The home page's lists, each the most pressing first."""

    logs: tuple[Need, ...]
    runs: tuple[Need, ...]
    approvals: tuple[Need, ...]
    reviews: tuple[Need, ...]
    incidents: tuple[Need, ...]
    actions: tuple[Need, ...]
    systems: tuple[Need, ...]
    background: tuple[Need, ...]

    @property
    def nothing(self) -> bool:
        needs = (self.logs, self.runs, self.approvals, self.incidents, self.systems)
        return not any((*needs, self.reviews, self.actions, self.background))


def needs(person: User, at: datetime) -> Needs:
    """Everything that asks for `person` as of `at` (aware). The number of queries depends on the
    runs they are in (at most `MOST`), not on the size of the house."""
    return Needs(
        _logs(at),
        _runs(person, at),
        _approvals(person),
        _reviews(person),
        _incidents(),
        _actions(person, at),
        _systems(at),
        _background(person, at),
    )


def _logs(at: datetime) -> tuple[Need, ...]:
    """What the watch over the logs found; at most two lines."""
    url, needs = reverse("runbooks:log_check_list"), []
    newest = LogCheck.objects.newest()
    if newest and newest.fault_count:
        needs.append(Need("A log does not hold", nightly.sentence(newest), url))
    since = nightly.missed_since(at, newest)
    if since:
        why = f"The logs were not verified since {stamp(since)}; it should happen every night."
        needs.append(Need("The logs are not being verified", why, url))
    return tuple(needs)


def _runs(person: User, at: datetime) -> tuple[Need, ...]:
    mine = Run.objects.under_way().filter(
        Q(hand_over_to=person) | Q(pk__in=RunPerson.objects.filter(person=person).values("run"))
    )
    numbers = mine.order_by("-prepared_at").values_list("pk", flat=True)[:MOST]
    needs = [_run(*persistence.load(number), person, at) for number in numbers]
    return tuple(sorted(needs, key=lambda need: not need.urgent))


def _run(run: Run, state: RunState, person: User, at: datetime) -> Need:
    index = current(state)
    step = state.step(index).number if index is not None else ""
    may = {a.move for a in offered(state, person.pk, at) if a.step in (None, index)}
    may -= beyond(person, state.people.get(person.pk))
    url = reverse("runbooks:run_detail", args=[run.pk]) + "#now"
    title = f"{run} (drill)" if state.kind is RunKind.DRILL else str(run)
    for move, sentence in _ASKED:
        if move in may:
            return Need(title, sentence.format(step=step), url, urgent=True)
    role = state.people.get(person.pk, RunRole.OBSERVER)
    where = f"Step {step} is open." if step and state.status is RunStatus.RUNNING else ""
    return Need(title, f"You are the {role}; the run is {state.status}. {where}".strip(), url)


def _approvals(person: User) -> tuple[Need, ...]:
    if not access.may(person, Right.APPROVE_RUNBOOKS):
        return ()
    waiting = [line for line in overview() if line.awaits_approval and line.newest]
    return tuple(
        Need(
            line.runbook.title,
            f"Revision {line.newest.number} waits for an approval.",
            reverse("runbooks:revision_detail", args=[line.runbook.slug, line.newest.number]),
        )
        for line in waiting
        if line.newest is not None and line.newest.author_id != person.pk
    )


def _reviews(person: User) -> tuple[Need, ...]:
    """Overrides of others that this person could look at."""
    if not reviews.may_close(person):
        return ()
    waiting = Review.objects.waiting().exclude(overridden_by=person)[:MOST]
    return tuple(
        Need(
            override.gate,
            f"Overridden in {override.review.run}: {override.reason}",
            reverse("runbooks:review_detail", args=[override.review.pk]),
        )
        for override in reviews.with_overrides(waiting)
    )


def _incidents() -> tuple[Need, ...]:
    unfinished = Incident.objects.exclude(status=Status.CLOSED.value).select_related("system")
    return tuple(
        Need(
            incident.title,
            f"{incident.status}, {incident.severity}, {incident.system}",
            reverse("incidents:incident_detail", args=[incident.pk]),
        )
        for incident in unfinished.order_by("severity", "-opened_at")[:MOST]
    )


def _actions(person: User, at: datetime) -> tuple[Need, ...]:
    """What this person answers for and is due within a week, or overdue."""
    today = timezone.localdate(at)
    mine = person.incident_actions.filter(
        status=ActionStatus.OPEN.value, due__lte=today + timedelta(days=7)
    )
    return tuple(
        Need(
            item.title,
            f"Due {item.due}. Of the incident “{item.incident}”.",
            reverse("incidents:incident_detail", args=[item.incident_id]) + "#actions",
            urgent=item.due < today,
        )
        for item in mine.select_related("incident").order_by("due", "pk")[:MOST]
    )


def _systems(at: datetime) -> tuple[Need, ...]:
    """Systems that could not be restored within their promise today."""
    return tuple(
        Need(
            line.system.name,
            f"{line.verdict}: {line.sentence}{f'. {line.doubt}' if line.doubt else ''}",
            reverse("inventory:system_detail", args=[line.system.slug]),
        )
        for line in board.summaries(at)
        if line.is_broken
    )[:MOST]


def _background(person: User, at: datetime) -> tuple[Need, ...]:
    """What hinders the background, for those who can mend it."""
    if not access.may(person, Right.MANAGE_PRODUCT):
        return ()
    url, needs = reverse("jobs:schedule_list"), []
    if (seen := heartbeat.last_heartbeat(at)).late:
        why = "Mails, checks and webhooks wait. See that the worker and beat run."
        needs.append(Need(seen.sentence.rstrip("."), why, url))
    if failed := Job.objects.failed().count():
        title = "1 job failed" if failed == 1 else f"{failed} jobs failed"
        why = "Read why, mend it, and try again."
        needs.append(Need(title, why, f"{reverse('jobs:job_list')}?status=failed"))
    return tuple(needs)
