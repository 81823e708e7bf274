"""The same key again: the same contents get the first answer; others are refused, and it is said
what was kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jobs.models import Job
from lib.refusals import KeyUsed
from runbooks import tasks
from runbooks.enums import RunKind, StepStatus
from runbooks.machine.move import Move
from runbooks.machine.moves.fitness import StateFitness
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.log import Attach, Note, StrikeOut
from runbooks.machine.moves.replacement import ConfirmReplacement, ProposeReplacement
from runbooks.machine.moves.run import Abort
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Record, Tick
from runbooks.models import Event, Run, SentKey
from runbooks.runs import idempotency_keys, preparation
from runbooks.runs.transaction import MoveRefused
from tests.factories.api import Programs
from tests.factories.people import PASSWORD
from tests.factories.runs import Play, cast, play, revision
from tests.runbooks import texts

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]

COUNTED = texts.text("Count them\nrecord: {n: {type: number, label: clients}}", "Tell")
FIRST, SECOND = {"n": "12"}, {"n": "13"}


@pytest.fixture
def run(at: datetime) -> Play:
    return play(COUNTED, at)


def used(run: Play, move: type[Move], **sent: Any) -> KeyUsed:
    before = run.run.events.count()
    with pytest.raises(KeyUsed) as refused:
        run.move(move, **sent)
    assert refused.value.code == "key_used"
    assert run.run.events.count() == before
    return refused.value


def test_another_value_under_the_first_key_is_refused_with_what_was_kept(run: Play) -> None:
    run.move(Tick, step=0, values=FIRST, key="k")
    refused = used(run, Tick, step=0, values=SECOND, key="k")
    assert refused.sentence == (
        "This was sent before with other contents, and the first was kept: began step 1, Count"
        " them; recorded clients: 12; ticked step 1, Count them. Yours was not saved."
    )
    assert (
        refused.kept == "began step 1, Count them; recorded clients: 12; ticked step 1, Count them"
    )
    assert refused.sequence == run.run.sequence
    assert run.move(Tick, step=0, values=FIRST, key="k").replayed


@pytest.mark.parametrize(
    ("move", "first", "other"),
    [
        (Note, {"text": "All is well."}, {"text": "All is lost."}),
        (Note, {"text": "All is well."}, {"text": "All is well.", "step": 0}),
        (Hold, {"reason": ""}, {"reason": "Not sure."}),
        (Record, {"step": 0, "values": FIRST}, {"step": 0, "values": SECOND}),
        (StateFitness, {"hours_awake": 4}, {"hours_awake": 19}),
        (Abort, {"reason": "Enough."}, {"reason": "Wrong server."}),
    ],
)
def test_no_move_drops_another_text(
    run: Play, move: type[Move], first: dict[str, Any], other: dict[str, Any]
) -> None:
    run.move(move, key="k", **first)
    assert run.move(move, key="k", **first).replayed
    used(run, move, key="k", **other)


def test_another_file_is_not_the_first_one(run: Play) -> None:
    def file(content: bytes) -> SimpleUploadedFile:
        return SimpleUploadedFile("listing.txt", content)

    run.move(Attach, file=file(b"twelve"), key="k")
    assert run.move(Attach, file=file(b"twelve"), key="k").replayed
    assert "attached listing.txt" in used(run, Attach, file=file(b"thirteen"), key="k").kept


def test_what_people_cannot_see_makes_no_other_message(run: Play) -> None:
    """Line ends of two systems, blanks around a text, what was not seen yet, and an empty field."""
    run.move(Note, text="one\r\ntwo", key="k", seen=1)
    assert run.move(Note, text=" one\ntwo \n", key="k", seen=9, step=None).replayed


def test_what_a_verb_looks_up_makes_no_other_message(run: Play, settings: Any) -> None:
    run.move(Note, text="Wrong.", key="n")
    number = run.run.sequence
    for replayed in (False, True):  # the second time it is struck out already
        sent: dict[str, Any] = {"sequence": number, "reason": "It was wrong.", "key": "s"}
        assert run.move(StrikeOut, **sent).replayed is replayed
    run.move(BeginStep, step=0, key="b")
    settings.SIGN_AGAIN = "all"
    assert run.move(BeginStep, step=0, key="b").replayed


def test_other_contents_than_those_that_were_refused(run: Play) -> None:
    for _ in range(2):
        with pytest.raises(MoveRefused) as first:
            run.move(Tick, step=1, values={}, key="k")
    assert first.value.code == "out_of_order"
    refused = used(run, Tick, step=1, values=FIRST, key="k")
    assert refused.sentence.endswith(
        f"was refused: {first.value.sentence} Yours was not looked at."
    )


def test_another_move_under_the_key_tells_its_own_sender_what_it_was(run: Play) -> None:
    run.move(Note, text="All is well.", key="k")
    assert used(run, Hold, key="k").kept == "noted: All is well."
    assert used(run, Hold, by="verifier", key="k").kept == ""


def test_after_seven_days_nothing_is_left_to_compare_and_that_is_said(run: Play) -> None:
    run.move(Tick, step=0, values=FIRST, key="k")
    assert tasks.forget_keys(Job(), run.at + timedelta(days=7)) == "0 digests forgotten."
    assert SentKey.objects.count() == 1
    assert tasks.forget_keys(Job(), run.at + timedelta(days=8)) == "1 digest forgotten."
    for values in (FIRST, SECOND):
        refused = used(run, Tick, step=0, values=values, key="k")
        assert "no longer there to compare. The first was kept: began step 1" in refused.sentence


def test_the_digest_is_of_no_use_without_its_secret(run: Play) -> None:
    for key in ("a", "b"):
        run.move(Note, text="hunter2", key=key)
    first, second = SentKey.objects.order_by("pk")
    assert first.digest != second.digest
    assert first.secret != second.secret
    assert not Event.objects.filter(text__contains=first.digest).exists()


def test_no_password_is_part_of_a_digest(at: datetime, settings: Any) -> None:
    settings.SIGN_AGAIN = "all"
    run = play(texts.text("Rename it\ncountersign: before", "Tell"), at)
    run.move(BeginStep, step=0)
    sent: dict[str, Any] = {"by": "verifier", "step": 0}
    for typed in ("a guess", "another guess", PASSWORD):  # none but the first is compared
        with pytest.raises(MoveRefused) as refused:
            run.move(Countersign, password=typed, key="k", **sent)
        assert refused.value.code == "signature_wrong"
    for replayed in (False, True):
        done = run.move(Countersign, password=PASSWORD, key="l", **sent)
        assert done.replayed is replayed
    assert (
        idempotency_keys.contents(Countersign(step=0))
        == '{"data":{},"move":"countersign","step":0}'
    )


def test_the_api_says_what_was_kept(programs: Programs) -> None:
    programs.run.start()
    sent: dict[str, Any] = {"key": "k", "step": 0}
    assert programs.send("operator", "tick", values={"entries": "12"}, **sent).status_code == 200
    answer = programs.send("operator", "tick", values={"entries": "13"}, **sent)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (409, "key_used")
    assert body["kept"].startswith("began step 1, Read the newest entry; recorded Entries: 12;")
    assert f"the first was kept: {body['kept']}. Yours" in body["sentence"]
    assert body["state"]["steps"][0]["status"] == StepStatus.AWAITING.value
    again = programs.send("operator", "tick", values={"entries": "12"}, **sent)
    assert again.json()["replayed"] is True


def test_the_page_says_what_was_kept(run: Play, signed_in: SignIn) -> None:
    browser = signed_in(run.people["operator"])
    url = reverse("runbooks:run_move", args=[run.run.pk, Tick.kind])
    sent = {"key": "k", "seen": run.run.sequence, "step": 0}
    assert browser.post(url, {**sent, "value_n": "12"}).status_code == 303
    answer = browser.post(url, {**sent, "value_n": "13"})
    assert answer.status_code == 409
    assert (
        "the first was kept: began step 1, Count them; recorded clients: 12"
        in answer.content.decode()
    )
    response = browser.post(url, {**sent, "value_n": "13"}, headers={"Accept": "application/json"})
    assert (
        response.json()["kept"]
        == "began step 1, Count them; recorded clients: 12; ticked step 1, Count them"
    )


def post_twice(browser: Client, run: Play, move: type[Move], **sent: Any) -> None:
    """The same message from the page again, as after an answer that was lost on its way."""
    run.run.refresh_from_db()
    url = reverse("runbooks:run_move", args=[run.run.pk, move.kind])
    message = {"key": uuid4().hex, "seen": run.run.sequence, **sent}
    for replayed in (False, True):
        answer = browser.post(url, message, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json().get("replayed")) == (200, replayed), move


def test_the_page_sends_a_hand_over_again(run: Play, signed_in: SignIn) -> None:
    browser, people = signed_in(run.people["operator"]), run.people
    values = {"position": "p", "running": "r", "next_step": "n", "worries": "w"}
    post_twice(browser, run, HandOver, to=people["relief"].pk, **values)
    page = browser.get(reverse("runbooks:run_detail", args=[run.run.pk])).content.decode()
    assert f'name="to" value="{people["operator"].pk}"' in page
    post_twice(browser, run, HandOver, to=people["operator"].pk)
    post_twice(browser, run, HandOver, to=people["relief"].pk, **values)
    post_twice(signed_in(people["relief"]), run, AcceptHandOver, read_back="none")


def test_the_page_sends_a_replacement_again(run: Play, signed_in: SignIn) -> None:
    by, sent = signed_in(run.people["operator"]), {"role": "decider", "reason": "Gone."}
    other = run.people["relief"]
    post_twice(by, run, ProposeReplacement, to=other.pk, **sent)
    post_twice(signed_in(other), run, ConfirmReplacement, read_back="none")


class TestPreparing:
    @pytest.fixture
    def people(self) -> dict[str, User]:
        return cast()

    def test_another_choice_under_the_key_prepares_nothing(
        self, people: dict[str, User], at: datetime
    ) -> None:
        kept = revision(texts.PLAIN, author=people["author"], approver=people["approver"], at=at)
        sent: dict[str, Any] = {
            "revision": kept,
            "parameters": {},
            "by": people["operator"],
            "at": at,
        }
        first = preparation.prepare(kind=RunKind.LIVE, key="k", **sent)
        assert preparation.prepare(kind=RunKind.LIVE, key="k", **sent) == first
        with pytest.raises(KeyUsed) as refused:
            preparation.prepare(kind=RunKind.DRILL, key="k", **sent)
        assert refused.value.kept.startswith("prepared a live run of")
        assert Run.objects.count() == 1

    def test_the_form_that_was_refused_goes_back_with_a_new_key(
        self, people: dict[str, User], at: datetime, signed_in: SignIn
    ) -> None:
        kept = revision(texts.PLAIN, author=people["author"], approver=people["approver"], at=at)
        url = reverse("runbooks:run_prepare", args=[kept.runbook.slug, kept.number])
        browser, key = signed_in(people["operator"]), uuid4().hex
        assert browser.post(url, {"key": key, "kind": "live"}).status_code == 303
        answer = browser.post(url, {"key": key, "kind": "drill"})
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "the first was kept: prepared a live run" in page
        assert key not in page
