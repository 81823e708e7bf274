"""Rules about recorded values: what they must be, and what follows when they are not."""

from __future__ import annotations

import pytest

from tests.runbooks.lint.linting import ACT, flagged, restore, step


@pytest.mark.parametrize(
    ("value", "wrong"),
    [("equals: 0", True), ("max: 5", True), ("min: 1", False), ("unit: rows", False)],
)
def test_a_value_that_can_be_wrong_leads_somewhere(value, wrong):
    source = restore(
        step("Count", f"record: {{rows: {{type: number, label: Rows, {value}}}}}"), ACT
    )
    assert bool(flagged("L31", source)) is wrong


def test_a_mismatch_does_not_lead_back_to_its_own_step():
    guard = "record: {rows: {type: number, label: Rows, equals: 0}}\non_mismatch: count"
    assert "leads back" in flagged("L31", "# Look\n\n" + step("Count", guard))[0].sentence


@pytest.mark.parametrize(
    ("words", "wrong"),
    [("If it fails, try again.", True), ("Do not repeat the step.", False), ("Go on.", False)],
)
def test_words_that_say_try_again(words, wrong):
    assert bool(flagged("L31", restore(f"- [ ] Count\n\n  {words}\n", ACT))) is wrong


def test_comparing_with_a_value_from_before_the_act_is_a_comparison():
    early = step("Read", "record: {old: {type: number, label: Rows}}")
    within = "record: {new: {type: number, label: Rows, within: {of: %s, tolerance: 0}}}"
    late = step("Read again", within % "old")
    other = step("Read", "record: {mid: {type: number, label: Rows}}")
    assert not flagged("L32", restore(early, ACT, late))
    assert flagged("L32", restore(early, late, ACT))
    assert flagged("L32", restore(ACT, other, step("Read again", within % "mid")))


def test_an_exit_status_with_a_measurement_near_it_is_no_finding():
    exit_only = "record: {exit_status: {type: number, label: Exit, equals: 0}}"
    dump = step("Write a dump", exit_only, "pg_dump -h db -d x -f x.dump; echo $?")
    size = step("Read its size", "record: {size: {type: bytes, label: Size, min: 1}}")
    assert flagged("L33", dump)
    assert not flagged("L33", dump + "\n" + size)
    assert flagged("L33", "- [ ] Restore the dump\n\n  It must complete successfully.\n")


@pytest.mark.parametrize(
    "guard",
    [
        "record: {n: {type: number, min: 0}}",
        "record: {n: {type: datetime, max_age: 1h}}",
        "record: {n: {type: text}}",
        "record: {n: {type: sha256}}",
        "record: {n: {type: number}}\n  countersign: after",
        "record: {n: {type: number}}\n  hold: decider",
    ],
)
def test_a_value_that_somebody_holds_against_something(guard):
    assert not flagged("L18", f"- [ ] Read it\n\n  ```guard\n  {guard}\n  ```\n")


def test_a_baseline_is_held_against_what_comes_later():
    first = "- [ ] Read it\n\n  ```guard\n  record: {n: {type: number}}\n  ```\n\n"
    later = "record: {m: {type: number, within: {of: n, tolerance: 0}}}"
    assert flagged("L18", first)
    assert not flagged("L18", f"{first}- [ ] Read again\n\n  ```guard\n  {later}\n  ```\n")


def test_the_sixth_confirmation_is_one_too_many():
    front = "---\nparameters: {a: {type: copy}, b: {type: instance}}\n---\n\n"
    state = "- [ ] State it\n\n  ```guard\n  direction: {from: a, into: b}\n  ```\n\n"
    assert not flagged("L21", front + state * 5)
    (finding,) = flagged("L21", front + state * 6)
    assert "6th time" in finding.sentence
