"""A run as JSON: what it tells whom, what it hides, and when it is not sent again."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from runbooks.machine.moves.branches import Diagnose, ReportMismatch
from runbooks.machine.moves.hand_over import HandOver
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.log import Note
from runbooks.machine.moves.steps import BeginStep, Tick
from tests.factories import inventory
from tests.factories.api import Programs
from tests.factories.clock import stop
from tests.factories.runs import revision
from tests.factories.story import SHEET, Story, story
from tests.runbooks import texts


def step(run: dict[str, Any], index: int) -> dict[str, Any]:
    return dict(next(step for step in run["steps"] if step["index"] == index))


def test_the_head_names_what_it_is_and_who_is_in_it(programs: Programs) -> None:
    programs.run.start()
    run = programs.now("operator")
    assert (run["kind"], run["status"], run["current"]) == ("live", "running", 0)
    assert run["runbook"]["slug"] == "restore-the-books"
    assert run["sequence"] == programs.run.state.sequence
    assert [(person["name"], person["role"]) for person in run["people"]] == [
        ("Operator", "operator"),
        ("Verifier", "verifier"),
        ("Decider", "decider"),
    ]
    assert run["role"] == "operator"
    assert run["brief"]["worst_case"] == "The wrong server is overwritten."
    assert run["parameters"] == [
        {"name": "folder", "label": "Folder", "type": "text", "value": "/srv/vault", "facts": {}}
    ]


def test_allowed_moves_are_what_the_machine_allows(programs: Programs) -> None:
    programs.run.start()
    mine = {
        (allowed["move"], allowed["step"]) for allowed in programs.now("operator")["allowed_moves"]
    }
    assert {("tick", 0), ("record", 0), ("hold", None), ("hand_over", None)} <= mine
    theirs = {
        (allowed["move"], allowed["step"]) for allowed in programs.now("verifier")["allowed_moves"]
    }
    assert ("tick", 0) not in theirs
    assert ("hold", None) in theirs
    assert [allowed["move"] for allowed in programs.now("viewer")["allowed_moves"]] == ["take_role"]
    assert programs.now("viewer")["open_roles"] == ["verifier", "observer"]


def test_commands_are_told_as_the_page_shows_them(programs: Programs) -> None:
    programs.run.start()
    run = programs.now("operator")
    assert step(run, 0)["commands"] == [{"label": "sh", "text": "ls -l /srv/vault\n"}]
    assert step(run, 3)["commands"] == []
    assert "mv -n" not in json.dumps(run)
    programs.run.do(Hold, "verifier")
    assert step(programs.now("operator"), 0)["commands"] == []


def test_a_command_waits_for_its_gates(programs: Programs) -> None:
    game = programs.run.start().agreed()
    for index in (1, 2):
        game.do(Tick, "operator", step=index)
    game.do(BeginStep, "operator", step=3)
    run = programs.now("operator")
    assert [gate["open"] for gate in run["gates"]] == [True, False]
    assert "mv -n" not in json.dumps(run)


def test_the_steps_of_an_aside_come_when_it_is_entered(programs: Programs) -> None:
    people = programs.run.people
    game = story(people, programs.run.at, source=texts.MISMATCH).start()
    other = Programs(game, programs.people)
    assert [step["title"] for step in other.now("operator")["steps"]] == ["Count", "Tell"]
    game.do(ReportMismatch, "operator", step=0, observed="One too many.")
    game.do(Diagnose, "operator", step=0, finding="A job.", lead=True)
    assert [step["title"] for step in other.now("operator")["steps"]] == [
        "Count",
        "Tell",
        "Find out",
    ]
    assert step(other.now("operator"), 0)["status"] == "diagnosed"


@pytest.mark.parametrize(
    ("who", "knows"), [("operator", True), ("verifier", False), ("decider", False),
                       ("viewer", False), ("relief", False)],
)  # fmt: skip
def test_what_is_to_be_measured_blind_is_told_to_nobody_who_did_not_measure(
    programs: Programs, signed_in: Any, who: str, knows: bool
) -> None:
    """The page and every answer of the API say the same to the same person."""
    programs.run.start().measured()
    page = signed_in(programs.people[who]).get(f"/runs/{programs.run.run.pk}/")
    # As a word: the random keys of the forms may hold these digits too.
    assert bool(re.search(r"\b48211\b", page.content.decode())) is knows
    run = programs.now(who)
    assert ("48211" in json.dumps(run)) is knows
    assert step(run, 0)["hidden"] is not knows
    assert ("48211" in programs.get(who, "events/").content.decode()) is knows
    assert "48211" not in programs.get(who, "evidence/").content.decode()
    refused = programs.send(who, "tick", step=0, values={"entries": "1"})
    assert refused.status_code == 409
    assert ("48211" in refused.content.decode()) is knows


def test_after_both_measured_everybody_knows(programs: Programs) -> None:
    programs.run.start().agreed()
    for who in ("verifier", "viewer"):
        run = programs.now(who)
        assert step(run, 0)["values"] == {"entries": "48211"}
        assert step(run, 0)["verified_values"] == {"entries": "48211"}
        assert step(run, 0)["marks"]["countersigned"]["by"]["name"] == "Verifier"


def test_what_is_expected_is_told_only_where_it_is_not_blind(programs: Programs) -> None:
    source = texts.text(
        "Count\nrecord: {rows: {type: number, equals: 4711},"
        " clients: {type: number, equals: 33, blind: no}}"
    )
    other = Programs(story(programs.run.people, programs.run.at, source=source).start(),
                     programs.people)  # fmt: skip
    run = other.now("operator")
    wanted = {value["name"]: value["expected"] for value in step(run, 0)["wanted"]}
    assert wanted == {"rows": None, "clients": "33"}
    assert "4711" not in json.dumps(run)
    answer = other.send("operator", "tick", step=0, values={"rows": "1", "clients": "33"})
    assert answer.json()["events"][-1] == "step.mismatched"
    for rest in ("", "events/"):
        assert "4711" not in other.get("operator", rest).content.decode()


def test_the_identifiers_of_a_machine_are_read_off_the_machine(programs: Programs) -> None:
    people, at = programs.people, programs.run.at
    keeper = people["operator"]
    ledger = inventory.system(keeper, at, name="Ledger")
    box = inventory.instance(ledger, keeper, at, name="box", first_value="SECRET-SERIAL")
    front = b"---\ntitle: Look\nsystem: Ledger\nparameters:\n  box: {type: instance}\n---\n\n"
    source = front + b"- [ ] Do\n"
    kept = revision(source, author=people["author"], approver=people["approver"], at=at)
    answer = programs.client("operator").post(
        "/api/v1/runs/",
        {"runbook": "look", "revision": kept.number, "kind": "drill",
         "parameters": {"box": str(box.pk)}},
        content_type="application/json",
        headers={"Idempotency-Key": "box"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    assert answer.json()["parameters"][0]["facts"]["name"] == "box"
    assert answer.json()["system"] == "ledger"
    assert "SECRET-SERIAL" not in answer.content.decode()


def test_a_hand_over_tells_what_was_said(programs: Programs) -> None:
    words = {"position": "Step 1", "running": "a copy", "next_step": "1", "worries": "the disk"}
    relief = programs.people["relief"]
    programs.run.start().do(HandOver, "operator", to=relief.pk, **words)
    run = programs.now("relief")
    assert run["hand_over"]["to"]["name"] == "Relief"
    assert {name: run["hand_over"][name] for name in words} == words
    assert "accept_hand_over" in {allowed["move"] for allowed in run["allowed_moves"]}
    assert programs.now("operator")["on_hold"] is None


def test_an_unchanged_run_is_not_sent_again(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runbooks.views.run_page.FRESH_SECONDS", 10**9)
    programs.run.start()
    first = programs.get("operator")
    again = programs.get("operator", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert again["Cache-Control"] == first["Cache-Control"] == "private, no-cache"
    assert programs.get("verifier", **{"If-None-Match": first["ETag"]}).status_code == 200
    programs.run.do(Note, "operator", text="Seen.")
    assert programs.get("operator", **{"If-None-Match": first["ETag"]}).status_code == 200


def test_a_gate_that_closes_by_itself_changes_the_etag(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.run.start()
    moments = [timezone.now()]
    stop(monkeypatch, moments)
    first = programs.get("operator")["ETag"]
    moments.append(moments[0] + timedelta(minutes=2))
    assert programs.get("operator")["ETag"] != first


def test_the_list_is_filtered_and_paged(programs: Programs) -> None:
    programs.run.start()
    others = [
        story(programs.run.people, programs.run.at, source=SHEET.replace(b"books", name))
        for name in (b"shelves", b"cellar")
    ]
    client = programs.client("viewer")
    everything = client.get("/api/v1/runs/?limit=2").json()
    rest = client.get(everything["next"]).json()
    numbers = [run["id"] for run in (*everything["results"], *rest["results"])]
    assert numbers == [others[1].run.pk, others[0].run.pk, programs.run.run.pk]
    assert rest["next"] is None

    def listed_numbers(**query: str) -> list[int]:
        answer = client.get("/api/v1/runs/", query)
        assert answer.status_code == 200, answer.content
        return [run["id"] for run in answer.json()["results"]]

    assert listed_numbers(status="running") == [programs.run.run.pk]
    assert listed_numbers(runbook="restore-the-cellar") == [others[1].run.pk]
    assert listed_numbers(kind="drill") == []
    assert listed_numbers(system="ledger") == []
    for query in ({"status": "odd"}, {"state": "running"}, {"limit": "0"}, {"cursor": "x"}):
        assert client.get("/api/v1/runs/", query).status_code == 422


def test_a_list_costs_the_same_however_long(programs: Programs) -> None:
    client, counts = programs.client("viewer"), []
    client.get("/api/v1/runs/")
    for name in (b"shelves", b"cellar"):
        with CaptureQueriesContext(connection) as asked:
            client.get("/api/v1/runs/")
        counts.append(len(asked))
        story(programs.run.people, programs.run.at, source=SHEET.replace(b"books", name))
    assert counts[0] == counts[1]
    assert not any('"source"' in query["sql"] for query in asked)


def test_a_run_is_prepared_once_for_a_key(programs: Programs) -> None:
    body = {"runbook": "restore-the-books", "revision": 1, "kind": "drill",
            "parameters": {"folder": "/srv/other"}}  # fmt: skip

    def prepare(key: str = "prepare-1", **more: Any) -> Any:
        return programs.client("operator").post(
            "/api/v1/runs/",
            {**body, **more},
            content_type="application/json",
            headers={"Idempotency-Key": key},
        )

    first, again = prepare(), prepare()
    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    assert first["Location"] == f"/api/v1/runs/{first.json()['id']}/"
    assert first.json()["parameters"][0]["value"] == "/srv/other"
    for more, field in (
        ({"parameters": {"folder": "x" * 401}}, "parameters.folder"),
        ({"parameters": {"nothing": "x"}}, "parameters.nothing"),
        ({"revision": 2}, "revision"),
        ({"kind": "rehearsal"}, "kind"),
        ({"title": "x" * 201}, "title"),
        ({"title": "x\0"}, "title"),
        ({"parameters": {"folder\0": "x"}}, "parameters"),
    ):
        answer = prepare(key=f"other-{field[:20]}", **more)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert programs.send("operator", "hold").status_code == 409


def test_a_live_run_needs_an_approved_text(programs: Programs) -> None:
    revision(texts.PLAIN, author=programs.people["author"], approver=None, at=programs.run.at)
    answer = programs.client("operator").post(
        "/api/v1/runs/",
        {"runbook": "tried", "revision": 1, "kind": "live"},
        content_type="application/json",
        headers={"Idempotency-Key": "k"},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "not_approved")


def test_who_may_not_look_sees_nothing(programs: Programs, outsider: User) -> None:
    browser = Client()
    browser.force_login(outsider)
    for rest in ("", "events/", "export/", "verification/", "evidence/"):
        answer = browser.get(programs.url(rest))
        assert (answer.status_code, answer.json()["code"]) == (403, "no_right")
        assert Client().get(programs.url(rest)).status_code == 401


def test_a_run_of_many_steps_costs_no_more_questions(programs: Programs) -> None:
    long: Story = story(
        programs.run.people,
        programs.run.at,
        source=SHEET.replace(b"books", b"shelf") + b"\n- [ ] More" * 60,
    ).start()
    counts = []
    programs.get("operator")
    for game in (programs.run.start(), long):
        programs.run = game
        with CaptureQueriesContext(connection) as asked:
            programs.now("operator")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 10
