"""The verification of all logs: what the nightly check and `manage.py verify_log` both do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from django.db import transaction
from django.urls import reverse

from accounts import access
from accounts.enums import Role
from notices.sending import send_notice
from runbooks.audit.anchors import Comparison, Fault
from runbooks.models import LogCheck, Run
from runbooks.runs import replay
from runbooks.runs.replay import Verdict

#: Faults that are kept with a check, and told in a mail; the rest is counted.
KEPT, TOLD = 1000, 10
#: A check that is older than this is missed.
OUTDATED = timedelta(hours=48)
_PAGE = 500


def check(
    *,
    at: datetime,
    runs: Collection[int] | None = None,
    anchors: Path | None = None,
    witness: bool = False,
    on_run: Callable[[int, Verdict], None] = lambda run, verdict: None,
    on_difference: Callable[[Fault], None] = lambda fault: None,
) -> LogCheck:
    """Verify the logs of `runs` (None: of all), and compare them with the file `anchors` if given.

    Returns an unsaved row; `keep` saves it. `at` (aware) is the beginning. `witness`: this database
    writes that file itself. `on_run` is called for each run, `on_difference` for each fault of the
    comparison. Memory grows neither with the runs nor with the events.
    """
    began = monotonic()
    result = LogCheck(at=at, runs=0, events=0, faults=[])
    for run in _numbers(runs):
        verdict = replay.verify(Run(pk=run))
        result.runs += 1
        result.events += verdict.events
        for sentence in verdict.faults:
            _note(result, Fault(run, sentence))
        on_run(run, verdict)
    if anchors is not None:
        comparison = Comparison(anchors, runs, witness)
        for fault in comparison.faults():
            _note(result, fault)
            on_difference(fault)
        result.heads = comparison.heads
    result.took = timedelta(seconds=monotonic() - began)
    return result


def _numbers(runs: Collection[int] | None) -> Iterator[int]:
    """Numbers of runs in order, read page by page: no cursor stays open while a run is locked."""
    wanted = Run.objects.order_by("pk").values_list("pk", flat=True)
    if runs is not None:
        wanted = wanted.filter(pk__in=runs)
    last = 0
    while page := list(wanted.filter(pk__gt=last)[:_PAGE]):
        yield from page
        last = page[-1]


def _note(result: LogCheck, fault: Fault) -> None:
    result.fault_count += 1
    if len(result.faults) < KEPT:
        result.faults.append({"run": fault.run, "sentence": fault.sentence})


@transaction.atomic
def keep(result: LogCheck, *, at: datetime) -> LogCheck:
    """Save a check of all logs, and tell admins and managers of the faults that the check before
    did not find: each fault once, not every night."""
    before = LogCheck.objects.first()
    known = [] if before is None else before.faults
    new = [fault for fault in result.faults if fault not in known]
    result.save(force_insert=True)
    if new:
        send_notice(
            access.holding(Role.ADMIN, Role.MANAGER),
            key=f"log-check:{result.pk}",
            subject=counted(len(new), "new fault") + " in the logs of runs",
            text=_letter(new),
            url=reverse("runbooks:log_check_list"),
            at=at,
        )
    return result


def _letter(new: list[dict[str, object]]) -> str:
    lines = [_line(fault) for fault in new[:TOLD]]
    if len(new) > TOLD:
        lines.append(f"… and {len(new) - TOLD:,} more.")
    told_faults = "\n".join(lines)
    return (
        f"The verification of the logs found what was not there before:\n\n{told_faults}\n\n"
        "Somebody may have changed the database. Keep it as it is, keep the file of anchors, and"
        " compare with a backup before anybody repairs anything."
    )


def _line(fault: dict[str, object]) -> str:
    return f"Run {fault['run']}: {fault['sentence']}" if fault["run"] else f"{fault['sentence']}"


def sentence(result: LogCheck) -> str:
    """What a check found, in a line: "412 runs with 18,000 events verified; all hold."."""
    if not result.runs and not result.fault_count:
        return "There is no run yet to verify."
    text = f"{counted(result.runs, 'run')} with {counted(result.events, 'event')} verified"
    if result.heads:
        text += f", {counted(result.heads, 'anchored head')} compared"
    faults = f"{counted(result.fault_count, 'fault')}." if result.fault_count else "all hold."
    return f"{text}; {faults}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 run", "18,000 events", "2 near misses"."""
    plural = "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{'' if number == 1 else plural}"


def missed_since(at: datetime, newest: LogCheck | None) -> datetime | None:
    """When the `newest` check was begun, or the first run prepared when there was none, if that is
    longer ago than `OUTDATED` at `at`; None when all is well."""
    if newest is None:
        first = Run.objects.order_by("pk").only("prepared_at").first()
        since = first.prepared_at if first else at
    else:
        since = newest.at
    return since if at - since > OUTDATED else None
