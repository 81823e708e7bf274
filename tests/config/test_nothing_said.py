"""Titles, names and reasons hold at least one letter or digit that can be seen: everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts import people, tokens
from accounts.enums import Role, Scope
from accounts.models import User
from accounts.texts import says_something
from incidents import actions, decisions, entries, losses, notifications, records
from incidents.enums import ActionStatus, Certainty, LossState, Reconciliation, SavedBy, Severity
from incidents.models import Incident
from inventory import copies
from inventory.enums import CopyState
from lib.refusals import Invalid
from runbooks.enums import RunKind
from runbooks.library import revisions
from runbooks.machine.move import Move
from runbooks.machine.moves.copies import AnswerCopies, AskCopies
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.log import Note
from runbooks.machine.moves.run import Abort
from runbooks.machine.moves.steps import NotApplicable
from runbooks.models import Review
from runbooks.procedure.parser import parse
from runbooks.runs import preparation, reviews
from runbooks.runs.transaction import MoveAnswer
from tests.factories import inventory as make
from tests.factories.library import kept
from tests.factories.people import person
from tests.factories.runs import Play, play
from tests.factories.webhooks import endpoint
from tests.incidents import world
from tests.runbooks import texts

#: Nothing, as people and programs write it: dots, dashes, pictures, signs that show nothing.
NOTHING = (".", "…", "-", "?!", "· ·", "\U0001f44d", "\u200b\u200d", "\u3164", "\u2800", "\u115f")


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_is_said(text: str) -> None:
    assert not says_something(text)


@pytest.mark.parametrize("text", ["a", "7", "é", "日", "क", "ا", "½", "Ⅳ", "\u200bx", "-1-"])
def test_something_is_said(text: str) -> None:
    assert says_something(text)


class Place:
    """Everything that has a text, and the people who write it."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.play: Play = play(texts.text("A\noptional: true", "B\nhold: decider"), at)
        self.operator = self.play.people["operator"]
        self.admin = make_admin()
        self.who: dict[str, Any] = {"by": self.operator, "at": at}
        self.system = make.system(self.operator, at)
        self.incident: Incident = world.incident(self.operator, at, system=self.system)

    def move(self, move: type[Move], by: str = "operator", **sent: Any) -> MoveAnswer:
        return self.play.move(move, by, **sent)

    def invite(self, **given: str) -> None:
        facts = {"name": "Ann", "email": "a@example.org", "username": "ann", "initials": "an"}
        people.invite(**facts | given, roles=[], site="", by=self.admin, at=self.at)

    def overridden(self) -> Review:
        return Review.objects.create(
            run=self.play.run, sequence=1, overridden_at=self.at, overridden_by=self.operator
        )


def make_admin() -> User:
    return person("boss", "bs", Role.ADMIN)


def _copy(here: Place, **facts: Any) -> Any:
    return make.copy(here.system, here.operator, here.at, **facts)


def _runbook(place: Place, **facts: Any) -> Any:
    return kept(place.play.people["author"], place.at, **facts)


WRITES: dict[str, tuple[str, Callable[[Place, str], Any]]] = {
    "person": ("name", lambda p, t: p.invite(name=t)),
    "initials": ("initials", lambda p, t: p.invite(initials=t)),
    "token": (
        "name",
        lambda p, t: tokens.issue(
            name=t, scopes=[Scope.READ], expires_at=p.at + timedelta(days=1), **p.who
        ),
    ),
    "webhook": ("name", lambda p, t: endpoint(p.admin, p.at, name=t)),
    "system": ("name", lambda p, t: make.system(p.operator, p.at, name=t)),
    "instance": ("name", lambda p, t: make.instance(p.system, p.operator, p.at, name=t)),
    "host": ("host", lambda p, t: make.instance(p.system, p.operator, p.at, host=t)),
    "copy": ("name", lambda p, t: _copy(p, name=t)),
    "place": ("place", lambda p, t: _copy(p, place=t)),
    "mark": (
        "reason",
        lambda p, t: copies.mark(_copy(p), state=CopyState.SUSPECT, reason=t, seen=None, **p.who),
    ),
    "incident": ("title", lambda p, t: world.incident(p.operator, p.at, title=t, system=p.system)),
    "story": (
        "what_happened",
        lambda p, t: world.incident(p.operator, p.at, what_happened=t, title="x", system=p.system),
    ),
    "severity": (
        "reason",
        lambda p, t: records.judge(
            p.incident, severity=Severity.SEV1, reason=t, seen=None, **p.who
        ),
    ),
    "entry": (
        "text",
        lambda p, t: entries.add(
            p.incident, text=t, happened_at=p.at, certainty=Certainty.EXACT, **p.who
        ),
    ),
    "action": ("title", lambda p, t: world.action(p.incident, p.operator, p.at, title=t)),
    "done when": (
        "done_when",
        lambda p, t: world.action(p.incident, p.operator, p.at, done_when=t),
    ),
    "declined": (
        "note",
        lambda p, t: actions.settle(
            world.action(p.incident, p.operator, p.at),
            status=ActionStatus.DECLINED,
            note=t,
            seen=None,
            **p.who,
        ),
    ),
    "unit": ("unit", lambda p, t: world.loss(p.incident, p.operator, p.at, amount=0, unit=t)),
    "unknown loss": (
        "reason",
        lambda p, t: world.loss(
            p.incident, p.operator, p.at, amount=None, state=LossState.UNKNOWN, reason=t
        ),
    ),
    "struck out": (
        "reason",
        lambda p, t: losses.strike_out(world.loss(p.incident, p.operator, p.at), reason=t, **p.who),
    ),
    "whom": (
        "whom",
        lambda p, t: notifications.state(p.incident, whom=t, notified_at=p.at, reason="", **p.who),
    ),
    "decision": (
        "note",
        lambda p, t: decisions.reconcile(
            p.incident, decision=Reconciliation.GIVEN_UP, note=t, seen=None, **p.who
        ),
    ),
    "luck": (
        "note",
        lambda p, t: decisions.say_saved_by(
            p.incident, saved_by=SavedBy.LUCK, note=t, seen=None, **p.who
        ),
    ),
    "summary": ("summary", lambda p, t: _runbook(p, summary=t)),
    "run": (
        "title",
        lambda p, t: preparation.prepare(
            revision=p.play.run.revision, kind=RunKind.DRILL, parameters={}, title=t, **p.who
        ),
    ),
    "review": (
        "finding",
        lambda p, t: reviews.close(
            p.overridden(), finding=t, by=p.play.people["approver"], at=p.at
        ),
    ),
    "note": ("text", lambda p, t: p.move(Note, text=t)),
    "left out": ("reason", lambda p, t: p.move(NotApplicable, step=0, reason=t)),
    "abort": ("reason", lambda p, t: p.move(Abort, reason=t)),
    "held copy": (
        "text",
        lambda p, t: (p.move(AskCopies), p.move(AnswerCopies, holds=True, text=t)),
    ),
}


@pytest.fixture
def place(db: None, at: datetime) -> Place:
    return Place(at)


@pytest.mark.parametrize("text", [".", "\u200b", "\u3164\u3164"])
@pytest.mark.parametrize("name", WRITES)
def test_what_says_nothing_is_refused(name: str, text: str, place: Place) -> None:
    field, write = WRITES[name]
    with pytest.raises(Invalid) as refused:
        write(place, text)
    assert set(refused.value.errors) == {field}
    assert refused.value.errors[field].endswith((".", "?"))


def test_a_stop_is_never_refused_for_its_words(place: Place) -> None:
    place.move(Hold, by="verifier", reason=".")
    assert place.play.run.status == "on_hold"


def test_a_title_of_a_runbook_or_a_step(author: User, at: datetime) -> None:
    source = b"---\ntitle: '...'\n---\n\n- [ ] Go\n"
    with pytest.raises(Invalid):
        revisions.save(source=source, by=author, at=at)
    step = b"---\ntitle: Go\n---\n\n- [ ] ...\n"
    findings = parse(step).findings
    assert [f.sentence for f in findings if f.code == "syntax.untitled_step"] == [
        "The title of this step says nothing."
    ]
