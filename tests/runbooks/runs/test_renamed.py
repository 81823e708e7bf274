"""A run goes by the title of the revision that was started, whatever a later one is called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.models import User
from incidents import links
from notices.models import Notice
from runbooks.enums import RunKind
from runbooks.library import revisions
from runbooks.log.export import export
from runbooks.machine.moves.hold import Hold
from runbooks.models import Revision, Run
from runbooks.runs import preparation
from tests.factories.missed import missed
from tests.factories.story import SHEET, Story, story
from tests.factories.tokens import program
from tests.incidents.world import incident
from webhooks import outgoing_events
from webhooks.enums import Source

SignIn = Callable[[User], Client]
OLD, NEW = "Restore the books", "Rewind the abacus"


@pytest.fixture
def played(operator: User, verifier: User, decider: User, author: User, approver: User) -> Story:
    """A run of "Restore the books" that went as far as its log can be read; the runbook has been
    called otherwise since."""
    people = (operator, verifier, decider, author, approver)
    ago = datetime.now(UTC) - timedelta(hours=1)
    game = story({person.username: person for person in people}, ago).start()
    rename(game.run.revision, author, game.at)
    game.do(Hold, "verifier", reason="wait")
    missed(game.run, operator, game.at)
    return game


def rename(revision: Revision, by: User, at: datetime) -> Revision:
    text = SHEET.replace(OLD.encode(), NEW.encode())
    return revisions.save(source=text, by=by, at=at, runbook=revision.runbook)


@pytest.mark.parametrize(
    "page", ["", "log/", "print/", "export.json", "copies/"], ids=lambda page: page or "run"
)
def test_a_page_of_the_run_never_says_the_later_title(
    page: str, played: Story, signed_in: SignIn, operator: User
) -> None:
    answer = signed_in(operator).get(f"/runs/{played.run.pk}/{page}")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert NEW not in text
    assert OLD in text


@pytest.mark.parametrize("path", ["", "events/", "export/", "verification/", "evidence/"])
def test_nor_does_the_api(path: str, played: Story, operator: User) -> None:
    answer = program(operator).get(f"/api/v1/runs/{played.run.pk}/{path}")
    assert answer.status_code == 200
    assert NEW not in answer.content.decode()


def test_the_api_names_the_text_by_its_own_title(played: Story, operator: User) -> None:
    client = program(operator)
    run = client.get(f"/api/v1/runs/{played.run.pk}/").json()
    assert (run["runbook"]["title"], run["runbook"]["revision"]) == (OLD, 1)
    [line] = client.get("/api/v1/runs/").json()["results"]
    assert line["runbook"]["title"] == OLD
    export = client.get(f"/api/v1/runs/{played.run.pk}/export/").json()
    assert export["revision"]["runbook"] == OLD


def test_lists_name_each_run_by_its_own_title(
    played: Story, signed_in: SignIn, operator: User
) -> None:
    client = signed_in(operator)
    assert NEW not in client.get("/runs/").content.decode()
    rows = client.get("/near-misses/").content.decode().split('class="near-miss"')[1:]
    assert rows
    assert all(OLD in row and NEW not in row for row in rows)


def test_the_incident_names_its_run_by_its_own_title(
    played: Story, signed_in: SignIn, operator: User
) -> None:
    opened = incident(operator, played.at)
    links.link_run(opened, run=played.run, by=operator, at=played.at)
    page = signed_in(operator).get(f"/incidents/{opened.pk}/").content.decode()
    assert NEW not in page
    assert f"{OLD}, revision 1" in page


def test_notices_and_webhooks_name_it_so_too(played: Story) -> None:
    notices = Notice.objects.all()
    assert notices
    assert all(NEW not in f"{notice.subject} {notice.text}" for notice in notices)
    keys = list(played.run.events.values_list("pk", flat=True))
    events = outgoing_events.read_events(Source.RUN, keys)
    assert {event.about for event in events} == {f"Run {played.run.pk}, {OLD}"}
    assert NEW not in str(events)


def test_a_run_of_an_older_text_is_opened_under_that_title(
    played: Story, author: User, operator: User
) -> None:
    """Its first event says the title that it has, not the one that the runbook has by now."""
    again = preparation.prepare(
        revision=Revision.objects.get(pk=played.run.revision_id),
        kind=RunKind.DRILL,
        parameters={},
        by=operator,
        at=played.at + timedelta(minutes=1),
    )
    assert again.title == OLD
    first = export(Run.objects.get(pk=again.pk))["events"][0]["text"]
    assert OLD in first
    assert NEW not in first


def test_the_paper_form_of_an_older_text_has_its_title(
    played: Story, signed_in: SignIn, operator: User
) -> None:
    slug = played.run.revision.runbook.slug
    client = signed_in(operator)
    assert NEW not in client.get(f"/runbooks/{slug}/1/print/").content.decode()
    page = client.get(f"/runbooks/{slug}/1/").content.decode()
    assert f"The title of revision 1 is “{OLD}”." in page
    brief = client.get(f"/runbooks/{slug}/1/start/").content.decode()
    assert f"{OLD}, revision 1" in brief


def test_nobody_renames_a_kept_text(played: Story) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Revision.objects.filter(pk=played.run.revision_id).update(title=NEW)
