"""What the background does for runs. Handlers of jobs: `handler(job, at)` returns a sentence."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from django.urls import reverse
from urllib3.exceptions import HTTPError

from accounts import access
from accounts.enums import Role
from accounts.models import User
from jobs.models import Job
from jobs.queue import GiveUp, Postpone
from lib import times
from lib.times import stamp
from lib.units.durations import words
from notices.mail import deliver, pause
from notices.models import Notice
from notices.sending import send_notice
from runbooks.audit import anchors, nightly
from runbooks.audit.nightly import counted
from runbooks.enums import RunKind
from runbooks.machine import overdue
from runbooks.machine.overdue import Late, Quiet
from runbooks.machine.state import RunState
from runbooks.models import LogCheck, Run
from runbooks.runs import idempotency_keys, paging, persistence, reviews
from runbooks.runs.paging import named

logger = logging.getLogger(__name__)
#: Seconds to connect, and to wait for an answer.
PATIENCE = urllib3.Timeout(connect=5, read=10)


def verify_logs(job: Job, at: datetime) -> str:
    """Handler of `runbooks.verify_logs`: verify all logs, compare them with the anchors, keep the
    result, and tell of new faults."""
    result = nightly.check(at=at, anchors=anchors.kept(), witness=True)
    return nightly.sentence(nightly.keep(result, at=at))


def anchor(job: Job, at: datetime) -> str:
    """Handler of `runbooks.anchor`: anchor the heads of logs that have moved. Raises `Postpone`
    when the file cannot be written."""
    path = settings.ANCHOR_FILE
    try:
        cast = anchors.cast(path, at=at)
    except OSError as error:
        raise Postpone(f"The file of anchors {path} cannot be written: {error}.") from error
    if not cast.heads:
        return "No log has moved."
    return f"{counted(cast.heads, 'head')} anchored in {path}."


def mail_anchor(job: Job, at: datetime) -> str:
    """Handler of `runbooks.mail_anchor`: mail one line of the file. Raises as `deliver` does."""
    to = settings.ANCHOR_EMAIL
    if not to:
        raise GiveUp("COUNTERSIGN_ANCHOR_EMAIL is not set any more.")
    text = (
        "The heads of logs of runs that have moved, as they were written to the file of anchors."
        f" Keep this mail where nobody who administers the product can change it.\n\n"
        f"{job.data['line']}\n\nSHA-256 of this line: {job.key}\n"
    )
    deliver(job, to=to, subject=f"Anchor {job.key[:12]}", text=text)
    return f"Mailed to {to}."


def post_anchor(job: Job, at: datetime) -> str:
    """Handler of `runbooks.post_anchor`: POST one line of the file, byte for byte, as JSON. Raises
    `Postpone` unless the answer is 2xx."""
    url = settings.ANCHOR_WEBHOOK
    if not url:
        raise GiveUp("COUNTERSIGN_ANCHOR_WEBHOOK is not set any more.")
    headers = {"Content-Type": "application/json", "Idempotency-Key": job.key}
    body, host = str(job.data["line"]).encode(), urlsplit(url).hostname
    try:
        with urllib3.PoolManager(timeout=PATIENCE, retries=False) as pool:
            answer = pool.request(
                "POST", url, body=body, headers=headers, redirect=False, preload_content=False
            )
            answer.close()
    except HTTPError as error:
        raise Postpone(f"{host} cannot be reached: {error}", pause(job)) from error
    if not 200 <= answer.status < 300:
        raise Postpone(f"{host} answered {answer.status}.", pause(job))
    return f"{host} answered {answer.status}."


def forget_keys(job: Job, at: datetime) -> str:
    """Handler of `runbooks.forget_keys`: forget what was sent under idempotency keys."""
    return f"{counted(idempotency_keys.forget(at=at), 'digest')} forgotten."


def remind(job: Job, at: datetime) -> str:
    """Handler of `runbooks.remind`: tell the people of a run, once, that a step takes longer than
    it may or that nothing happens; tell admins and managers that the logs were not verified.

    A run that cannot be read does not keep the others from being looked at.
    """
    quiet_after = timedelta(minutes=settings.QUIET_RUN_MINUTES)
    looked_at = sent = 0
    statuses = [status.value for status in overdue.UNDER_WAY]
    asked = _asked()
    for number in Run.objects.filter(status__in=statuses).values_list("pk", flat=True):
        try:
            run, state = persistence.load(number)
        except (ValueError, KeyError, TypeError, AssertionError):
            logger.exception("Run %s cannot be read.", number)
            continue
        looked_at += 1
        late = set()
        for lateness in _overdue(run, state, at, quiet_after):
            key, subject, text = _words(run, state, lateness)
            late.add(key)
            sent += _tell(run, state, (key, subject, text), at)
        paging.lapse(run, state, asked.get(paging.about(number), ()), late, at)
    sent += _tell_of_missed_check(at) + reviews.remind(at)
    news = counted(sent, "notice") if sent else "nothing new is overdue"
    return f"{counted(looked_at, 'run')} under way, {news}."


def _overdue(run: Run, state: RunState, at: datetime, quiet_after: timedelta) -> list[Late | Quiet]:
    opening = overdue.opening(state)
    wanted = run.events.filter(sequence__in={opening, state.sequence})
    moments = {
        sequence: times.from_microseconds(moment)
        for sequence, moment in wanted.values_list("sequence", "at")
    }
    return overdue.overdue(
        state,
        at=at,
        opened_at=moments.get(opening, at),
        last_at=moments.get(state.sequence, at),
        quiet_after=quiet_after,
    )


def _asked() -> dict[str, list[str]]:
    """The keys of the notices that still ask for something about a run, by what they are about.
    One query."""
    keys: dict[str, list[str]] = {}
    waiting = Notice.objects.filter(about__startswith="run:", over_at__isnull=True).order_by()
    for about, key in waiting.values_list("about", "key").distinct():
        keys.setdefault(about, []).append(key)
    return keys


def _tell(run: Run, state: RunState, words: tuple[str, str, str], at: datetime) -> int:
    """Tell everybody who holds a role in the run. A drill is told in the product alone: nobody is
    to be called out of bed for one."""
    key, subject, text = words
    return send_notice(
        User.objects.filter(pk__in=list(state.people)),
        key=key,
        subject=subject,
        text=text,
        url=reverse("runbooks:run_detail", args=[run.pk]),
        at=at,
        about=paging.about(run.pk),
        by_mail=state.kind is RunKind.LIVE,
    )


def _words(run: Run, state: RunState, lateness: Late | Quiet) -> tuple[str, str, str]:
    """The key, the subject and the text of its notice."""
    return (
        _of_a_step(run, state, lateness)
        if isinstance(lateness, Late)
        else _of_silence(run, lateness)
    )


def _of_a_step(run: Run, state: RunState, late: Late) -> tuple[str, str, str]:
    step = state.step(late.step)
    limit, length = words(late.limit), words(_minutes(late.length))
    key = f"late-step:{run.pk}:{late.step}:{late.attempt}"
    if late.begun:
        happened = f"is being done for {length}, {words(_minutes(late.length - late.limit))}"
        advice = "Look whether it still moves. If it does not, say STOP and find out why."
        text = f"Step {step.number}, {step.title}, {happened} beyond its {limit}. {advice}"
    else:
        advice = "Begin it, or say STOP when something keeps you from it."
        text = (
            f"Step {step.number}, {step.title}, is open for {length} and nobody has begun it. By"
            f" the runbook it is done within {limit}. {advice}"
        )
    return key, f"Step {step.number} is beyond its {limit}: {named(run)}", text


def _of_silence(run: Run, quiet: Quiet) -> tuple[str, str, str]:
    state = "The run is on hold" if quiet.held else "The run is under way"
    text = (
        f"{state}, and nothing was written in it for {words(_minutes(quiet.length))}. If it goes on"
        " elsewhere, write down what was done; if it does not, resume, hand over, or abort it."
    )
    key = f"quiet-run:{run.pk}:{quiet.sequence}"
    return key, f"Nothing happens: {named(run)}", text


def _minutes(length: timedelta) -> timedelta:
    """Whole minutes, at least one: nobody reads the seconds."""
    return timedelta(minutes=max(length // timedelta(minutes=1), 1))


def _tell_of_missed_check(at: datetime) -> int:
    since = nightly.missed_since(at, LogCheck.objects.newest())
    # After a pause of the whole product the check that was missed is the first thing to be done.
    if since is None or Job.objects.of_schedule("runbooks.verify_logs").unended().exists():
        return 0
    return send_notice(
        access.holding(Role.ADMIN, Role.MANAGER),
        key=f"log-check-missed:{since.isoformat()}",
        subject="The logs of runs are not being verified",
        text=(
            f"The logs were not verified since {stamp(since)}; it should happen every night. Look"
            " at the background work, or run manage.py verify_log on the server."
        ),
        url=reverse("runbooks:log_check_list"),
        at=at,
    )
