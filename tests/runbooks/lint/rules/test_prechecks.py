"""Rules about what must be known before a restore begins."""

from __future__ import annotations

import pytest

from tests.runbooks.lint.linting import ACT, RESTORE_FRONT, flagged, restore, step


def test_copies_are_listed_by_a_command_too():
    assert flagged("L37", restore(ACT))
    assert not flagged("L37", restore(step("Look", command="pgbackrest info --stanza=ledger"), ACT))


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("scp <target.host>:/backup/x.dump .", True),
        ("scp x.dump <target.host>:/backup/", False),
        ("scp vault-01:/backup/x.dump .", False),
    ],
)
def test_the_backup_is_not_fetched_from_what_is_overwritten(command, wrong):
    assert bool(flagged("L44", restore(step("Fetch the backup", command=command), ACT))) is wrong


def test_what_is_checked_under_entry_is_checked():
    entry = RESTORE_FRONT.replace("parameters:", "entry: [The disk has free space]\nparameters:", 1)
    sentence = flagged("L45", entry + ACT)[0].sentence
    assert "version" in sentence
    assert "space" not in sentence
    secret = restore(step("Decrypt the dump", command="gpg --decrypt x.gpg > x"), ACT)
    assert "key to decrypt" in flagged("L45", secret)[0].sentence


@pytest.mark.parametrize(
    ("title", "command", "wrong"),
    [
        ("Restore test of last night", "pgbackrest --stanza=x restore", True),
        ("Restore test of last night", "barman recover x latest /var/lib/pgsql", True),
        ("Restore test of last night", "pgbackrest --stanza=x --archive-mode=off restore", False),
        ("Restore production", "pgbackrest --stanza=x restore", False),
        ("Restore test of last night", "pgbackrest info", False),
    ],
)
def test_a_trial_writes_into_no_archive(title, command, wrong):
    assert bool(flagged("L46", f"# {title}\n\n" + step("Run it", command=command))) is wrong
