"""Rules about commands, at the places where an example does not reach."""

from __future__ import annotations

import pytest

from runbooks.enums import Level
from runbooks.lint.facts import LintFacts
from tests.runbooks.lint.linting import flagged

RESTORE = "# Restore\n\n- [ ] Restore it\n\n  ```sh\n  psql -h <h> -d <d> < x\n  ```\n\n"


def block(command, label="sh"):
    lines = "".join(f"  {line}\n" for line in command.split("\n"))
    return f"- [ ] Run it\n\n  ```{label}\n{lines}  ```\n"


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("rm -rf $PGDATA/*", "`/*`"),
        ('rm -rf "$X/data"', "`/data`"),
        ("rm -rf ${X}", "`nothing`"),
        ("rm -f /srv/*.log", "`/srv/*.log`"),
        ("find $X -delete", "`X`"),
        ("ssh db1 'rm -rf $X/y'", "`X`"),
    ],
)
def test_an_open_path_is_named(command, names):
    (finding,) = flagged("L23", block(command))
    assert names in finding.sentence


@pytest.mark.parametrize(
    "command",
    [
        'rm -rf "${X:?}/data"', "X=/srv/old\nrm -rf $X", "rm -rf /srv/old", "rm -rf <folder>/old",
        "ls $X/*", "rm -rf /tmp/work*", "rm -rf '/srv/*'", "X= \nls",
    ],
)  # fmt: skip
def test_a_closed_path_is_left_alone(command):
    assert not flagged("L23", block(command))


def test_a_variable_that_is_set_to_nothing_is_still_open():
    assert flagged("L23", block("X=\nrm -rf $X/old"))


@pytest.mark.parametrize(
    "secret",
    [
        "PGPASSWORD=hunter2x psql", "export API_KEY=9f8e7d6c", "mysql -u root -phunter2x a",
        "curl https://me:hunter2x@db.example.org", "restore --password hunter2x",
        "curl -H 'Authorization: Bearer eyJhbGciOi'", "aws configure set x AKIAABCDEFGHIJKLMNOP",
    ],
)  # fmt: skip
def test_a_secret_is_found_and_not_repeated(secret):
    (finding,) = flagged("L24", block(secret))
    assert finding.level is Level.ERROR
    for part in ("hunter2x", "9f8e7d6c", "eyJ", "AKIA"):
        assert part not in finding.sentence + finding.suggestion


def test_a_secret_in_sql_is_found_where_it_stands():
    (finding,) = flagged("L24", block("select 1;\nalter user a password 'hunter2x';", "sql"))
    assert (finding.line, finding.column) == (5, 26)


@pytest.mark.parametrize(
    "command",
    [
        "PGPASSWORD=$PGPASSWORD psql", "PGPASSWORD=<password> psql", "mysql -u root -p a",
        "restore --password-file x", "TOKEN=$(cat token) curl", "PASSWORD=your-password x",
        "curl https://db.example.org:8080/a@b", "--password {{ pw }}", "SECRET=*** x",
    ],
)  # fmt: skip
def test_what_stands_for_a_secret_is_none(command):
    assert not flagged("L24", block(command))


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("psql -h db1.example.org -d a", "`db1.example.org`"),
        ("psql -h 10.0.0.7 -d a", "`10.0.0.7`"),
        ("ls /backup/2026-09-14", "`/backup/2026-09-14`"),
        ("ls /backup/ledger.dump", "`/backup/ledger.dump`"),
    ],
)
def test_what_is_of_one_day_is_a_warning_in_a_restore(command, named):
    (finding,) = flagged("L24", RESTORE + block(command))
    assert finding.level is Level.WARNING
    assert named in finding.sentence
    assert not flagged("L24", block(command))


def test_a_machine_of_the_inventory_is_known_everywhere():
    facts = LintFacts(hosts=frozenset({"ledger-db-1"}))
    assert flagged("L24", block("ssh root@ledger-db-1 ls"), facts)
    assert not flagged("L24", block("ssh root@<target.host> ls"), facts)


@pytest.mark.parametrize(
    "command",
    [
        "psql -d a -c 'select 1'", "psql -h <h> -c 'select x from y'", "psql -h $PGHOST -d a",
        "pg_dump -h <h> -f x", "mysql -u root a", "redis-cli info", "pg_restore -d a x",
    ],
)  # fmt: skip
def test_a_connection_that_the_terminal_decides(command):
    assert flagged("L26", RESTORE + block(command))


@pytest.mark.parametrize(
    "command",
    [
        "psql -h <h> -d a -c 'select 1'", "psql postgres://db1/a", "psql 'service=ledger'",
        "psql -h <h> a", "docker exec db psql -d a", "ssh <h> psql -d a", "pg_restore --list x",
        "pg_restore --file=- x", "psql --version", "HOST=x\npsql -h $HOST -d a",
        "mysql -h <h> -u root -p a", "mysqldump -h <h> --single-transaction a",
    ],
)  # fmt: skip
def test_a_connection_that_is_named(command):
    assert not flagged("L26", RESTORE + block(command))


@pytest.mark.parametrize(
    "command",
    [
        "pg_dump -h a b > /srv/a.dump", "pg_dump -h a b | gzip > b.sql.gz", "pg_dump -Fc -f x b",
        "mysqldump a --result-file=/srv/a.sql", "tar czf /srv/a.tgz /data", "cp a.dump b.dump",
        "etcdctl snapshot save /srv/a.db", "OUT=/srv/a.dump\npg_dump b > $OUT",
    ],
)  # fmt: skip
def test_a_backup_over_a_file(command):
    (finding,) = flagged("L06", block(command))
    assert finding.level is Level.WARNING
    assert flagged("L06", RESTORE + block(command))[0].level is Level.ERROR


@pytest.mark.parametrize(
    "command",
    [
        "test ! -e x && pg_dump b > x", "pg_dump b > a_<run>.dump", "pg_dump b > $(date +%s).dump",
        "OUT=a_$(date +%s).dump\npg_dump b > $OUT", "set -o noclobber\npg_dump b > x", "cp a b",
        "cp -n a.dump b.dump", "tar xzf a.tgz", "tar tf a.tar", "pg_dump b | psql c", "ls > list",
    ],
)  # fmt: skip
def test_a_backup_that_goes_over_nothing(command):
    assert not flagged("L06", block(command))


@pytest.mark.parametrize(
    "text",
    ["Take the newest backup.", "Take the most recent full backup.", "Find the latest dump."],
)
def test_the_latest_backup_in_words(text):
    assert len(flagged("L25", RESTORE + f"- [ ] Restore it\n\n  {text}\n")) == 1


@pytest.mark.parametrize(
    "command", ["wal-g backup-fetch /srv LATEST", "restic restore latest --target /srv"]
)
def test_the_latest_backup_in_a_command(command):
    (finding,) = flagged("L25", RESTORE + block(command))
    assert finding.line == 12
    assert not flagged("L25", RESTORE + block("docker pull postgres:latest"))
