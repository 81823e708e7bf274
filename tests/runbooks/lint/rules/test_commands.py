"""Rules about commands, at the places where an example does not reach."""

from __future__ import annotations

import pytest

from runbooks.enums import Level
from runbooks.lint.facts import LintFacts
from tests.runbooks.lint.linting import RESTORING, command_step, flagged, prose_step


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
    (finding,) = flagged("L23", command_step(command))
    assert names in finding.sentence


@pytest.mark.parametrize(
    "command",
    [
        'rm -rf "${X:?}/data"', "X=/srv/old\nrm -rf $X", "rm -rf /srv/old", "rm -rf <folder>/old",
        "ls $X/*", "rm -rf /tmp/work*", "rm -rf '/srv/*'", "X= \nls",
    ],
)  # fmt: skip
def test_a_closed_path_is_left_alone(command):
    assert not flagged("L23", command_step(command))


def test_a_variable_that_is_set_to_nothing_is_still_open():
    assert flagged("L23", command_step("X=\nrm -rf $X/old"))


@pytest.mark.parametrize(
    "secret",
    [
        "PGPASSWORD=hunter2x psql", "export API_KEY=9f8e7d6c", "mysql -u root -phunter2x a",
        "curl https://me:hunter2x@db.example.org", "restore --password hunter2x",
        "curl -H 'Authorization: Bearer eyJhbGciOi'", "aws configure set x AKIAABCDEFGHIJKLMNOP",
    ],
)  # fmt: skip
def test_a_secret_is_found_and_not_repeated(secret):
    (finding,) = flagged("L24", command_step(secret))
    assert finding.level is Level.ERROR
    for part in ("hunter2x", "9f8e7d6c", "eyJ", "AKIA"):
        assert part not in finding.sentence + finding.suggestion


def test_a_secret_in_sql_is_found_where_it_stands():
    (finding,) = flagged("L24", command_step("select 1;\nalter user a password 'hunter2x';", "sql"))
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
    assert not flagged("L24", command_step(command))


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
    (finding,) = flagged("L24", RESTORING + command_step(command))
    assert finding.level is Level.WARNING
    assert named in finding.sentence
    assert not flagged("L24", command_step(command))


def test_a_machine_of_the_inventory_is_known_everywhere():
    facts = LintFacts(hosts=frozenset({"ledger-db-1"}))
    assert flagged("L24", command_step("ssh root@ledger-db-1 ls"), facts)
    assert not flagged("L24", command_step("ssh root@<target.host> ls"), facts)


@pytest.mark.parametrize(
    "command",
    [
        "psql -d a -c 'select 1'", "psql -h <h> -c 'select x from y'", "psql -h $PGHOST -d a",
        "pg_dump -h <h> -f x", "mysql -u root a", "redis-cli info", "pg_restore -d a x",
    ],
)  # fmt: skip
def test_a_connection_that_the_terminal_decides(command):
    assert flagged("L26", RESTORING + command_step(command))


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
    assert not flagged("L26", RESTORING + command_step(command))


def run(command: str, *, above: str = "", front: str = "") -> str:
    """A step with this command."""
    return f"{front}- [ ] Run it\n\n  {above}\n\n  ```sh\n  {command}\n  ```\n"


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
    findings = flagged("L22", prose_step(words))
    assert bool(findings) is wrong
    assert all((f.line, f.column) == (3, words.index("`") + 4) for f in findings)


def test_commands_behind_a_tool_for_credentials():
    assert flagged("L22", run("aws-vault exec prod -- aws s3 rm s3://x --recursive"))


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
    sentences = [f.sentence for f in flagged("L51", run(command))]
    assert option in sentences[0] if option else not sentences
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
