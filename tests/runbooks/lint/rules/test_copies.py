"""Rules about backups and copies, and what follows a restore."""

from __future__ import annotations

import pytest

from runbooks.enums import Level
from tests.runbooks.lint.linting import (
    ACT,
    FRONT,
    RESTORING,
    command_step,
    flagged,
    restore,
    runbook,
    step,
)


@pytest.mark.parametrize(
    "command",
    [
        "pg_dump -h a b > /srv/a.dump", "pg_dump -h a b | gzip > b.sql.gz", "pg_dump -Fc -f x b",
        "mysqldump a --result-file=/srv/a.sql", "tar czf /srv/a.tgz /data", "cp a.dump b.dump",
        "etcdctl snapshot save /srv/a.db", "OUT=/srv/a.dump\npg_dump b > $OUT",
    ],
)  # fmt: skip
def test_a_backup_over_a_file(command):
    (finding,) = flagged("L06", command_step(command))
    assert finding.level is Level.WARNING
    assert flagged("L06", RESTORING + command_step(command))[0].level is Level.ERROR


@pytest.mark.parametrize(
    "command",
    [
        "test ! -e x && pg_dump b > x", "pg_dump b > a_<run>.dump", "pg_dump b > $(date +%s).dump",
        "OUT=a_$(date +%s).dump\npg_dump b > $OUT", "set -o noclobber\npg_dump b > x", "cp a b",
        "cp -n a.dump b.dump", "tar xzf a.tgz", "tar tf a.tar", "pg_dump b | psql c", "ls > list",
    ],
)  # fmt: skip
def test_a_backup_that_goes_over_nothing(command):
    assert not flagged("L06", command_step(command))


@pytest.mark.parametrize(
    "text",
    ["Take the newest backup.", "Take the most recent full backup.", "Find the latest dump."],
)
def test_the_latest_backup_in_words(text):
    assert len(flagged("L25", RESTORING + f"- [ ] Restore it\n\n  {text}\n")) == 1


@pytest.mark.parametrize(
    "command", ["wal-g backup-fetch /srv LATEST", "restic restore latest --target /srv"]
)
def test_the_latest_backup_in_a_command(command):
    (finding,) = flagged("L25", RESTORING + command_step(command))
    assert finding.line == 12
    assert not flagged("L25", RESTORING + command_step("docker pull postgres:latest"))


def test_a_copy_out_may_not_write_on_its_source():
    out = step("State the direction", "direction: {from: source, into: second}")
    front = FRONT.replace("Another server}", "Another server, environment: [development]}")
    read = step("Read it", command="psql -h <source.host> -d a -U reader -c 'select 1'")
    assert not flagged("L02", runbook(out, read, front=front))
    for command in (
        "psql -h <source.host> -d a -U postgres -c 'select 1'",
        "psql -h <source.host> -d a -U reader -c 'create table b ()'",
    ):
        (finding,) = flagged("L02", runbook(out, step("Read it", command=command), front=front))
        assert finding.line == 19


def test_what_a_rearm_leaves_out_is_named():
    findings = flagged("L34", restore(ACT, step("On again", "rearm: [jobs, alerts, replication]")))
    assert "sessions and sequences" in findings[0].sentence
    assert flagged("L34", restore(step("On again", "rearm: [jobs]"), ACT))[0].sentence.startswith(
        "After"
    )


def test_a_safety_copy_is_no_backup_of_the_restored_data():
    safety = step("Copy", "copy: {of: target, purpose: safety}")
    backup = step("Copy", "copy: {of: target, purpose: backup}")
    assert flagged("L35", restore(safety, ACT))
    assert flagged("L35", restore(ACT, safety))
    assert flagged("L35", restore(backup, ACT))
    assert not flagged("L35", restore(ACT, backup))


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ('psql -h db -d postgres -c "drop database ledger_old"', True),
        ("rm -rf /srv/ledger.bak", True),
        ("restic -r /srv/vault forget --keep-last 3", True),
        ("rm -rf /tmp/ledger.dump", False),
        ("rm -rf /srv/tmp-snapshot-1", False),
        ("ls /srv/ledger.bak", False),
    ],
)
def test_the_old_copy_is_not_deleted(command, wrong):
    assert bool(flagged("L36", restore(ACT, step("Clean the server", command=command)))) is wrong


def test_a_title_that_deletes_the_old_copy():
    assert flagged("L36", restore(ACT, step("Delete the old database")))
    assert not flagged(
        "L36", restore(ACT, step("Remove the old database", command="mv data data.bak"))
    )
    later = "- [ ] Delete the old database\n\n  In another run, after 30 days.\n"
    assert not flagged("L36", restore(ACT, later))
