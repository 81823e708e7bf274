"""What a command block does: the programs it calls and the SQL it sends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from runbooks.codekinds import Reads, kind_of
from runbooks.lint.calls import Call, Query
from runbooks.lint.shell import Statement, Word, statements

SQL_CLIENTS = {
    "psql": ("-c", "--command"),
    "mysql": ("-e", "--execute"),
    "mariadb": ("-e", "--execute"),
    "sqlcmd": ("-Q", "-q"),
    "sqlite3": (),
    "clickhouse-client": ("-q", "--query"),
    "cqlsh": ("-e", "--execute"),
    "mongosh": ("--eval",),
    "mongo": ("--eval",),
    "cockroach": ("-e", "--execute"),
}
_SHELLS = frozenset({"sh", "bash", "zsh", "ksh", "dash", "su", "ssh"})
# Words ahead of the program, and their options that take a word of their own.
_WRAPPERS = {
    "sudo": ("-u", "-g", "-h", "-p"),
    "doas": ("-u",),
    "env": ("-u",),
    "nice": ("-n",),
    "ionice": ("-c", "-n"),
    "timeout": (),
    **dict.fromkeys(("nohup", "time", "exec", "command", "if", "then", "else", "do", "while",
                     "until", "!", "{", "xargs", "watch"), ()),
}  # fmt: skip
_RUNS_INSIDE = frozenset({"docker", "podman", "docker-compose", "kubectl", "oc", "nerdctl"})
# These run what stands behind `--`, with an account of their own.
_ENTERS = frozenset({"aws-vault", "chamber", "doppler", "op", "gds", "gds-cli", "dotenv", "summon"})
_INSIDE = ("-c", "--container", "-n", "--namespace", "-u", "--user", "-e", "--env", "-w", "-f")
_SSH = ("-i", "-p", "-l", "-o", "-J", "-F")
_ASSIGNMENT = re.compile(r"\w+=")
_SQL_BEGINS = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(?:select|insert|update|delete|drop|truncate|alter|create|restore|with"
    r"|begin|grant|revoke|vacuum|explain)\b(?![ \t]*[-/.])",
    re.IGNORECASE,
)
_SQL_TOKEN = re.compile(
    r"(?P<gap>--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<string>'(?:''|[^'])*')|(?P<end>;|\\[a-z]\w*[^\n]*)"
    r"|[^-/';\\]+|.",
    re.DOTALL,
)

#: A line of a log in a block without a label: `Error: …`, `Command: terraform apply … failed.`
_SAID = re.compile(r"^[ \t]*[A-Z][A-Za-z]{2,30}: .*$", re.MULTILINE)


@dataclass(frozen=True)
class Script:
    """All that a command block calls and sends."""

    calls: tuple[Call, ...]
    queries: tuple[Query, ...]


def script(label: str, text: str) -> Script:
    """Read a command block. `label` is its language, '' when it has none."""
    calls: list[Call] = []
    queries: list[Query] = []
    place = _Places(text)
    text = text if label else _SAID.sub(lambda line: " " * len(line[0]), text)
    reads = kind_of(label).reads
    if reads is Reads.SQL or (not label and _SQL_BEGINS.match(text)):
        queries += _queries(text, 0, place)
    else:
        _read(text, 0, place, calls, queries, depth=0)
    return Script(tuple(calls), tuple(queries))


class _Places:
    """Offsets as lines and columns."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def of(self, offset: int) -> tuple[int, int]:
        line = _bisect(self.starts, offset)
        return line, offset - self.starts[line]


def _bisect(starts: list[int], offset: int) -> int:
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if starts[middle] <= offset else (low, middle)
    return low


def _read(
    text: str, start: int, place: _Places, calls: list[Call], queries: list[Query], depth: int
) -> None:
    """Add what a shell text calls; it begins at `start` of the block."""
    before: Call | None = None
    for statement in statements(text):
        call = _call(statement, start, place, before)
        if call is None:
            continue
        calls.append(call)
        for inner in _inner_shell(call):
            if depth < 3:
                _read(inner.text, start + inner.inner_offset, place, calls, queries, depth + 1)
        for inner in _inner_sql(call, before):
            queries += _queries(inner.text, start + inner.inner_offset, place)
        before = call


def _call(statement: Statement, start: int, place: _Places, before: Call | None) -> Call | None:
    words = statement.words
    assigned = []
    inside = ""
    while words:
        name = _name(words[0])
        if _ASSIGNMENT.match(words[0].raw):
            assigned.append(words[0])
            words = words[1:]
        elif name in _WRAPPERS:
            words = _without_options(words[1:], _WRAPPERS[name])
            words = words[1:] if name == "timeout" else words
        elif name in _ENTERS and "--" in (texts := [word.text for word in words]):
            words = words[texts.index("--") + 1 :]
        elif name in _RUNS_INSIDE and "exec" in (near := [word.text for word in words[:5]]):
            words = _without_options(words[near.index("exec") + 1 :], _INSIDE)[1:]
            words, inside = _without_options(words, _INSIDE), name
        elif name == "ssh" and len(rest := _without_options(words[1:], _SSH)) > 2:
            words, inside = rest[1:], name
        else:
            break
    if not (words or statement.redirects or assigned):
        return None
    piped = statement.joint in ("|", "|&") and before is not None
    return Call(
        _name(words[0]) if words else "",
        tuple(words[1:]),
        statement,
        *place.of(start + statement.offset),
        assigned=tuple(assigned),
        fed_by=before.program if piped and before else "",
        inside=inside,
    )


def _name(word: Word) -> str:
    return word.text.rpartition("/")[2].removesuffix(".exe")


def _without_options(words: list[Word], taking: tuple[str, ...]) -> list[Word]:
    while words and words[0].text.startswith("-"):
        words = words[2:] if words[0].text in taking else words[1:]
    return words


def _inner_shell(call: Call) -> Iterator[Word]:
    """Scripts that are handed to another shell."""
    if call.program not in _SHELLS:
        return
    if call.statement.document is not None:
        yield call.statement.document
    if call.program == "ssh" or call.has("-c"):
        yield from (word for word in call.words[-1:] if re.search(r"\s", word.text))


def _inner_sql(call: Call, before: Call | None) -> Iterator[Word]:
    """SQL that is handed to a client: by an option, a here-document, or a pipe from `echo`."""
    if call.program not in SQL_CLIENTS:
        return
    options = SQL_CLIENTS[call.program]
    if call.statement.document is not None:
        yield call.statement.document
    yield from (word for mark, word in call.statement.redirects if mark == "<<<")
    given = ""
    for word in call.words:
        loose = call.program == "sqlite3" and re.search(r"\s", word.text)
        long = word.text.startswith(tuple(f"{o}=" for o in options if o.startswith("--")))
        if long:
            name, _, rest = word.raw.partition("=")
            yield Word(rest, word.offset + len(name) + 1)
        elif loose or _takes(given, options):
            yield word
        given = word.text
    if before is not None and call.fed_by in ("echo", "printf"):
        yield from before.words


def _takes(text: str, options: tuple[str, ...]) -> bool:
    """Whether the word behind `text` is what one of `options` is set to: `-c`, `-xc`."""
    return text in options or any(
        len(o) == 2 and re.fullmatch(rf"-[A-Za-z]{{1,6}}{o[1]}", text) for o in options
    )


def _queries(text: str, start: int, place: _Places) -> Iterator[Query]:
    parts: list[str] = []
    begun = None
    for match in _SQL_TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "end":
            if begun is not None:
                yield _query(parts, start + begun, place)
            parts, begun = [], None
            continue
        piece = {"gap": " ", "string": "''"}.get(kind or "", match[0])
        if begun is None and piece.strip():
            begun = match.start() + len(piece) - len(piece.lstrip())
        parts.append(piece)
    if begun is not None:
        yield _query(parts, start + begun, place)


def _query(parts: list[str], offset: int, place: _Places) -> Query:
    line, column = place.of(offset)
    return Query("".join(parts).strip(), line, column)
