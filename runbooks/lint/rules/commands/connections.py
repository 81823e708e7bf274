"""Rules about what a command connects to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level, ParameterType
from runbooks.lint.book.blocks import CommandBlock
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.commands.calls import ProgramCall
from runbooks.lint.commands.shell import VARIABLE, is_left_open
from runbooks.lint.commands.sql import SQL_CLIENTS
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.lint.rules.commands.options import (
    DATABASE_CLIENTS,
)

RULES = RuleGroup()
_HERE = re.compile(
    r"(?:localhost|127\.0\.0\.1|::1|0\.0\.0\.0)(?::\d+)?$|(?<!\w)\w+://(?:[^@/\s]*@)?"
    r"(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)|(?:^|\s)host=(?:localhost|127\.0\.0\.1)\b",
    re.IGNORECASE,
)
_PLACES = ("-h", "--host", "-H", "-S", "--server", "--uri", "--endpoints", "-d", "--dbname")


@RULES.add(
    "L52",
    Level.WARNING,
    "A database is named as localhost in a runbook that has several machines",
    "On which machine somebody is logged in is forgotten first: the development script that ran"
    " against localhost ran on production (Keepthescore 2020).",
)
def on_localhost(book: Book) -> Iterator[Remark]:
    places = [p for p in book.procedure.parameters if p.type is ParameterType.INSTANCE]
    if not places:
        return
    for command in book.blocks:
        for call in _local(command):
            yield command.at(
                call,
                f"`{call.summary}` reaches whatever database runs on the machine that somebody"
                " happens to be logged in to.",
                f"Name the machine: `<{places[0].name}.host>`.",
            )


def _local(command: CommandBlock) -> Iterator[ProgramCall]:
    for call in command.script.calls:
        if call.program not in DATABASE_CLIENTS:
            continue
        named = [call.value(option) or "" for option in _PLACES]
        named += [text for text in call.texts if "://" in text or text.startswith("host=")]
        if any(_HERE.search(text) for text in named):
            yield call


# Clients of databases: the options that name a machine, and those that name a database.
_CLIENTS = {
    **dict.fromkeys(
        ("psql", "pg_dump", "pg_restore", "vacuumdb", "reindexdb"),
        (("-h", "--host"), ("-d", "--dbname")),
    ),
    **dict.fromkeys(("createdb", "dropdb", "pg_dumpall", "pg_basebackup"), (("-h", "--host"), ())),
    **dict.fromkeys(
        ("mysql", "mariadb", "mysqldump", "mariadb-dump"),
        (
            ("-h", "--host", "-S", "--socket"),
            ("-D", "--database", "--databases", "--all-databases"),
        ),
    ),
    **dict.fromkeys(("mysqladmin", "mariadb-admin"), (("-h", "--host", "-S", "--socket"), ())),
    **dict.fromkeys(
        ("mongodump", "mongorestore"), (("-h", "--host", "--uri"), ("-d", "--db", "--uri"))
    ),
    **dict.fromkeys(("redis-cli", "valkey-cli"), (("-h", "-u", "-s"), ())),
    "sqlcmd": (("-S",), ("-d",)),
    "cqlsh": ((), ()),
}
#: SQL that works on the tables of one database, once what every database has is taken out.
_NEEDS_DATABASE = re.compile(
    r"\b(?:from|into|update|table|truncate|call|schema|index|vacuum|analyze|copy|merge|reassign"
    r"|extension|sequence|view|function)\b",
    re.IGNORECASE,
)
_OF_SERVER = re.compile(
    r"\bfrom\s+(?:pg_(?:stat|control|database|roles|settings|replication|is_in)\w*(?:\(\))?"
    r"|mysql\.\w+|performance_schema\.\w+|information_schema\.(?:schemata|processlist)"
    r"|dual|now\(\))|^\s*(?:restore|backup|create|drop|alter)\s+database\b.*",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"://|\b(?:host|service)=|^mongodb")
_LOOKS = frozenset({"--version", "--help", "-V", "--list", "-l", "-?"})
# Options of these clients that take a word of their own.
_TAKING = frozenset(
    re.findall(
        r"\S+",
        "-h -U -u -P -f -c -e -F -j -n -o -D -S -d -t -T --host --port --username --user --dbname"
        " --file --set --command --execute --format --jobs --table --schema --database --role",
    )
)


@RULES.add(
    "L26",
    Level.ERROR,
    "A command that connects without naming its machine or its database",
    "Where it goes then depends on the terminal it is typed into (Travis CI 2018: a variable left"
    " over in a terminal led to production).",
    scope=RuleScope.MOVES,
)
def unnamed_target(book: Book) -> Iterator[Remark]:
    for command in book.blocks:
        for call in command.script.calls:
            missing = _unnamed(call, command.assigned)
            if missing:
                unsaid = " and ".join(f"which {thing} it means" for thing in missing)
                yield command.at(
                    call,
                    f"`{call.summary}` does not say {unsaid}: the terminal decides.",
                    f"Take it from the run: {' and '.join(missing.values())}.",
                )


def _unnamed(call: ProgramCall, known: frozenset[str]) -> dict[str, str]:
    """What a client of a database leaves to the terminal, with what to write."""
    if call.program not in _CLIENTS or _LOOKS & set(call.texts):
        return {}
    to_a_file = call.program == "pg_restore" and call.value("-d", "--dbname") is None
    if to_a_file or any(map(_ADDRESS.search, call.texts)):
        return {}
    machine, database = _CLIENTS[call.program]
    missing = {}
    if machine and not call.inside and _leaves_open(_values(call, machine), known):
        missing["machine"] = f"`{machine[0]} <target.host>`"
    if (
        database
        and not _is_about_server(call)
        and _leaves_open(_values(call, database) or _positional(call), known)
    ):
        missing["database"] = f"`{database[0]} <database>`"
    return missing


def _is_about_server(call: ProgramCall) -> bool:
    """Whether all it asks is answered alike by every database of a server: `select @@hostname`."""
    asked = call.value(*SQL_CLIENTS.get(call.program, ())) if call.program in SQL_CLIENTS else None
    return bool(asked) and not _NEEDS_DATABASE.search(_OF_SERVER.sub(" ", asked or ""))


def _values(call: ProgramCall, options: tuple[str, ...]) -> list[str]:
    return [value for option in options if (value := call.value(option)) is not None]


def _leaves_open(values: list[str], known: frozenset[str]) -> bool:
    """Nothing is named, or a variable of the terminal that may be anything."""
    variable = VARIABLE.fullmatch(values[0]) if values else None
    return not values or (variable is not None and is_left_open(variable, known))


def _positional(call: ProgramCall) -> list[str]:
    """Words that may name the database."""
    texts = ("", *call.texts)
    return [
        text
        for before, text in zip(texts, texts[1:], strict=False)
        if text[:1] != "-" and before not in _TAKING and not text.isdigit() and "=" not in text
    ]
