"""Runs for the cases, made and moved by the product's own verbs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bench import procedures
from bench.people import Cast
from bench.worlds import BenchWorld
from runbooks.enums import RunKind, RunRole
from runbooks.library import revisions
from runbooks.machine.moves.log import Attach
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.steps import Tick
from runbooks.models import Revision, Run
from runbooks.runs import moves, preparation


def revision(cast: Cast, steps: int, *, loose: bool = False) -> Revision:
    """The approved runbook of so many steps, and with `loose` commands outside of them; saved at
    the first call."""
    title = f"Look through the ledger in {steps} steps{' and otherwise' if loose else ''}"
    approved = Revision.objects.filter(runbook__title=title, approved_at__isnull=False).first()
    if approved is not None:
        return approved
    source = procedures.sheet(title, steps, loose=loose)
    saved = revisions.save(source=source, by=cast.author, at=timezone.now())
    return revisions.approve(saved, by=cast.approver, at=timezone.now())


def values(step: int) -> dict[str, str]:
    """What has to be typed to tick the step with this index."""
    return {"entries": "48211"} if procedures.records(step) else {}


def started(cast: Cast, of: Revision) -> Run:
    """A live run with its three people, under way."""
    run = preparation.prepare(
        revision=of, kind=RunKind.LIVE, parameters={}, by=cast.operator, at=timezone.now(),
        key=uuid4().hex,
    )  # fmt: skip
    for person, role in (
        (cast.operator, RunRole.OPERATOR),
        (cast.verifier, RunRole.VERIFIER),
        (cast.decider, RunRole.DECIDER),
    ):
        moves.make_move(run.pk, TakeRole(role=role), by=person, at=timezone.now())
    moves.make_move(
        run.pk, Start(acknowledged=True, conditions=True), by=cast.operator, at=timezone.now()
    )
    return Run.objects.get(pk=run.pk)


def head(run: int) -> int:
    """The number of the last event of the run: what its page has seen."""
    return Run.objects.values_list("sequence", flat=True).get(pk=run)


def half_done(cast: Cast, of: Revision, *, ticked: int, evidence: int) -> Run:
    """A run in the middle: `ticked` steps are done and `evidence` files are attached."""
    run = started(cast, of)
    for step in range(ticked):
        moves.make_move(
            run.pk, Tick(step=step, values=values(step)), by=cast.operator, at=timezone.now()
        )
    for number in range(evidence):
        file = SimpleUploadedFile(f"listing-{number}.txt", f"run {run.pk}, {number}\n".encode())
        moves.make_move(run.pk, Attach(step=number), file=file, by=cast.operator, at=timezone.now())
    return Run.objects.get(pk=run.pk)


@dataclass(frozen=True)
class Open:
    """A step whose turn it is, once the one before it is ticked: the run and the step's index."""

    run: int
    step: int


class OpenSteps:
    """Steps that are ticked one after the other, each once: `next()` gives the following one.

    Every tick of a case needs a fresh one, and making it costs more than the tick; so runs are made
    beforehand, and each is used from its first step to its last but one.
    """

    def __init__(self, world: BenchWorld, cast: Cast, of: Revision) -> None:
        self._world, self._cast, self._of = world, cast, of
        self._left: deque[Open] = deque()

    def prepare(self, count: int) -> None:
        """See to it that the next `count` calls of `next` find a step. Enters the world."""
        self._world.enter()
        steps = len(self._of.procedure["steps"])
        while len(self._left) < count:
            run = started(self._cast, self._of)
            self._left += (Open(run.pk, index) for index in range(steps - 1))

    def next(self) -> Open:
        """Raises `IndexError` when less was prepared."""
        return self._left.popleft()
