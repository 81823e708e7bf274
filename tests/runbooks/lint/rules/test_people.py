"""Rules about people: the second person, roles and the team check."""

from __future__ import annotations

import pytest

from runbooks.enums import RunRole
from runbooks.lint.facts import LintFacts
from tests.runbooks.lint.linting import ACT, flagged, prose_step, restore, runbook, step


def test_a_second_person_may_come_by_role_or_guard():
    load = step("Restore it", command="psql -h a -d b < dump.sql")
    assert flagged("L27", runbook(load))
    assert not flagged("L27", runbook(load, step("Count", "role: verifier")))
    assert not flagged("L27", runbook(load, step("Count", "countersign: after")))


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("Ask @jsmith for the key.", True),
        ("Ask @sre-oncall for the key.", False),
        ("Post it to @channel.", False),
        ("Write to jane.doe@example.org.", True),
        ("Write to ops.team@example.org.", False),
        ("Call Sarah when it is done.", True),
        ("Call Percona when it is done.", False),
        ("Use `git@github.com` and `@decorator`.", False),
        ("See [the page](https://example.org/@jsmith).", False),
        ("Contact the Martin team.", False),
    ],
)
def test_persons(words, wrong):
    assert bool(flagged("L47", prose_step(words))) is wrong


def test_persons_of_this_installation_are_known():
    facts = LintFacts(people=frozenset({"Zora Quent", "root"}))
    assert flagged("L47", prose_step("Zora Quent knows the password."), facts)
    assert not flagged("L47", prose_step("The root knows the password."), facts)


def test_a_role_that_nobody_may_take_is_told_once():
    guard = "\n  ```guard\n  hold: decider\n  countersign: before\n  ```\n"
    facts = LintFacts(unfilled=frozenset({RunRole.DECIDER}))
    twice = prose_step("Stop.") + guard + "\n" + prose_step("Go.") + guard
    assert [(f.line, "decider" in f.sentence) for f in flagged("L47", twice, facts)] == [(1, True)]
    assert not flagged("L47", twice)
    assert not flagged("L47", prose_step("Stop."), facts)


def test_work_without_a_break():
    guard = "\n  ```guard\n  wait: {expect: restoring, bad: writing, cancel: press Ctrl-C}\n  ```\n"
    assert flagged("L53", prose_step("Do it in one go.") + guard)
    assert not flagged("L53", prose_step("Do it in one go."))
    assert not flagged("L53", prose_step("The command must not be stopped.") + guard)


def test_a_declared_restore_needs_a_team_check_even_if_no_step_is_seen_to_restore():
    source = "---\ntitle: Fix it\noperation: restore\n---\n\n- [ ] Call the vendor\n"
    assert "before the restore" in flagged("L30", source)[0].sentence
    assert flagged("L29", source)


@pytest.mark.parametrize(
    ("guard", "wrong"),
    [
        ("role: verifier\nhold: verifier", True),
        ("role: operator\nhold: verifier", False),
        ("overwrite: {target: target, from: dump}\ncountersign: before", False),
        ("record: {how: {type: text, label: How}}\ncountersign: after", True),
        ('record: {how: {type: text, label: How, equals: "yes"}}\ncountersign: after', False),
        ("verify: dump\ncountersign: after", False),
        ("countersign: after", True),
    ],
)
def test_the_second_look(guard, wrong):
    assert bool(flagged("L28", restore(step("Rename the database", guard)))) is wrong


@pytest.mark.parametrize(
    ("between", "expected", "wrong"),
    [(0, "1m", False), (3, "1m", False), (4, "1m", True), (2, "9m", True)],
)
def test_a_team_check_is_directly_before_and_still_fresh(between, expected, wrong):
    steps = [step(f"Do {n}", f"duration: {{expected: {expected}}}") for n in range(between)]
    source = restore(step("Stop", "team_check: {fresh_for: 10m}"), *steps, ACT)
    assert bool(flagged("L30", source)) is wrong


def test_a_team_check_may_be_in_the_act_itself():
    act = ACT.replace("overwrite:", "team_check: {fresh_for: 10m}\n  overwrite:")
    assert not flagged("L30", restore(act))
