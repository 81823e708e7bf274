"""The page of the checks, and what the home page warns of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from runbooks.audit import nightly
from runbooks.models import LogCheck, RunStep
from tests.factories.forging import forging, settle
from tests.factories.people import person
from tests.factories.runs import play
from tests.runbooks import texts

SignIn = Callable[[User], Client]
PAGE = "/runs/verification/"


def kept(**facts: Any) -> LogCheck:
    given = {"at": timezone.now(), "took": timedelta(seconds=3), "runs": 412, "events": 18000}
    faults = facts.get("faults", [])
    return LogCheck.objects.create(**given | {"fault_count": len(faults)} | facts)


def beside(viewer: User) -> dict[str, User]:
    """The cast of a run beside somebody who is here already."""
    roles = {"operator": Role.RESPONDER, "verifier": Role.RESPONDER, "decider": Role.RESPONDER,
             "author": Role.AUTHOR, "approver": Role.APPROVER}  # fmt: skip
    cast = {name: person(name, name[:2], role) for name, role in roles.items()}
    return cast | {"viewer": viewer}


def html(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_the_first_night_the_page_says_so(signed_in: SignIn, viewer: User) -> None:
    client = signed_in(viewer)
    assert "Not verified yet" in html(client)
    assert "not verified since" not in html(client)
    assert "The logs" not in html(client, "/")


def test_the_newest_is_large_and_all_are_listed(signed_in: SignIn, viewer: User) -> None:
    kept(runs=1, events=2)
    kept(heads=900)
    page = html(signed_in(viewer))
    assert "412 runs with 18,000 events verified, 900 anchored heads compared; all hold." in page
    assert page.count('scope="row"') == 2
    assert "3 s" in page


def test_a_fault_leads_to_the_run_and_warns_on_the_home_page(
    signed_in: SignIn, viewer: User
) -> None:
    made = play(texts.PLAIN, timezone.now(), people=beside(viewer))
    with forging():
        RunStep.objects.filter(run=made.run, step=0).update(reason="forged")
    nightly.keep(nightly.check(at=timezone.now()), at=timezone.now())
    faults = LogCheck.objects.get().faults
    kept(faults=[*faults, {"run": 999999, "sentence": "The run is lost: …"},
                 {"run": None, "sentence": "The file of anchors: …"}], fault_count=5)  # fmt: skip
    client = signed_in(viewer)
    page = html(client)
    assert f'<a href="/runs/{made.run.pk}/log/">Run {made.run.pk}</a>: Stored and' in page
    assert "Run 999999: The run is lost" in page
    assert "/runs/999999/" not in page
    assert "<li>The file of anchors: …</li>" in page
    assert "… and 2 more." in page
    assert "A log does not hold" in html(client, "/")


def test_a_fault_that_is_gone_warns_no_more(signed_in: SignIn, viewer: User) -> None:
    kept(faults=[{"run": 1, "sentence": "x"}])
    kept()
    assert "does not hold" not in html(signed_in(viewer), "/")


def test_a_missed_check_warns(signed_in: SignIn, viewer: User) -> None:
    kept(at=timezone.now() - timedelta(hours=49))
    client = signed_in(viewer)
    assert "The logs were not verified since" in html(client)
    assert "The logs are not being verified" in html(client, "/")
    kept(at=timezone.now() - timedelta(hours=47))
    assert "not verified since" not in html(client)
    assert "The logs are not" not in html(client, "/")


def test_runs_that_were_never_verified_warn(signed_in: SignIn, viewer: User) -> None:
    play(texts.PLAIN, timezone.now() - timedelta(hours=49), people=beside(viewer))
    assert "The logs are not being verified" in html(signed_in(viewer), "/")


def test_who_may_see_nothing_sees_no_check(signed_in: SignIn, outsider: User) -> None:
    assert signed_in(outsider).get(PAGE).status_code == 403


def test_pages_go_on(signed_in: SignIn, viewer: User) -> None:
    for _ in range(31):
        kept()
    client = signed_in(viewer)
    first = client.get(PAGE).context
    assert len(first["checks"]) == 30
    second = client.get(PAGE + first["older"])
    assert len(second.context["checks"]) == 1
    assert second.context["newest"] is None
    assert client.get(PAGE + "?before=x").context["newest"]


def test_the_page_costs_the_same_for_any_number(signed_in: SignIn, viewer: User) -> None:
    client, counts = signed_in(viewer), []
    kept()
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            html(client)
        counts.append(len(asked))
        for _ in range(29):
            kept()
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_a_check_is_not_rewritten() -> None:
    check = kept(faults=[{"run": 1, "sentence": "x"}])
    settle()
    for write in (lambda: LogCheck.objects.update(fault_count=0), check.delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            write()
