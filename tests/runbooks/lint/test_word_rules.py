"""Rules about titles, wording and values, at the places where an example does not reach."""

from __future__ import annotations

import pytest

from tests.runbooks.lint.linting import findings, flagged

GUARDED = "- [ ] Read the count\n\n  ```guard\n  record: {n: {type: number, equals: 0}}\n  ```\n\n"


@pytest.mark.parametrize(
    "title",
    [
        "Done", "The database", "Stopping the application", "Disk", "Stop it; remove it",
        "Stop it, then look", "Restore the dump and start the jobs", "All clients disconnected",
    ],
)  # fmt: skip
def test_a_title_that_says_none_or_two_things(title):
    assert len(flagged("L15", f"{GUARDED}- [ ] {title}\n")) == 1


@pytest.mark.parametrize(
    "title",
    [
        "Stop the writers", "Read the newest row and the count", "Announce it to users and owners",
        "If it is a standby, stop", "Smoke-test the shop again", "Copy and paste the name",
        "Run `a; then b`", "Back up host and database", "Re-open the shop for its customers",
    ],
)  # fmt: skip
def test_a_title_that_says_one_thing(title):
    assert not flagged("L15", f"{GUARDED}- [ ] {title}\n")


def test_a_check_with_a_value_is_answered():
    value = GUARDED.replace("Read the count", "Check the count")
    assert not flagged("L16", value)
    assert flagged("L16", f"{GUARDED}- [ ] Check the count\n")


@pytest.mark.parametrize("text", ["It should be quick.", "Logs, dumps, etc.", "Wait as needed."])
def test_vague_words(text):
    (finding,) = flagged("L16", f"{GUARDED}- [ ] Read it\n\n  {text}\n")
    assert finding.line == 9
    assert not flagged("L16", f"{GUARDED}- [ ] Read it\n\n  `{text}`\n\n  ```sh\n  {text}\n  ```\n")


def test_a_caution_between_two_commands_is_early_enough():
    parts = ["  ```sh\n  a\n  ```\n", "  > **Caution.** Sessions end.\n", "  ```sh\n  b\n  ```\n"]
    assert not flagged("L17", GUARDED + "- [ ] Run them\n\n" + "\n".join(parts))
    late = [parts[0], parts[2], parts[1]]
    (finding,) = flagged("L17", GUARDED + "- [ ] Run them\n\n" + "\n".join(late))
    assert finding.line == 17


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("**Warning:** Remove the stick first.", "Remove the stick first"),
        ("Caution: sessions end. Stop the jobs.", "Stop the jobs"),
        ("**Caution.** Read it twice. Do not type ahead.", ""),
        ("**Caution.** The name is the machine that is written into.", ""),
        ("A warning: it takes long.", ""),
    ],
)
def test_an_action_in_a_caution(text, found):
    said = flagged("L17", f"{GUARDED}- [ ] Run it\n\n  > {text}\n")
    assert [f.sentence.partition("”")[0] for f in said] == ([f"“{found}"] if found else [])


def test_a_caution_is_no_step():
    (finding,) = flagged("L17", f"{GUARDED}- [ ] Warning: this takes long\n")
    assert "nothing to do" in finding.sentence


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


def test_a_plain_checklist_meets_no_rule_about_words():
    text = "# Monday\n\n- [ ] Done\n- [ ] Check the mail, etc.\n- [ ] The plants; then the door\n"
    assert not [f for f in findings(text) if f.level != "hint"]
