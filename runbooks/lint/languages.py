"""What a script in Python, Ruby, JavaScript and the like hands to a shell and sends to a database.
No grammar: strings, comments and calls are told apart, nothing is evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from runbooks.codekinds import Kind
from runbooks.lint.shell import Word

_STRING = (
    r"(?P<string>[A-Za-z]{0,2}(?:\"\"\"(?P<a>(?:\\.|[^\\])*?)\"\"\"|'''(?P<b>(?:\\.|[^\\])*?)'''"
    r"|\"(?P<c>(?:\\.|[^\"\\\n])*)\"|'(?P<d>(?:\\.|[^'\\\n])*)'|`(?P<e>(?:\\.|[^`\\])*)`))"
    r"|(?P<percent>(?:%x|\bqx)[ ]?(?:\((?P<f>[^)]{0,2000})\)|\{(?P<g>[^}]{0,2000})\}"
    r"|\[(?P<h>[^\]]{0,2000})\]))"
)
_COMMENTS = {
    Kind.PYTHON: r"\#[^\n]*",
    Kind.RUBY: r"\#(?!\{)[^\n]*",
    Kind.JAVASCRIPT: r"//[^\n]*|/\*.*?(?:\*/|\Z)",
}
# In a language that is not known, only a whole line is taken for a comment.
_LOOSE = r"(?:^|(?<=\n))[ \t]*(?:\#|//|--)[^\n]*|/\*.*?(?:\*/|\Z)"
_TOKENS = {
    kind: re.compile(rf"(?P<comment>{_COMMENTS.get(kind, _LOOSE)})|{_STRING}|\w+|.", re.DOTALL)
    for kind in Kind
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
_BACKTICKS_RUN = frozenset({Kind.RUBY, Kind.SCRIPT})


@dataclass(frozen=True)
class Spoken:
    """What a script does besides its own calls: texts handed to a `shell`, `programs` with their
    words, and `sql`. `code` is the script with strings filled by `~` and without comments, of the
    same length."""

    shell: tuple[Word, ...]
    programs: tuple[tuple[Word, ...], ...]
    sql: tuple[Word, ...]
    code: str


@dataclass(frozen=True)
class _String:
    """A string: `start` and `end` of all of it, `inner` its text with its place."""

    start: int
    end: int
    inner: Word
    runs: bool


def spoken(text: str, kind: Kind) -> Spoken:
    """Read a script. `kind` is its language."""
    strings: list[_String] = []
    parts: list[str] = []
    for found in _TOKENS[kind].finditer(text):
        piece = found[0]
        if found["comment"]:
            piece = re.sub(r"[^\n]", " ", piece)
        elif found["string"] or found["percent"]:
            strings.append(_string(found, kind, "".join(parts[-2:])))
            piece = '"' + re.sub(r"[^\n]", "~", piece[1:-1]) + '"'
        parts.append(piece)
    code = "".join(parts)
    handed = list(_handed(code, strings))
    shell = [one.inner for one in strings if one.runs]
    shell += [words[0].inner for words in handed if len(words) == 1]
    programs = [tuple(_quoted(one) for one in words) for words in handed if len(words) > 1]
    started = {one.start for words in handed if len(words) > 1 for one in words}
    sql = [
        one.inner
        for one in strings
        if one.start not in started
        and _SQL_BEGINS.match(one.inner.text)
        and not _ONLY_SAID.search(code[max(0, one.start - 40) : one.start])
    ]
    return Spoken(tuple(shell), tuple(programs), tuple(sql), code)


def _string(found: re.Match[str], kind: Kind, before: str) -> _String:
    group = next(name for name in _INNER if found[name] is not None)
    tick = group == "e" and (kind in _BACKTICKS_RUN or before.endswith("$"))
    inner = Word(found[group], found.start(group), found[group])
    return _String(found.start(), found.end(), inner, tick or bool(found["percent"]))


def _quoted(one: _String) -> Word:
    """A string as a word of a command."""
    return Word(one.inner.raw, one.inner.offset, one.inner.text)


def _handed(code: str, strings: list[_String]) -> Iterator[list[_String]]:
    """What calls that start programs are given: one string is a text for a shell, several are a
    program and its words."""
    after = 0
    for found in _RUNS.finditer(code):
        end = _end(code, found.end(), bool(found["open"]))
        while after < len(strings) and strings[after].start < found.end():
            after += 1
        given: list[_String] = []
        place = after
        while place < len(strings) and strings[place].end <= end:
            between = code[strings[place - 1].end if given else found.end() : strings[place].start]
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
    for found in re.compile(r"[()]").finditer(code, start, min(len(code), start + 2000)):
        depth += 1 if found[0] == "(" else -1
        if depth == 0:
            return found.start()
    return min(len(code), start + 2000)
