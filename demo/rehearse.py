"""Rehearse the demonstration's runbooks: run every command in them against a real PostgreSQL.

The commands are taken out of the Markdown files themselves, in order, with the parameters filled
in; what they print is compared with what the step's guard expects. Each scenario has scratch
databases, roles and folders of its own, under random names, and removes them whatever happens.

    PGHOST=127.0.0.1 PGUSER=postgres python -m demo.rehearse

Needs a superuser, `sh`, `awk`, `sha256sum` and PostgreSQL's client programs. Standard library only.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from demo.commands import (
    Rehearsal,
    RehearsalError,
    RehearsalStep,
    defaults_of,
    query,
    shell,
    steps_of,
)

RUNBOOKS = Path(__file__).parent / "runbooks"
TOOLS = ("sh", "awk", "sha256sum", "psql", "pg_dump", "pg_restore")

LEDGER = """
create table account (id bigserial primary key, holder text not null, email text not null);
create table entry (id bigserial primary key, account_id bigint not null references account,
  amount_cents bigint not null, note text not null, created_at timestamptz not null);
insert into account (holder, email)
  select 'Customer ' || n, 'customer' || n || '@shop.example' from generate_series(1, 200) n;
insert into entry (account_id, amount_cents, note, created_at)
  select 1 + (n + side) % 200, n * (1 - 2 * side), 'booking' || chr(9) || n,
         now() - interval '5 minutes' - (2000 - n) * interval '1 hour'
    from generate_series(1, 2000) n, generate_series(0, 1) side;
"""
DISASTER = """
delete from entry where created_at > now() - interval '60 days';
insert into entry (account_id, amount_cents, note, created_at) values (1, 7, 'stray', now());
"""


@contextmanager
def scratch() -> Iterator[tuple[str, Path]]:
    """A filled scratch ledger and a folder with its backup, `backup.dump`; removed at the end.

    Everything made on the server has a name that begins with the name of the database.
    """
    name = f"ledger_{secrets.token_hex(5)}"
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        try:
            query("postgres", f"create role {name}_app login; create role {name}_reader login")
            query("postgres", f"grant pg_read_all_data to {name}_reader")
            query("postgres", f"create database {name} template template0 owner {name}_app")
            query(name, f"set role {name}_app; {LEDGER}")
            shell(["pg_dump", "-d", name, "-Fc", "-f", f"{folder}/backup.dump"])
            yield name, Path(folder)
        finally:
            for kind, column, table in (
                ("database", "datname", "pg_database"),
                ("role", "rolname", "pg_roles"),
            ):
                select = f"select {column} from {table} where starts_with({column}, '{name}')"
                for each in query("postgres", select).split():
                    force = " with (force)" if kind == "database" else ""
                    query("postgres", f"drop {kind} {each}{force}")


def prepare(path: Path, name: str, folder: Path) -> Rehearsal:
    """A rehearsal of `path` on the scratch ledger `name`: every other name is derived from it."""
    host = os.environ["PGHOST"]
    mine = {
        "target.host": host, "source.host": host, "run": f"r{secrets.token_hex(3)}",
        "run.token": f"run-{secrets.token_hex(3)}",
        "dump.place": f"{folder}/backup.dump", "vault": str(folder), "folder": str(folder),
        "database": name, "side": f"{name}_restored", "copied": f"{name}_copy",
        "reader": f"{name}_reader",
    }  # fmt: skip
    return Rehearsal(path, {**defaults_of(path), **mine})


def demand(condition: bool, sentence: str) -> None:
    """Raise RehearsalError with `sentence` unless the condition holds."""
    if not condition:
        raise RehearsalError(sentence)


def newest(database: str) -> datetime:
    """created_at of the newest entry in a database."""
    return datetime.fromisoformat(query(database, "select max(created_at) from entry"))


@contextmanager
def idle_client(database: str) -> Iterator[subprocess.Popen[bytes]]:
    """A client that stays connected, as a forgotten terminal does."""
    command = ["psql", "-X", "-d", database, "-c", "select pg_sleep(50)"]
    client = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        waiting = f"select count(*) from pg_stat_activity where datname = '{database}'"
        while client.poll() is None and query("postgres", waiting) == "0":
            pass
        yield client
    finally:
        client.kill()
        client.wait()


def refused(name: str, role: str) -> bool:
    """Whether the server turns this role away from this database."""
    try:
        query(name, "select 1", "-U", role)
    except RehearsalError:
        return True
    return False


def play(rehearsal: Rehearsal, steps: list[RehearsalStep], aside: str = "") -> None:
    """Play the steps of one aside, or those of the main path."""
    chosen = [step for step in steps if step.aside == aside]
    demand(bool(chosen), f"{rehearsal.path.name} has no steps in {aside!r}")
    for step in chosen:
        rehearsal.play(step)


def until(steps: list[RehearsalStep], word: str) -> list[RehearsalStep]:
    """The main path up to the step whose guard has the key `word`, with that step."""
    main = [step for step in steps if not step.aside]
    ends = [n for n, step in enumerate(main, 1) if f"\n{word}:" in f"\n{step.guard}"]
    demand(bool(ends), f"no step with {word}")
    return main[: ends[0]]


def restore(path: Path) -> Rehearsal:
    """Restore to the end, with a forgotten client connected at the start.

    Returns what was recorded; raises RehearsalError when anything is not as it should be. The same
    holds for the other scenarios.
    """
    with scratch() as (name, folder):
        rehearsal, steps = prepare(path, name, folder), steps_of(path)
        good = newest(name)
        query(name, DISASTER)
        before = (folder / "backup.dump").read_bytes()
        with idle_client(name) as client:
            play(rehearsal, until(steps, "freeze"))
            client.wait(timeout=10)
        demand(refused(name, f"{name}_app"), "the application can still connect when frozen")
        for step in [s for s in steps if not s.aside][len(until(steps, "freeze")) :]:
            rehearsal.play(step)
        demand(newest(name) == good, "the live database is not what the backup was")
        columns = "account_id, amount_cents, note, created_at"
        booking = f"insert into entry ({columns}) values (1, 0, '', now())"
        query(name, booking, "-U", f"{name}_app")
        old = f"{name}_old_{rehearsal.values['run']}"
        demand(refused(old, os.environ["PGUSER"]), "the old database can be connected to")
        demand((folder / "backup.dump").read_bytes() == before, "the backup was changed")
        return rehearsal


def rename_back(path: Path) -> Rehearsal:
    """Cut over, go back by the aside, stand down and open the ledger as it was found."""
    with scratch() as (name, folder):
        rehearsal, steps = prepare(path, name, folder), steps_of(path)
        query(name, DISASTER)
        before = newest(name)
        play(rehearsal, until(steps, "overwrite"))
        demand(newest(name) != before, "the cut-over changed nothing")
        play(rehearsal, steps, "rename-back")
        demand(newest(name) == before, "renaming back does not bring the old database back")
        play(rehearsal, steps, "stand-down")
        demand(refused(name, f"{name}_app"), "standing down opened the ledger")
        play(rehearsal, steps, "open-as-found")
        demand(not refused(name, f"{name}_app"), "the application cannot connect again")
        return rehearsal


def refuse_backup(path: Path) -> Rehearsal:
    """Restore beside, find the backup not good, and look at every aside of diagnosis."""
    with scratch() as (name, folder):
        rehearsal, steps = prepare(path, name, folder), steps_of(path)
        query(name, DISASTER)
        before = newest(name)
        play(rehearsal, until(steps, "team_check"))
        for aside in ("wrong-target", "clients-return", "dump-not-good"):
            play(rehearsal, steps, aside)
        demand(newest(name) == before, "the live database was touched")
        demand(refused(f"{name}_restored", os.environ["PGUSER"]), "the refused database stands")
        return rehearsal


def copy(path: Path) -> Rehearsal:
    """Copy to a development database, and stand down."""
    with scratch() as (name, folder):
        rehearsal, steps = prepare(path, name, folder), steps_of(path)
        before = query(name, "select md5(string_agg(account::text, '')) from account")
        play(rehearsal, steps)
        demand(newest(f"{name}_copy") == newest(name), "the copy is not what production is")
        after = query(name, "select md5(string_agg(account::text, '')) from account")
        demand(before == after, "production was written to")
        play(rehearsal, steps, "stand-down")
        return rehearsal


SCENARIOS: tuple[tuple[Callable[[Path], Rehearsal], str], ...] = (
    (restore, "restore-ledger-beside.md"),
    (rename_back, "restore-ledger-beside.md"),
    (refuse_backup, "restore-ledger-beside.md"),
    (copy, "copy-production-to-development.md"),
)


def unreachable() -> str:
    """Why a rehearsal is not possible here, '' when it is. Fills in PGHOST and PGUSER."""
    os.environ.setdefault("PGHOST", "127.0.0.1")
    os.environ.setdefault("PGUSER", "postgres")
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        return f"not installed: {', '.join(missing)}"
    try:
        power = query("postgres", "select rolsuper from pg_roles where rolname = current_user")
    except (RehearsalError, subprocess.TimeoutExpired) as error:
        return f"no PostgreSQL server at {os.environ['PGHOST']}: {error}"
    return "" if power == "t" else f"{os.environ['PGUSER']} is not a superuser"


def main() -> int:
    """Rehearse everything; 0 when all is well, 1 with a sentence otherwise."""
    if reason := unreachable():
        print(f"Cannot rehearse: {reason}", file=sys.stderr)
        return 1
    for scenario, file in SCENARIOS:
        try:
            count = scenario(RUNBOOKS / file).commands
        except RehearsalError as error:
            print(f"{scenario.__name__}: {error}", file=sys.stderr)
            return 1
        print(f"{scenario.__name__}: {count} commands of {file} ran as written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
