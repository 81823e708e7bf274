"""SQL, cut into its statements; and the SQL that the clients of databases are given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.lint.commands.calls import ProgramCall
from runbooks.lint.commands.shell import ShellWord

#: Clients of databases, and the options that give them SQL.
SQL_CLIENTS = {
    "psql": ("-c", "--command"),
    "mysql": ("-e", "--execute"),
    "mariadb": ("-e", "--execute"),
    "sqlcmd": ("-Q", "-q"),
    "osql": ("-Q", "-q"),
    "cypher-shell": (),
    "db2": (),
    "invoke-sqlcmd": ("-query", "-q"),
    "invoke-dbaquery": ("-query",),
    "sqlite3": (),
    "sqlplus": (),
    "rman": (),
    "clickhouse-client": ("-q", "--query"),
    "cqlsh": ("-e", "--execute"),
    "mongosh": ("--eval",),
    "mongo": ("--eval",),
    "cockroach": ("-e", "--execute"),
    "influx": ("-execute",),
    "trino": ("--execute",),
    "redis-cli": (),
    "valkey-cli": (),
    "keydb-cli": (),
}
SQL_BEGINS = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(?:select|insert|update|delete|drop|truncate|alter|create|restore|with"
    r"|begin|grant|revoke|vacuum|explain)\b(?![ \t]*[-/.])",
    re.IGNORECASE,
)
# A client's own command ends with its line; those that read data or a file are kept.
_TOKEN = re.compile(
    r"(?P<gap>--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<string>'(?:''|[^'])*')"
    r"|(?P<kept>(?:\\(?:copy|i|ir|include)\b|\\\.[ \t])[^\n]*)|(?P<end>;|\\[a-z]\w*[^\n]*)"
    r"|[^-/';\\]+|.",
    re.DOTALL | re.IGNORECASE,
)
#: Clients that take SQL as a word without an option.
_TAKE_WORDS = frozenset({"sqlite3", "cypher-shell", "db2", "invoke-sqlcmd"})
_SPEAKERS = ("echo", "printf", "write-output")


def sql_statements(text: str) -> Iterator[tuple[str, int]]:
    """The statements of a text, without comments and with strings emptied, each with where it
    begins."""
    parts: list[str] = []
    begun = None
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind in ("end", "kept"):
            if begun is not None:
                yield "".join(parts).strip(), begun
            parts, begun = [], None
            if kind == "kept":
                yield match[0], match.start()
            continue
        piece = {"gap": " ", "string": "''"}.get(kind or "", match[0])
        if begun is None and piece.strip():
            begun = match.start() + len(piece) - len(piece.lstrip())
        parts.append(piece)
    if begun is not None:
        yield "".join(parts).strip(), begun


def sql_sent(call: ProgramCall, before: ProgramCall | None) -> Iterator[ShellWord]:
    """SQL that is handed to a client: by an option, a here-document, or a pipe from `echo`."""
    program = call.program.lower()
    if program not in SQL_CLIENTS:
        return
    options = SQL_CLIENTS[program]
    if call.statement.document is not None:
        yield call.statement.document
    yield from (word for mark, word in call.statement.redirects if mark == "<<<")
    given = ""
    for word in call.words:
        loose = program in _TAKE_WORDS and re.search(r"\s", word.text)
        long = word.text.startswith(tuple(f"{o}=" for o in options if o.startswith("--")))
        if long:
            name, _, rest = word.raw.partition("=")
            yield ShellWord(rest, word.offset + len(name) + 1)
        elif loose or _takes(given, options):
            yield word
        given = word.text
    if before is not None and call.fed_by.lower() in _SPEAKERS:
        yield from before.words


def _takes(text: str, options: tuple[str, ...]) -> bool:
    """Whether the word behind `text` is what one of `options` is set to: `-c`, `-xc`."""
    return text in options or any(
        len(o) == 2 and re.fullmatch(rf"-[A-Za-z]{{1,6}}{o[1]}", text) for o in options
    )
