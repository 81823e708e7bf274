"""Rules about titles, wording and reading, at the places where an example does not reach."""

from __future__ import annotations

import pytest

from tests.runbooks.lint.linting import findings, flagged, prose_step

LONG = "Then look at " + "the next row and " * 6 + "stop."


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (LONG, "words"),
        ("Look at `" + "one long command " * 9 + "`.", ""),
        ("See [this](https://example.org/" + "a/" * 30 + ").", ""),
        ("Do not go on unless the writers are stopped.", "says no twice"),
        ("Nobody connects to it, and nobody drops it.", ""),
        ("Not applicable when nothing is lost.", ""),
        ("DO NOT CLOSE THE TERMINAL WINDOW NOW.", "capitals"),
        ("Write `DROP DATABASE` to the LOG of the SQL server.", ""),
    ],
)
def test_sentences(words, part):
    sentences = [f.sentence for f in flagged("L48", prose_step(words))]
    assert any(part in s for s in sentences) if part else not sentences


def test_a_long_sentence_is_found_where_its_paragraph_begins_once_a_step():
    source = prose_step("Short.", "", LONG[:60], LONG[60:], "", LONG)
    assert [f.line for f in flagged("L48", source)] == [5]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("Press the red button.", True),
        ("Go on when the status turns green.", True),
        ("Hover over the name.", True),
        ("Fill it in as shown in the screenshot.", True),
        ("![](list.png)", True),
        ("![The list of backups](list.png)", False),
        ("Switch from blue to green with the blue/green deployment.", False),
        ("Read the red book.", False),
    ],
)
def test_what_is_only_seen(words, wrong):
    assert bool(flagged("L49", prose_step(words))) is wrong


@pytest.mark.parametrize(
    ("title", "wrong"),
    [
        ("Then upload the file", False),
        ("Take the name, then the date", False),
        ("Stop the writers, then count the clients", True),
        ("Stop the writers and restart the server", True),
    ],
)
def test_titles_with_two_actions(title, wrong):
    guard = "\n  ```guard\n  role: operator\n  duration: {expected: 1m}\n  ```\n"
    assert bool(flagged("L15", f"- [ ] {title}\n{guard}")) is wrong


@pytest.mark.parametrize(
    ("title", "wrong"),
    [
        ("Sync the database", True),
        ("Load the dump", True),
        ("Copy everything over", True),
        ("Transfer the file to the new server", True),
        ("Load the dump from the vault into the new database", False),
        ("Sync with the team", False),
        ("Load balance the traffic", False),
        ("Restore the dump", False),
    ],
)
def test_words_for_either_direction(title, wrong):
    assert bool(flagged("L54", f"- [ ] {title}\n")) is wrong


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
    ("text", "sentence"),
    [
        ("**Warning:** Remove the stick first.", "Remove the stick first"),
        ("Caution: sessions end. Stop the jobs.", "Stop the jobs"),
        ("**Caution.** Read it twice. Do not type ahead.", ""),
        ("**Caution.** The name is the machine that is written into.", ""),
        ("A warning: it takes long.", ""),
    ],
)
def test_an_action_in_a_caution(text, sentence):
    findings = flagged("L17", f"{GUARDED}- [ ] Run it\n\n  > {text}\n")
    assert [f.sentence.partition("”")[0] for f in findings] == (
        [f"“{sentence}"] if sentence else []
    )


def test_a_caution_is_no_step():
    (finding,) = flagged("L17", f"{GUARDED}- [ ] Warning: this takes long\n")
    assert "nothing to do" in finding.sentence


def test_a_plain_checklist_meets_no_rule_about_words():
    text = "# Monday\n\n- [ ] Done\n- [ ] Check the mail, etc.\n- [ ] The plants; then the door\n"
    assert not [f for f in findings(text) if f.level != "hint"]
