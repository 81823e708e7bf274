"""What counts, what is waived, and the facts that the rules are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from accounts.enums import Role
from accounts.models import User
from inventory import instances
from inventory.enums import Lifecycle
from lib.refusals import Refused
from runbooks.enums import Level, RunRole
from runbooks.library import facts, linting, revisions
from runbooks.lint.facts import LintFacts
from runbooks.lint.findings import LintResult, lint_text
from runbooks.lint.rules import RULES
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.run import Complete
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.procedure.parser import parse
from tests.factories import inventory
from tests.factories.library import DESTROYING, PLAIN, approve, approved, kept, waiving
from tests.factories.people import person
from tests.factories.runs import cast
from tests.factories.story import story

LEDGER = PLAIN.replace(b"\n---\n\n", b"\nsystem: ledger\n---\n\n")


def _judged(source: bytes, known: LintFacts | None = None) -> LintResult:
    parsed = parse(source)
    return lint_text(parsed.procedure, source, parsed.findings, known)


def _with(line: bytes, source: bytes = PLAIN) -> bytes:
    return source.replace(b"\n---\n", b"\n" + line + b"\n---\n", 1)


def test_the_parser_and_the_linter_speak_in_the_order_of_the_lines() -> None:
    judgement = _judged(DESTROYING.replace(b"- [ ] Water", b"- [x] Water"))
    places = [(note.finding.line, note.finding.column) for note in judgement.noted]
    assert places == sorted(places)
    assert {"L22", "syntax.ticked"} <= {finding.code for finding in judgement.open}
    assert {finding.level for finding in judgement.errors} == {Level.ERROR}
    assert judgement.counted[0] == (Level.ERROR, len(judgement.errors))


def test_a_text_that_cannot_be_read_has_the_findings_of_the_parser() -> None:
    judgement = _judged(b"---\ntitle: [\n---\n")
    assert judgement.errors
    assert all(finding.code.startswith("syntax.") for finding in judgement.open)
    assert judgement.waivers == ()


def test_a_waiver_takes_the_weight_from_its_rule_and_from_no_other() -> None:
    judgement = _judged(waiving(DESTROYING))
    assert judgement.errors == ()
    [waiver] = [row for row in judgement.waivers if row.code == "L22"]
    assert (waiver.reason, waiver.summary) == ("a text of a test", RULES["L22"].summary)
    assert waiver.lines == (9,)
    assert ("L22", "a text of a test") in [(n.finding.code, n.waived) for n in judgement.noted]
    only = _judged(_with(b'waive: {L10: "x"}', DESTROYING))
    assert "L22" in {finding.code for finding in only.errors}


@pytest.mark.parametrize(("waived", "code"), [(b"L99", "waive.unknown"), (b"L22", "waive.unused")])
def test_a_waiver_that_does_nothing_is_a_warning_at_its_line(waived: bytes, code: str) -> None:
    source = _with(b"waive:\n  " + waived + b': "who knows"')
    [finding] = _judged(source, LintFacts()).open
    assert (finding.code, finding.level) == (code, Level.WARNING)
    assert (finding.line, finding.column) == (4, 3)
    assert waived.decode() in finding.sentence


def test_without_facts_no_waiver_is_called_idle() -> None:
    assert _judged(_with(b'waive: {L22: "x"}')).open == ()


def test_line_ends_and_a_byte_order_mark_move_no_line() -> None:
    plain = _judged(DESTROYING)
    for source in (DESTROYING.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + DESTROYING):
        assert _judged(source).open == plain.open


def test_facts_of_a_revision(operator: User, author: User, approver: User, at: datetime) -> None:
    system = inventory.system(operator, at - timedelta(days=9))
    place = inventory.instance(system, operator, at - timedelta(days=8))
    revision = kept(author, at - timedelta(days=7), LEDGER)
    [known] = facts.of_revisions([revision], at=at).values()
    assert (known.rpo, known.rto, known.mtd) == (system.rpo, system.rto, system.mtd)
    assert known.instances == {place.name}
    assert known.hosts == {place.host}
    assert {"Operator", "Author"} <= known.people
    assert (known.drilled_at, known.restore_time, known.approved_at) == (None, None, None)
    assert known.reviewed_at == revision.created_at
    assert known.changed_at == at - timedelta(days=8)
    assert known.drill_every == timedelta(days=settings.DRILL_DAYS)
    assert known.review_every == timedelta(days=settings.REVIEW_DAYS)
    assert at - timedelta(hours=1) < (known.now or at) <= at
    revisions.approve(revision, by=approver, at=at - timedelta(days=1))
    revision.refresh_from_db()
    [known] = facts.of_revisions([revision], at=at).values()
    assert known.approved_at == known.reviewed_at == at - timedelta(days=1)


def test_a_server_that_a_run_freezes_has_not_changed(operator: User, at: datetime) -> None:
    system = inventory.system(operator, at - timedelta(days=9))
    place = inventory.instance(system, operator, at - timedelta(days=8))
    instances.set_lifecycle(
        place, lifecycle=Lifecycle.FROZEN, reason="A restore", seen=None, by=operator, at=at
    )
    assert facts.of_text(system, None, at=at).changed_at == at - timedelta(days=8)


@pytest.mark.django_db
def test_the_last_run_that_reached_its_end_is_the_proof(at: datetime) -> None:
    people = cast()
    game = story(people, at).start().agreed()
    for step in (1, 2):
        game.do(Tick, "operator", step=step, values={})
    game.do(BeginStep, "operator", step=3)
    game.do(Countersign, "verifier", step=3, values={})
    game.do(Tick, "operator", step=3, values={})
    game.do(Tick, "operator", step=4, values={})
    revision = game.run.revision
    assert facts.of_revisions([revision], at=game.at)[revision.pk].drilled_at is None
    game.do(Complete, "operator", summary="The books are back.")
    story(people, game.at, revision=revision).start().do(Hold, "verifier")
    game.run.refresh_from_db()
    began, ended = game.run.started_at, game.run.ended_at
    assert began
    assert ended
    known = facts.of_revisions([revision], at=game.at)[revision.pk]
    assert (known.drilled_at, known.restore_time) == (ended, ended - began)
    assert facts.of_text(None, revision.runbook, at=game.at).drilled_at == ended


@pytest.mark.django_db
def test_roles_that_nobody_may_take_besides_the_operator(at: datetime) -> None:
    assert facts.of_text(None, None, at=at).unfilled == {RunRole.VERIFIER, RunRole.DECIDER}
    cast()
    assert facts.of_text(None, None, at=at).unfilled == frozenset()


def test_one_who_operates_is_no_verifier(operator: User, at: datetime) -> None:
    assert facts.of_text(None, None, at=at).unfilled == {RunRole.VERIFIER}


def test_a_text_without_a_system_has_no_promises(author: User, at: datetime) -> None:
    known = facts.of_text(None, None, at=at)
    assert (known.rto, known.instances, known.changed_at, known.confidential) == (
        None,
        frozenset(),
        None,
        None,
    )
    assert known.reviewed_at == at


def test_many_texts_are_judged_with_as_many_questions_as_one(
    operator: User, author: User, at: datetime, django_assert_num_queries: Callable[[int], Any]
) -> None:
    inventory.instance(inventory.system(operator, at), operator, at)
    texts = [
        kept(author, at, LEDGER.replace(b"the plants", b"pot %d" % number)) for number in range(6)
    ]
    for some in (texts[:1], texts):
        with django_assert_num_queries(5):
            assert len(linting.of_revisions(some, at=at)) == len(some)


def test_what_was_found_is_remembered_until_a_fact_changes(
    operator: User, author: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = inventory.system(operator, at)
    looks = []

    def look(*given: Any) -> LintResult:
        looks.append(given)
        return lint_text(*given)

    monkeypatch.setattr(linting, "lint_text", look)
    revision = kept(author, at, LEDGER)
    for minutes in (1, 2, 3):
        first = linting.of_revision(revision, at=at + timedelta(minutes=minutes))
    assert len(looks) == 1
    inventory.instance(system, operator, at)
    again = linting.of_revision(revision, at=at + timedelta(minutes=4))
    assert (len(looks), again) == (2, first)
    linting.of_revision(revision, at=at + timedelta(hours=1))
    assert len(looks) == 3


def test_errors_keep_a_text_from_being_approved(author: User, approver: User, at: datetime) -> None:
    revision = kept(author, at, DESTROYING)
    with pytest.raises(Refused) as refused:
        revisions.approve(revision, by=approver, at=at)
    assert refused.value.code == "open_errors"
    assert "line 8 (L22)" in refused.value.sentence
    assert "drilled" in refused.value.remedy
    revision.refresh_from_db()
    assert revision.approved_at is None


def test_every_waiver_is_read_before_an_approval(
    author: User, approver: User, at: datetime
) -> None:
    revision = kept(author, at, waiving(DESTROYING))
    codes = [code for code, _ in revision.procedure["waive"]]
    for seen in ((), codes[:-1], ["L99"]):
        with pytest.raises(Refused) as refused:
            revisions.approve(revision, by=approver, at=at, waivers_seen=seen)
        assert refused.value.code == "waivers_unseen"
        assert codes[-1] in refused.value.sentence
    done = revisions.approve(revision, by=approver, at=at, waivers_seen=[*codes, "L99"])
    assert done.approved_by == approver


def test_nobody_is_told_of_findings_before_they_are_told_that_they_may_not(
    author: User, at: datetime
) -> None:
    both = person("both", "bo", Role.AUTHOR, Role.APPROVER)
    revision = kept(both, at, DESTROYING)
    for someone, code in ((author, "no_right"), (both, "own_text")):
        with pytest.raises(Refused) as refused:
            revisions.approve(revision, by=someone, at=at)
        assert refused.value.code == code


def test_the_factory_approves_with_its_eyes_open(
    author: User, approver: User, at: datetime
) -> None:
    assert waiving(PLAIN) == PLAIN
    for source in (DESTROYING, DESTROYING.replace(b"---\n", b"", 2).replace(b"title", b"# x")):
        assert b"a text of a test" in waiving(source)
    waived = _with(b'waive: {L01: "no host"}', DESTROYING).replace(b"Water the", b"Sell the")
    revision = approve(kept(author, at, waiving(waived)), by=approver, at=at)
    assert revision.procedure["waive"][0] == ["L01", "no host"]
    assert approved(author, approver, at, DESTROYING).approved_at == at
