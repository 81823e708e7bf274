"""What a command block does: the programs it calls, the SQL it sends, the code it runs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from runbooks.lint.commands.calls import ProgramCall, SqlQuery, call_of
from runbooks.lint.commands.languages import read_script
from runbooks.lint.commands.shell import ShellWord, SimpleCommand, statements
from runbooks.lint.commands.sql import SQL_BEGINS, sql_sent, sql_statements
from runbooks.lint.commands.windows import windows_statements
from runbooks.procedure.code_kinds import CodeKind, Reads, kind_of

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
    "python": (CodeKind.PYTHON, ("-c",)),
    "python3": (CodeKind.PYTHON, ("-c",)),
    "ruby": (CodeKind.RUBY, ("-e",)),
    "rails": (CodeKind.RUBY, ("runner", "r")),
    "node": (CodeKind.JAVASCRIPT, ("-e", "--eval")),
    "mongosh": (CodeKind.JAVASCRIPT, ("--eval",)),
    "mongo": (CodeKind.JAVASCRIPT, ("--eval",)),
    "perl": (CodeKind.SCRIPT, ("-e", "-E")),
    "php": (CodeKind.SCRIPT, ("-r",)),
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

    calls: tuple[ProgramCall, ...]
    queries: tuple[SqlQuery, ...]
    code: tuple[ScriptCode, ...] = ()


@dataclass(frozen=True)
class ScriptCode:
    """A script, as `commands.languages` leaves it, and how its offsets become places."""

    text: str
    start: int
    places: Positions

    def at(self, offset: int) -> SqlQuery:
        """The line of the script that holds `offset`, as a place."""
        begins = self.text.rfind("\n", 0, offset) + 1
        ends = self.text.find("\n", offset)
        line = self.text[begins : ends if ends >= 0 else len(self.text)]
        line = re.sub(r"~+", "…", line).strip()
        return SqlQuery(line, *self.places.locate(self.start + offset))


class Positions:
    """Offsets as lines and columns."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def locate(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 0."""
        line = bisect_right(self.starts, offset) - 1
        return line, offset - self.starts[line]


def script(label: str, text: str) -> Script:
    """Read a command block. `label` is its language, '' when it has none."""
    kind = kind_of(label)
    text = text if label else _SAID.sub(lambda line: " " * len(line[0]), text)
    reader = _ScriptReader(Positions(text))
    if kind.reads is Reads.SQL or (not label and SQL_BEGINS.match(text)):
        reader.sql(text, 0)
    elif kind.reads is Reads.SCRIPT:
        reader.code(text, 0, kind, 0)
    elif kind.reads in (Reads.POWERSHELL, Reads.BATCH):
        reader.windows(text, 0, kind.reads, 0)
    else:
        reader.shell(text, 0, 0)
    if kind.reads is Reads.CLIENT:
        # What it is typed into is not known.
        reader.sql(text, 0)
        reader.code(text, 0, kind, 0)
    return Script(tuple(reader.calls), tuple(reader.queries), tuple(reader.scripts))


@dataclass
class _ScriptReader:
    """What was read so far. A text begins at `start` of the block; `depth` counts the scripts that
    it is in."""

    places: Positions
    calls: list[ProgramCall] = field(default_factory=list)
    queries: list[SqlQuery] = field(default_factory=list)
    scripts: list[ScriptCode] = field(default_factory=list)

    def shell(self, text: str, start: int, depth: int) -> None:
        """Add what a text for a shell calls."""
        if depth <= _DEEPEST:
            self._take(statements(text), start, depth)

    def windows(self, text: str, start: int, reads: Reads, depth: int) -> None:
        """Add what a text for PowerShell or the command prompt calls."""
        if depth <= _DEEPEST:
            self._take(windows_statements(text, reads), start, depth)

    def sql(self, text: str, start: int, by: ProgramCall | None = None) -> None:
        """Add the statements of a text in SQL, which the client `by` sends."""
        self.queries += (
            SqlQuery(statement, *self.places.locate(start + at), by)
            for statement, at in sql_statements(text)
        )
        for match in _TO_A_SHELL.finditer(text):
            self.shell(match["text"], start + match.start("text"), _DEEPEST)
        for match in _EXECUTED.finditer(text):
            at = start + match.start("text")
            self.queries += (
                SqlQuery(statement, *self.places.locate(at + off), by)
                for statement, off in sql_statements(match["text"])
            )

    def code(self, text: str, start: int, kind: CodeKind, depth: int) -> None:
        """Add what a script in the language `kind` calls, starts and sends."""
        if depth > _DEEPEST:
            return
        content = read_script(text, kind)
        self.scripts.append(ScriptCode(content.code, start, self.places))
        for word in content.shell:
            self.shell(word.text, start + word.inner_offset, depth + 1)
        for words in content.programs:
            self._take([SimpleCommand("", list(words))], start, depth + 1)
        for word in content.sql:
            self.sql(word.text, start + word.inner_offset)

    def _take(self, statements: Iterable[SimpleCommand], start: int, depth: int) -> None:
        before: ProgramCall | None = None
        for statement in statements:
            at = (0, 0) if statement.is_empty else self.places.locate(start + statement.offset)
            call = call_of(statement, at, before)
            if call is None:
                continue
            self.calls.append(call)
            self._inside(call, before, start, depth + 1)
            before = call

    def _inside(
        self, call: ProgramCall, before: ProgramCall | None, start: int, depth: int
    ) -> None:
        """Add what a call is given to run."""
        for word in (*_for_a_shell(call, before), *_substituted(call)):
            self.shell(word.text, start + word.inner_offset, depth)
        document = call.statement.document
        if document and call.program in _SHELLS and SQL_BEGINS.match(document.text):
            # `ssh db 'sudo -u postgres psql' <<EOF`
            self.sql(document.text, start + document.inner_offset, call)
        for word in sql_sent(call, before):
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


def _substituted(call: ProgramCall) -> Iterator[ShellWord]:
    """What is run within double quotes and in a here-document: `"$(…)"`."""
    words = [*call.assigned, *call.words, *(word for _, word in call.statement.redirects)]
    texts = [word for word in words if '"' in word.raw]
    texts += [call.statement.document] if call.statement.document else []
    for word in texts:
        for match in _SUBSTITUTION.finditer(word.raw):
            name = "new" if match["new"] is not None else "old"
            yield ShellWord(match[name], word.offset + match.start(name), match[name])


def _for_a_shell(call: ProgramCall, before: ProgramCall | None) -> Iterator[ShellWord]:
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


def _given(call: ProgramCall, options: tuple[str, ...]) -> Iterator[ShellWord]:
    """The words that one of `options` is set to."""
    before = ""
    for word in call.words:
        name, sign, _ = word.text.partition("=")
        if before in options:
            yield word
        elif sign and name in options and name.startswith("--"):
            raw = word.raw.partition("=")[2]
            yield ShellWord(raw, word.offset + len(word.raw) - len(raw))
        before = word.text.lower()
