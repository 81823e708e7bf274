"""What a command block does: the programs it calls, the SQL it sends, the code it runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from runbooks.codekinds import Kind, Reads, kind_of
from runbooks.lint.calling import call_of
from runbooks.lint.calls import Call, Query
from runbooks.lint.languages import spoken
from runbooks.lint.queries import SQL_BEGINS, cut, sent
from runbooks.lint.shell import Statement, Word, statements
from runbooks.lint.windows import windows_statements

_SHELLS = frozenset({"sh", "bash", "zsh", "ksh", "dash", "su", "ssh", "eval", "trap", "tmux", "at",
                     "batch"})  # fmt: skip
#: Those whose last word is a text for a shell.
_LAST_WORD = frozenset({"ssh", "eval", "trap", "tmux"})
#: Programs whose option gives them a text for a shell of another machine.
_REMOTE = {
    "gcloud": ("--command",),
    "vagrant": ("-c", "--command"),
    "ansible": ("-a",),
    "az": ("--scripts",),
    "fly": ("-c", "--command"),
    "flyctl": ("-c", "--command"),
}
_WINDOWS = {
    "powershell": (Reads.POWERSHELL, ("-command", "-c")),
    "pwsh": (Reads.POWERSHELL, ("-command", "-c")),
    "cmd": (Reads.BATCH, ("/c", "/k")),
}
#: Interpreters, and the options that give them a script.
_INTERPRETERS = {
    "python": (Kind.PYTHON, ("-c",)),
    "python3": (Kind.PYTHON, ("-c",)),
    "ruby": (Kind.RUBY, ("-e",)),
    "rails": (Kind.RUBY, ("runner", "r")),
    "node": (Kind.JAVASCRIPT, ("-e", "--eval")),
    "mongosh": (Kind.JAVASCRIPT, ("--eval",)),
    "mongo": (Kind.JAVASCRIPT, ("--eval",)),
    "perl": (Kind.SCRIPT, ("-e", "-E")),
    "php": (Kind.SCRIPT, ("-r",)),
}
_DEEPEST = 3
_SUBSTITUTION = re.compile(r"\$\((?!\()(?P<new>(?:[^()]|\([^()]*\))*)\)|`(?P<old>[^`]*)`")
#: A client's own way to a shell: of psql and mysql, of SQLite, of SQL*Plus and RMAN.
_TO_A_SHELL = re.compile(
    r"(?m)^[ \t]*(?:\\!|!|system\b|\.(?:shell|system)\b|host\b)[ \t]*['\"]?(?P<text>[^\n;'\"]+)"
)
#: SQL that a statement puts together: `execute 'drop …'`.
_EXECUTED = re.compile(
    r"\bexec(?:ute)?(?:\s+immediate)?\s*\(?\s*(?:format\s*\(\s*)?N?'(?P<text>[^']+)'", re.IGNORECASE
)

#: A line of a log in a block without a label: `Error: …`, `Command: terraform apply … failed.`
_SAID = re.compile(r"^[ \t]*[A-Z][A-Za-z]{2,30}: .*$", re.MULTILINE)


@dataclass(frozen=True)
class Script:
    """All that a command block calls and sends. `code` are the lines of scripts in which something
    is called, with strings emptied: `text` with places."""

    calls: tuple[Call, ...]
    queries: tuple[Query, ...]
    code: tuple[Code, ...] = ()


@dataclass(frozen=True)
class Code:
    """A script, as `runbooks.lint.languages` leaves it, and how its offsets become places."""

    text: str
    start: int
    places: Places

    def at(self, offset: int) -> Query:
        """The line of the script that holds `offset`, as a place."""
        begins = self.text.rfind("\n", 0, offset) + 1
        ends = self.text.find("\n", offset)
        said = self.text[begins : ends if ends >= 0 else len(self.text)]
        said = re.sub(r"~+", "…", said).strip()
        return Query(said, *self.places.of(self.start + offset))


class Places:
    """Offsets as lines and columns."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def of(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 0."""
        line = _bisect(self.starts, offset)
        return line, offset - self.starts[line]


def _bisect(starts: list[int], offset: int) -> int:
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if starts[middle] <= offset else (low, middle)
    return low


def script(label: str, text: str) -> Script:
    """Read a command block. `label` is its language, '' when it has none."""
    kind = kind_of(label)
    text = text if label else _SAID.sub(lambda line: " " * len(line[0]), text)
    found = _Found(Places(text))
    if kind.reads is Reads.SQL or (not label and SQL_BEGINS.match(text)):
        found.sql(text, 0)
    elif kind.reads is Reads.SCRIPT:
        found.code(text, 0, kind, 0)
    elif kind.reads in (Reads.POWERSHELL, Reads.BATCH):
        found.windows(text, 0, kind.reads, 0)
    else:
        found.shell(text, 0, 0)
    if kind.reads is Reads.CLIENT:
        # What it is typed into is not known.
        found.sql(text, 0)
        found.code(text, 0, kind, 0)
    return Script(tuple(found.calls), tuple(found.queries), tuple(found.scripts))


@dataclass
class _Found:
    """What was read so far. A text begins at `start` of the block; `depth` counts the scripts that
    it is in."""

    places: Places
    calls: list[Call] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)
    scripts: list[Code] = field(default_factory=list)

    def shell(self, text: str, start: int, depth: int) -> None:
        """Add what a text for a shell calls."""
        if depth <= _DEEPEST:
            self._take(statements(text), start, depth)

    def windows(self, text: str, start: int, reads: Reads, depth: int) -> None:
        """Add what a text for PowerShell or the command prompt calls."""
        if depth <= _DEEPEST:
            self._take(windows_statements(text, reads), start, depth)

    def sql(self, text: str, start: int, by: Call | None = None) -> None:
        """Add the statements of a text in SQL, which the client `by` sends."""
        self.queries += (Query(said, *self.places.of(start + at), by) for said, at in cut(text))
        for found in _TO_A_SHELL.finditer(text):
            self.shell(found["text"], start + found.start("text"), _DEEPEST)
        for found in _EXECUTED.finditer(text):
            at = start + found.start("text")
            self.queries += (
                Query(said, *self.places.of(at + off), by) for said, off in cut(found["text"])
            )

    def code(self, text: str, start: int, kind: Kind, depth: int) -> None:
        """Add what a script in the language `kind` calls, starts and sends."""
        if depth > _DEEPEST:
            return
        found = spoken(text, kind)
        self.scripts.append(Code(found.code, start, self.places))
        for word in found.shell:
            self.shell(word.text, start + word.inner_offset, depth + 1)
        for words in found.programs:
            self._take([Statement("", list(words))], start, depth + 1)
        for word in found.sql:
            self.sql(word.text, start + word.inner_offset)

    def _take(self, found: Iterable[Statement], start: int, depth: int) -> None:
        before: Call | None = None
        for statement in found:
            at = (0, 0) if statement.is_empty else self.places.of(start + statement.offset)
            call = call_of(statement, at, before)
            if call is None:
                continue
            self.calls.append(call)
            self._inside(call, before, start, depth + 1)
            before = call

    def _inside(self, call: Call, before: Call | None, start: int, depth: int) -> None:
        """Add what a call is given to run."""
        for word in (*_for_a_shell(call, before), *_substituted(call)):
            self.shell(word.text, start + word.inner_offset, depth)
        document = call.statement.document
        if document and call.program in _SHELLS and SQL_BEGINS.match(document.text):
            # `ssh db 'sudo -u postgres psql' <<EOF`
            self.sql(document.text, start + document.inner_offset, call)
        for word in sent(call, before):
            self.sql(word.text, start + word.inner_offset, call)
        program = call.program.lower()
        if program in _WINDOWS:
            reads, options = _WINDOWS[program]
            for word in _given(call, options):
                self.windows(word.text, start + word.inner_offset, reads, depth)
        if program in _INTERPRETERS:
            kind, given = _INTERPRETERS[program]
            for word in (*_given(call, given), *((document,) if document else ())):
                self.code(word.text, start + word.inner_offset, kind, depth)


def _substituted(call: Call) -> Iterator[Word]:
    """What is run within double quotes and in a here-document: `"$(…)"`."""
    words = [*call.assigned, *call.words, *(word for _, word in call.statement.redirects)]
    texts = [word for word in words if '"' in word.raw]
    texts += [call.statement.document] if call.statement.document else []
    for word in texts:
        for found in _SUBSTITUTION.finditer(word.raw):
            name = "new" if found["new"] is not None else "old"
            yield Word(found[name], word.offset + found.start(name), found[name])


def _for_a_shell(call: Call, before: Call | None) -> Iterator[Word]:
    """Scripts that are handed to another shell."""
    yield from _given(call, _REMOTE.get(call.program, ()))
    if call.program not in _SHELLS:
        return
    if call.statement.document is not None:
        yield call.statement.document
    if before is not None and call.fed_by in ("echo", "printf"):
        yield from before.words
    if call.program in _LAST_WORD or call.has("-c"):
        given = call.words[:1] if call.program == "trap" else call.words[-1:]
        yield from (word for word in given if re.search(r"\s", word.text))


def _given(call: Call, options: tuple[str, ...]) -> Iterator[Word]:
    """The words that one of `options` is set to."""
    before = ""
    for word in call.words:
        name, sign, _ = word.text.partition("=")
        if before in options:
            yield word
        elif sign and name in options and name.startswith("--"):
            raw = word.raw.partition("=")[2]
            yield Word(raw, word.offset + len(word.raw) - len(raw))
        before = word.text.lower()
