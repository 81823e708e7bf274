"""What a script in Python, Ruby, JavaScript and the like hands to a shell and sends to a database.
No grammar: strings, comments and calls are told apart, nothing is evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from runbooks.lint.commands.shell import ShellWord
from runbooks.procedure.code_kinds import CodeKind

_STRING = (
    r"(?P<string>[A-Za-z]{0,2}(?:\"\"\"(?P<a>(?:\\.|[^\\])*?)\"\"\"|'''(?P<b>(?:\\.|[^\\])*?)'''"
    r"|\"(?P<c>(?:\\.|[^\"\\\n])*)\"|'(?P<d>(?:\\.|[^'\\\n])*)'|`(?P<e>(?:\\.|[^`\\])*)`))"
    r"|(?P<percent>(?:%x|\bqx)[ ]?(?:\((?P<f>[^)]{0,2000})\)|\{(?P<g>[^}]{0,2000})\}"
    r"|\[(?P<h>[^\]]{0,2000})\]))"
)
_COMMENTS = {
    CodeKind.PYTHON: r"\#[^\n]*",
    CodeKind.RUBY: r"\#(?!\{)[^\n]*",
    CodeKind.JAVASCRIPT: r"//[^\n]*|/\*.*?(?:\*/|\Z)",
}
# In a language that is not known, only a whole line is taken for a comment.
_LOOSE = r"(?:^|(?<=\n))[ \t]*(?:\#|//|--)[^\n]*|/\*.*?(?:\*/|\Z)"
_TOKENS = {
    kind: re.compile(rf"(?P<comment>{_COMMENTS.get(kind, _LOOSE)})|{_STRING}|\w+|.", re.DOTALL)
    for kind in CodeKind
}
_INNER = "abcdefgh"
_RUNS = re.compile(
    r"(?<!\w)(?:os\.(?:system|popen|spawn\w+|exec\w+|execute)|subprocess\.\w+|Popen|check_call"
    r"|check_output|getoutput|getstatusoutput|system|exec|execSync|execFile|execFileSync|spawn"
    r"|spawnSync|execa|shell_exec|passthru|proc_open|popen|sh|bat|capture2e?|capture3|run|sudo"
    r"|shell|create_subprocess_(?:shell|exec))[ \t]*(?:(?P<open>\()\s*|(?=[ \t]*[\"~]))"
)
_SQL_BEGINS = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(?:select|insert|update|delete|drop|truncate|alter|create|restore|with"
    r"|begin|grant|revoke|vacuum|copy|flushall|flushdb)\b(?![ \t]*[-/.])",
    re.IGNORECASE,
)
_ONLY_SAID = re.compile(
    r"(?:print|puts|echo|log|info|warn|warning|error|debug|raise|throw|die|say|write)\w{0,10}"
    r"[ \t]*\(?[ \t]*$",
    re.IGNORECASE,
)
_BACKTICKS_RUN = frozenset({CodeKind.RUBY, CodeKind.SCRIPT})


@dataclass(frozen=True)
class ScriptContent:
    """What a script does besides its own calls: texts handed to a `shell`, `programs` with their
    words, and `sql`. `code` is the script with strings filled by `~` and without comments, of the
    same length."""

    shell: tuple[ShellWord, ...]
    programs: tuple[tuple[ShellWord, ...], ...]
    sql: tuple[ShellWord, ...]
    code: str


@dataclass(frozen=True)
class _String:
    """A string: `start` and `end` of all of it, `inner` its text with its place."""

    start: int
    end: int
    inner: ShellWord
    runs: bool


def read_script(text: str, kind: CodeKind) -> ScriptContent:
    """Read a script. `kind` is its language."""
    strings: list[_String] = []
    parts: list[str] = []
    for token in _TOKENS[kind].finditer(text):
        piece = token[0]
        if token["comment"]:
            piece = re.sub(r"[^\n]", " ", piece)
        elif token["string"] or token["percent"]:
            strings.append(_string(token, kind, "".join(parts[-2:])))
            piece = '"' + re.sub(r"[^\n]", "~", piece[1:-1]) + '"'
        parts.append(piece)
    code = "".join(parts)
    handed = list(_handed(code, strings))
    shell = [string.inner for string in strings if string.runs]
    shell += [words[0].inner for words in handed if len(words) == 1]
    programs = [tuple(_quoted(string) for string in words) for words in handed if len(words) > 1]
    started = {string.start for words in handed if len(words) > 1 for string in words}
    sql = [
        string.inner
        for string in strings
        if string.start not in started
        and _SQL_BEGINS.match(string.inner.text)
        and not _ONLY_SAID.search(code[max(0, string.start - 40) : string.start])
    ]
    return ScriptContent(tuple(shell), tuple(programs), tuple(sql), code)


def _string(token: re.Match[str], kind: CodeKind, before: str) -> _String:
    group = next(name for name in _INNER if token[name] is not None)
    tick = group == "e" and (kind in _BACKTICKS_RUN or before.endswith("$"))
    inner = ShellWord(token[group], token.start(group), token[group])
    return _String(token.start(), token.end(), inner, tick or bool(token["percent"]))


def _quoted(string: _String) -> ShellWord:
    """A string as a word of a command."""
    return ShellWord(string.inner.raw, string.inner.offset, string.inner.text)


def _handed(code: str, strings: list[_String]) -> Iterator[list[_String]]:
    """What calls that start programs are given: one string is a text for a shell, several are a
    program and its words."""
    after = 0
    for call in _RUNS.finditer(code):
        end = _end(code, call.end(), bool(call["open"]))
        while after < len(strings) and strings[after].start < call.end():
            after += 1
        given: list[_String] = []
        place = after
        while place < len(strings) and strings[place].end <= end:
            between = code[strings[place - 1].end if given else call.end() : strings[place].start]
            # A named argument says how it is run, not what.
            if given and re.search(r"=|\{|=>|:\s", between):
                break
            given.append(strings[place])
            place += 1
        if given:
            joined = re.search(r"[+%.]", code[given[0].end : given[1].start]) if given[1:] else None
            text = joined or re.search(r"\s", given[0].inner.text)
            yield given[:1] if text else given


def _end(code: str, start: int, brackets: bool) -> int:
    """Where the arguments of a call end that begin at `start`: at its bracket, or its line."""
    if not brackets:
        end = code.find("\n", start)
        return len(code) if end < 0 else end
    depth = 1
    for bracket in re.compile(r"[()]").finditer(code, start, min(len(code), start + 2000)):
        depth += 1 if bracket[0] == "(" else -1
        if depth == 0:
            return bracket.start()
    return min(len(code), start + 2000)
