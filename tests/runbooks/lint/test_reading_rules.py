"""The rules about people, options and words: L47 to L54."""

from __future__ import annotations

import pytest

from runbooks.enums import RunRole
from runbooks.lint.facts import LintFacts
from tests.runbooks.lint.linting import flagged


def said(*lines: str) -> str:
    """A step with these words."""
    return "- [ ] Go on\n\n" + "\n".join(f"  {line}" for line in lines) + "\n"


def run(command: str, *, above: str = "", front: str = "") -> str:
    """A step with this command."""
    return f"{front}- [ ] Run it\n\n  {above}\n\n  ```sh\n  {command}\n  ```\n"


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
    assert bool(flagged("L47", said(words))) is wrong


def test_persons_of_this_installation_are_known():
    facts = LintFacts(people=frozenset({"Zora Quent", "root"}))
    assert flagged("L47", said("Zora Quent knows the password."), facts)
    assert not flagged("L47", said("The root knows the password."), facts)


def test_a_role_that_nobody_may_take_is_told_once():
    guard = "\n  ```guard\n  hold: decider\n  countersign: before\n  ```\n"
    facts = LintFacts(unfilled=frozenset({RunRole.DECIDER}))
    twice = said("Stop.") + guard + "\n" + said("Go.") + guard
    assert [(f.line, "decider" in f.sentence) for f in flagged("L47", twice, facts)] == [(1, True)]
    assert not flagged("L47", twice)
    assert not flagged("L47", said("Stop."), facts)


LONG = "Then look at " + "the next row and " * 6 + "stop."


@pytest.mark.parametrize(
    ("words", "found"),
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
def test_sentences(words, found):
    sentences = [f.sentence for f in flagged("L48", said(words))]
    assert any(found in s for s in sentences) if found else not sentences


def test_a_long_sentence_is_found_where_its_paragraph_begins_once_a_step():
    source = said("Short.", "", LONG[:60], LONG[60:], "", LONG)
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
    assert bool(flagged("L49", said(words))) is wrong


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("rsync -a --delete a/ b:/a/", True),
        ("rsync -a a/ b:/a/", False),
        ("rsync -an --delete a/ b:/a/", False),
        ("restic forget --keep-last 3 --prune", True),
        ("rclone copy a b:", False),
        ("terraform apply", True),
        ("terraform plan -out=x && terraform apply x", False),
    ],
)
def test_trials(command, wrong):
    assert bool(flagged("L50", run(command))) is wrong


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("Run `helm delete web` now.", True),
        ("Never run `helm delete web` here.", False),
        ("Run `helm delete web --dry-run` first.", False),
        ("Run `kubectl delete ns web --dry-run=none` now.", True),
        ("Run `rsync -an --delete a/ b/` first.", False),
        ("Open `dropdb`.", False),
    ],
)
def test_commands_in_running_text(words, wrong):
    found = flagged("L22", said(words))
    assert bool(found) is wrong
    assert all((f.line, f.column) == (3, words.index("`") + 4) for f in found)


def test_commands_behind_a_tool_for_credentials():
    assert flagged("L22", run("aws-vault exec prod -- aws s3 rm s3://x --recursive"))


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
    ("command", "option"),
    [
        ("git push --force origin main", "--force"),
        ("git push -f", "-f"),
        ("docker system prune -f", "-f"),
        ("BORG_DELETE_I_KNOW_WHAT_I_AM_DOING=YES borg delete x", "I_KNOW_WHAT"),
        ("pbm restore x -y", "-y"),
        ("terraform apply -auto-approve", "-auto-approve"),
        ("terraform force-unlock 12", ""),
        ("terraform force-unlock -force 12", "-force"),
        ("juju run mysql/2 promote-to-primary scope=unit force=true", "force=true"),
        ("mysqlcheck --force=false x", ""),
        ("sqlcmd -S db -Q \"restore database x from disk='y' with replace\"", "WITH REPLACE"),
        ("apt-get install -y jq", ""),
        ("kubectl apply -f x.yml", ""),
        ("tail -f x.log", ""),
        ("kops update cluster x --yes", ""),
        ("mysql -h db -yes", ""),
    ],
)
def test_options_that_switch_off_a_guard(command, option):
    found = [f.sentence for f in flagged("L51", run(command))]
    assert option in found[0] if option else not found
    assert not flagged("L51", run(command, above="> **Caution.** It asks no more."))


INSTANCE = "---\nparameters:\n  target: {type: instance, label: Server}\n---\n"


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("psql -h localhost -d x", True),
        ("mysqldump --host=127.0.0.1 x", True),
        ("psql postgres://me@localhost:5432/x", True),
        ("psql -h <target.host> -d localhost_copy", False),
        ("curl http://localhost:8080/health", False),
    ],
)
def test_localhost(command, wrong):
    assert bool(flagged("L52", run(command, front=INSTANCE))) is wrong
    assert not flagged("L52", run(command))


def test_work_without_a_break():
    guard = "\n  ```guard\n  wait: {expect: restoring, bad: writing, cancel: press Ctrl-C}\n  ```\n"
    assert flagged("L53", said("Do it in one go.") + guard)
    assert not flagged("L53", said("Do it in one go."))
    assert not flagged("L53", said("The command must not be stopped.") + guard)


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
