"""What is read by API: lists in pages, details, histories, the board, the timeline."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from incidents import entries, records
from incidents.enums import Certainty, Severity
from tests.factories import inventory
from tests.factories.library import approved
from tests.factories.tokens import program
from tests.incidents import world

API = "/api/v1"


def every(door: Client, path: str) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    rows, address = [], f"{API}{path}"
    while address:
        page = door.get(address).json()
        assert len(page["results"]) <= 2 or "limit=2" not in path
        rows += page["results"]
        address = page["next"]
    return rows


def test_the_inventory(viewer: User, manager: User, at) -> None:
    ledger = inventory.system(manager, at)
    other = inventory.system(manager, at, name="Books", rpo=None)
    place = inventory.instance(ledger, manager, at)
    good = inventory.copy(ledger, manager, at, good=True, taken_from=place)
    inventory.copy(other, manager, at, name="other")
    door = program(viewer)
    assert [row["slug"] for row in every(door, "/systems/?limit=1")] == ["ledger", "books"]
    system = door.get(f"{API}/systems/ledger/").json()
    assert (system["rpo"], system["mtd"], system["owner"]["name"]) == (3600, 172800, "Manager")
    assert [row["id"] for row in every(door, "/instances/?system=ledger")] == [place.pk]
    assert every(door, "/instances/?lifecycle=frozen") == []
    assert [row["id"] for row in every(door, "/copies/?state=good&system=ledger")] == [good.pk]
    copy = door.get(f"{API}/copies/{good.pk}/").json()
    assert copy["taken_at"] == "2026-03-03T02:12:45Z"
    assert (copy["taken_from"], copy["verified_by"]["initials"]) == (place.pk, "mg")
    history = every(door, f"/copies/{good.pk}/history/?limit=2")
    assert [line["verb"] for line in history] == ["verified", "registered"]
    assert history[0]["id"] == copy["seen"]
    assert history[0]["fields"]["state"] == ["unverified", "good"]


def test_the_board(viewer: User, manager: User, at) -> None:
    inventory.copy(inventory.system(manager, at), manager, at, good=True)
    inventory.system(manager, at, name="Books")
    worst, next_ = program(viewer).get(f"{API}/board/").json()["lines"]
    assert (worst["system"]["slug"], worst["verdict"]) == ("books", "cannot be restored")
    assert (worst["newest_good_copy"], next_["newest_good_copy"]["name"]) == (
        None,
        "ledger-0606.dump",
    )


def test_incidents_in_pages_newest_first_and_narrowed(viewer: User, manager: User, at) -> None:
    ledger = inventory.system(manager, at)
    for number in range(5):
        opened = world.incident(
            manager, at + timedelta(hours=number), title=f"Number {number}", system=ledger
        )
    records.judge(opened, severity=Severity.SEV1, seen=None, by=manager, at=at)
    door = program(viewer)
    titles = [row["title"] for row in every(door, "/incidents/?limit=2")]
    assert titles == [f"Number {number}" for number in (4, 3, 2, 1, 0)]
    assert [row["title"] for row in every(door, "/incidents/?q=number%203")] == ["Number 3"]
    assert len(every(door, "/incidents/?severity=severity+1")) == 1
    assert every(door, "/incidents/?system=none") == []


def test_an_incident_with_all_that_belongs_to_it(operator: User, author, approver, at) -> None:
    incident = world.incident(operator, at)
    run = world.run(approved(author, approver, at), operator, at)
    door = program(operator)
    path = f"{API}/incidents/{incident.pk}"
    assert door.put(f"{path}/runs/{run.pk}/").status_code == 200
    shown = door.get(f"{path}/").json()
    assert [tick["moment"] for tick in shown["clock"] if tick["at"]] == ["noticed", "declared"]
    assert shown["may_become"] == ["contained", "restored", "closed"]
    assert shown["runs"][0]["run"] == run.pk
    assert shown["seen"] == 2


def test_the_timeline_in_pages(operator: User, author, approver, at) -> None:
    incident = world.incident(operator, at)
    run = world.run(approved(author, approver, at), operator, at)
    door = program(operator)
    door.put(f"{API}/incidents/{incident.pk}/runs/{run.pk}/")
    entries.add(
        incident,
        text="**Gone**",
        happened_at=at,
        certainty=Certainty.ABOUT,
        by=operator,
        at=at,
    )
    lines = every(door, f"/incidents/{incident.pk}/timeline/?limit=2")
    assert len(lines) == 5
    assert {line["kind"] for line in lines} == {"log", "entry", "change"}
    (entry,) = [line for line in lines if line["kind"] == "entry"]
    assert "<strong>Gone</strong>" in entry["html"]
    assert every(door, f"/incidents/{incident.pk}/entries/")[0]["text"] == "**Gone**"
    assert [line["version"] for line in every(door, f"/incidents/{incident.pk}/history/")] == [2, 1]


@pytest.mark.parametrize(
    "path", ["/systems/", "/instances/", "/copies/", "/incidents/", "/people/", "/board/"]
)
def test_a_list_costs_the_same_however_long_it_is(
    path: str, viewer: User, manager: User, at, django_assert_max_num_queries
) -> None:
    for number in range(6):
        owner = inventory.system(manager, at, name=f"system {number}")
        inventory.instance(owner, manager, at)
        inventory.copy(owner, manager, at, good=True)
        world.incident(manager, at, title=f"incident {number}", system=owner)
    door = program(viewer)
    door.get(f"{API}{path}")
    with django_assert_max_num_queries(5):
        door.get(f"{API}{path}")


def test_a_conflict_tells_the_present_state(operator: User, manager: User, at) -> None:
    copy = inventory.copy(inventory.system(manager, at), manager, at)
    door, path = program(manager), f"{API}/copies/{copy.pk}/"
    seen = door.get(path).json()["seen"]

    def edit(**body: Any) -> Any:
        return door.patch(path, body, content_type="application/json")

    assert edit(place="vault", seen=seen).status_code == 200
    refused = edit(place="cellar", seen=seen)
    refusal = refused.json()
    assert (refused.status_code, refusal["code"]) == (409, "changed_meanwhile")
    assert refusal["state"]["place"] == "vault"
    assert refusal["seen"] == refusal["state"]["seen"]
    assert edit(place="cellar", seen=refusal["seen"]).json()["place"] == "cellar"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("taken_at", "2026-03-03 02:12"),
        ("taken_at", "0001-01-01T00:00:00+14:00"),
        ("taken_at", "1969-12-31T23:59:59Z"),
        ("taken_at", 5),
        ("medium", "paper"),
        ("medium", ["disk"]),
        ("size_bytes", 1.5),
        ("size_bytes", True),
        ("size_bytes", 2**63),
        ("size_bytes", -1),
        ("name", "half \ud800"),
        ("name", "nul \x00"),
        ("taken_from", 2**70),
        ("taken_from", 99),
    ],
)
def test_values_that_cannot_be_kept(field: str, value: Any, manager: User, at) -> None:
    copy = inventory.copy(inventory.system(manager, at), manager, at)
    answer = program(manager).patch(
        f"{API}/copies/{copy.pk}/", {field: value}, content_type="application/json"
    )
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_what_the_verb_cannot_read_is_told_like_what_the_body_cannot(manager: User, at) -> None:
    """Both are 422 with the same remedy; a program has no page to go back to."""
    inventory.system(manager, at)
    door = program(manager)
    answers = [
        door.patch(f"{API}/systems/ledger/", body, content_type="application/json").json()
        for body in ({"rto": 7200, "mtd": 60}, {"mtd": "2 fortnights"})
    ]
    assert [list(body["errors"]) for body in answers] == [["mtd"], ["mtd"]]
    assert {body["remedy"] for body in answers} == {
        "Correct what is named here, and send it again."
    }


@pytest.mark.parametrize("seconds", [0, -1, 1.5, "1", "0 h", "12:30", True, 10**12])
def test_lengths_that_are_none(seconds: Any, manager: User, at) -> None:
    inventory.system(manager, at)
    answer = program(manager).patch(
        f"{API}/systems/ledger/", {"rpo": seconds}, content_type="application/json"
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("length", [5400, "1 h 30 min", "1,5 h", "01:30:00", "PT1H30M"])
def test_lengths_are_seconds_or_are_read_as_on_the_pages(
    length: int | str, manager: User, at: datetime
) -> None:
    inventory.system(manager, at)
    answer = program(manager).patch(
        f"{API}/systems/ledger/", {"rpo": length}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["rpo"]) == (200, 5400)


@pytest.mark.parametrize(
    "path",
    ["copies/9/", "systems/none/", "incidents/9/", "incidents/9/timeline/", f"copies/{2**70}/"],
)
def test_what_is_not_there(path: str, viewer: User) -> None:
    answer = program(viewer).get(f"{API}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("cursor", ["1.2.3", "1-2", "999999999999999999-1"])
def test_a_cursor_of_another_list_is_refused_or_empty(cursor: str, viewer: User) -> None:
    for path in ("systems", "incidents"):
        answer = program(viewer).get(f"{API}/{path}/?cursor={cursor}")
        assert answer.status_code in {200, 422}
