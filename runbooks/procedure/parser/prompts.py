"""Prompts: where in a block of code something is typed, and to what."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runbooks.procedure.code_kinds import CodeKind


@dataclass(frozen=True)
class Typed:
    """A line behind its prompt: what it is typed to, the `prompt` and the `text`."""

    kind: CodeKind
    prompt: str
    text: str


# In this order: what is more peculiar comes first. A prompt is followed by a blank, or ends a line.
_MAIN: tuple[tuple[CodeKind, str], ...] = (
    (CodeKind.POWERSHELL, r"(?:\[[^\]\n]{1,80}\]: )?PS(?: [^<>\n]{0,120})?>"),
    (CodeKind.BATCH, r"[A-Za-z]:\\[^>\n\"|]{0,120}>"),
    (CodeKind.PYTHON, r">>>|In \[\d+\]:"),
    (CodeKind.RUBY, r"irb(?:\([^)\n]{0,40}\):\d+(?::\d+)?)?[>*]"
                r"|(?:\[\d+\] )?pry(?:\([^)\n]{0,40}\))?>"
                r"|[\w-]{1,40}\((?:dev|prod|test|staging|development|production)\)[>*]"),
    (CodeKind.JAVASCRIPT, r"(?:[\w. -]{1,80} )?\[[\w :-]{1,40}\] [\w-]{1,60}>"
                      r"|[\w-]{1,60}:(?:PRIMARY|SECONDARY|OTHER)>"),
    (CodeKind.SQL, r"[\w.@:-]{1,80}=[*!?]?[#>]|[\w.@:]{1,80}[-('\"*$][*!?]?[#>]"
               r"|(?: ?MySQL  [^<>\n]{0,60}|(?:mysql|MariaDB|MYSQL|MySQL)(?: ?[\[(][^<>\n]{0,60})?"
               r")>"
               r"|sqlite>|SQL>|\d{1,3}>"
               r"|(?:[\w.-]{1,40}@)?cqlsh(?::\w{1,60})?>|[\w.-]{1,60} :\)"
               r"|\S{1,60}@\S{0,60}:\d{1,5}/[\w.]{0,60}>"
               r"|(?:trino|presto|hive|spark-sql|impala|ksql|duckdb)(?::\w{1,60})?>"),
    (CodeKind.SHELL, r"(?:\[?\d\d:\d\d(?::\d\d)?\]? )?(?:\([^()\n]{1,60}\) )?"
                 r"(?:\[(?![ \[])[^\]\n]{1,80}\] ?|[~/][\w./~-]{0,80} ?"
                 r"|(?:[A-Z][A-Z0-9_-]{1,20} )?[\w.<>-]{1,60}@[^$#%\n]{1,80}"
                 r"|[\w.-]{1,60}:\S{1,60} [\w.-]{1,40}|[\w.-]{1,60}(?::[^\s$#]{0,80})?)?[$#]"
                 r"|[\w.<>-]{1,60}@[^%\n]{1,80} %"
                 r"|(?:[A-Za-z][\w.-]{0,60})?%(?= (?:[a-z./~]|[A-Z_]{1,40}=))"
                 r"|(?:[~/][^❯›λ\n]{0,80} )?[❯›λ]"
                 r"|➜(?:  \S{1,60}(?: git:\(\S{0,60}\))?(?: ✗)?)?"),
    (CodeKind.FISH, r"[\w.-]{1,60}@[^<>\n]{1,80}>"),
    (CodeKind.CLIENT, r"(?:redis )?(?:[A-Za-z0-9][\w.:/\[\]()@-]{0,60})?>"),
)  # fmt: skip
_PROMPTS = tuple(
    (kind, re.compile(rf"[ \t]*+(?P<prompt>{pattern})(?:[ \t](?P<text>.*))?$", re.ASCII))
    for kind, pattern in _MAIN
)
#: `$rm` and `C:\>del` leave no blank.
_GLUED = (
    (CodeKind.SHELL, re.compile(r"[ \t]*+(?P<prompt>\$)(?P<text>[a-z].*)$")),
    (CodeKind.BATCH, re.compile(r"[ \t]*+(?P<prompt>[A-Za-z]:\\[^>\n\"|]{0,120}>)(?P<text>\S.*)$")),
)
#: What a terminal writes in front of a line that goes on with the one before it.
_GOES_ON = {
    CodeKind.SHELL: r">",
    CodeKind.FISH: r"",
    CodeKind.SQL: r"[ \w]{0,60}[-'\"`(*]>|\s*\.\.\.>?|\s{1,3}\d{1,3}(?= {2})",
    CodeKind.POWERSHELL: r">>",
    CodeKind.PYTHON: r"\.\.\.|\s*\.\.\.:",
    CodeKind.JAVASCRIPT: r"\.\.\.|\|",
    CodeKind.RUBY: r"",
    CodeKind.BATCH: r"More\?",
    CodeKind.CLIENT: r"\.\.\.|\|",
}
_FURTHER = {
    kind: re.compile(rf"(?:{pattern})(?:[ \t](?P<text>.*))?$", re.ASCII)
    for kind, pattern in _GOES_ON.items()
    if pattern
}
#: It may be the prompt of root, or begin a remark: a sentence is taken for a remark.
ROOT = "#"
_SENTENCE = re.compile(r"(?![^\n]* -\w)(?:#|[A-Z][a-z']*,?(?: |$))[^|;&<>$`\"=*\\]*$")


def typed(line: str) -> Typed | None:
    """What is typed in a line, when it begins with a prompt; None for output, for an empty prompt
    and for a remark behind `# `."""
    for kind, pattern in (*_PROMPTS, *_GLUED):
        match = pattern.match(line)
        if match is None:
            continue
        text = (match["text"] or "").strip()
        remark = match["prompt"] == ROOT and _SENTENCE.match(text)
        return None if remark or not text else Typed(kind, match["prompt"].strip(), text)
    return None


def goes_on(line: str, kind: CodeKind) -> str | None:
    """What a line adds to the one before it, typed to `kind`; None when it has no such prompt."""
    pattern = _FURTHER.get(kind)
    match = pattern.match(line) if pattern else None
    return None if match is None else match["text"] or ""


def opens_session(text: str) -> bool:
    """Whether a block of any label shows a session: its first line, remarks left out, begins with
    a prompt that begins no command and no remark."""
    first = next((line for line in text.split("\n") if line.strip() and line[0] != "#"), "")
    prompted = typed(first)
    if prompted is None or prompted.kind in (CodeKind.FISH, CodeKind.CLIENT):
        return False
    return not re.fullmatch(r"[#%]|\d+>|[~/][^@]*#|\w*%", prompted.prompt)
