"""Prompts: where in a block of code something is typed, and to what."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runbooks.procedure.code_kinds import Kind


@dataclass(frozen=True)
class Typed:
    """A line behind its prompt: what it is typed to, the `prompt` and the `text`."""

    kind: Kind
    prompt: str
    text: str


# In this order: what is more peculiar comes first. A prompt is followed by a blank, or ends a line.
_MAIN: tuple[tuple[Kind, str], ...] = (
    (Kind.POWERSHELL, r"(?:\[[^\]\n]{1,80}\]: )?PS(?: [^<>\n]{0,120})?>"),
    (Kind.BATCH, r"[A-Za-z]:\\[^>\n\"|]{0,120}>"),
    (Kind.PYTHON, r">>>|In \[\d+\]:"),
    (Kind.RUBY, r"irb(?:\([^)\n]{0,40}\):\d+(?::\d+)?)?[>*]|(?:\[\d+\] )?pry(?:\([^)\n]{0,40}\))?>"
                r"|[\w-]{1,40}\((?:dev|prod|test|staging|development|production)\)[>*]"),
    (Kind.JAVASCRIPT, r"(?:[\w. -]{1,80} )?\[[\w :-]{1,40}\] [\w-]{1,60}>"
                      r"|[\w-]{1,60}:(?:PRIMARY|SECONDARY|OTHER)>"),
    (Kind.SQL, r"[\w.@:-]{1,80}=[*!?]?[#>]|[\w.@:]{1,80}[-('\"*$][*!?]?[#>]"
               r"|(?: ?MySQL  [^<>\n]{0,60}|(?:mysql|MariaDB|MYSQL|MySQL)(?: ?[\[(][^<>\n]{0,60})?"
               r")>"
               r"|sqlite>|SQL>|\d{1,3}>"
               r"|(?:[\w.-]{1,40}@)?cqlsh(?::\w{1,60})?>|[\w.-]{1,60} :\)"
               r"|\S{1,60}@\S{0,60}:\d{1,5}/[\w.]{0,60}>"
               r"|(?:trino|presto|hive|spark-sql|impala|ksql|duckdb)(?::\w{1,60})?>"),
    (Kind.SHELL, r"(?:\[?\d\d:\d\d(?::\d\d)?\]? )?(?:\([^()\n]{1,60}\) )?"
                 r"(?:\[(?![ \[])[^\]\n]{1,80}\] ?|[~/][\w./~-]{0,80} ?"
                 r"|(?:[A-Z][A-Z0-9_-]{1,20} )?[\w.<>-]{1,60}@[^$#%\n]{1,80}"
                 r"|[\w.-]{1,60}:\S{1,60} [\w.-]{1,40}|[\w.-]{1,60}(?::[^\s$#]{0,80})?)?[$#]"
                 r"|[\w.<>-]{1,60}@[^%\n]{1,80} %"
                 r"|(?:[A-Za-z][\w.-]{0,60})?%(?= (?:[a-z./~]|[A-Z_]{1,40}=))"
                 r"|(?:[~/][^❯›λ\n]{0,80} )?[❯›λ]"
                 r"|➜(?:  \S{1,60}(?: git:\(\S{0,60}\))?(?: ✗)?)?"),
    (Kind.FISH, r"[\w.-]{1,60}@[^<>\n]{1,80}>"),
    (Kind.CLIENT, r"(?:redis )?(?:[A-Za-z0-9][\w.:/\[\]()@-]{0,60})?>"),
)  # fmt: skip
_PROMPTS = tuple(
    (kind, re.compile(rf"[ \t]*+(?P<prompt>{pattern})(?:[ \t](?P<text>.*))?$", re.ASCII))
    for kind, pattern in _MAIN
)
#: `$rm` and `C:\>del` leave no blank.
_GLUED = (
    (Kind.SHELL, re.compile(r"[ \t]*+(?P<prompt>\$)(?P<text>[a-z].*)$")),
    (Kind.BATCH, re.compile(r"[ \t]*+(?P<prompt>[A-Za-z]:\\[^>\n\"|]{0,120}>)(?P<text>\S.*)$")),
)
#: What a terminal writes in front of a line that goes on with the one before it.
_GOES_ON = {
    Kind.SHELL: r">",
    Kind.FISH: r"",
    Kind.SQL: r"[ \w]{0,60}[-'\"`(*]>|\s*\.\.\.>?|\s{1,3}\d{1,3}(?= {2})",
    Kind.POWERSHELL: r">>",
    Kind.PYTHON: r"\.\.\.|\s*\.\.\.:",
    Kind.JAVASCRIPT: r"\.\.\.|\|",
    Kind.RUBY: r"",
    Kind.BATCH: r"More\?",
    Kind.CLIENT: r"\.\.\.|\|",
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
        found = pattern.match(line)
        if found is None:
            continue
        text = (found["text"] or "").strip()
        remark = found["prompt"] == ROOT and _SENTENCE.match(text)
        return None if remark or not text else Typed(kind, found["prompt"].strip(), text)
    return None


def goes_on(line: str, kind: Kind) -> str | None:
    """What a line adds to the one before it, typed to `kind`; None when it has no such prompt."""
    pattern = _FURTHER.get(kind)
    found = pattern.match(line) if pattern else None
    return None if found is None else found["text"] or ""


def opens_session(text: str) -> bool:
    """Whether a block of any label shows a session: its first line, remarks left out, begins with
    a prompt that begins no command and no remark."""
    first = next((line for line in text.split("\n") if line.strip() and line[0] != "#"), "")
    found = typed(first)
    if found is None or found.kind in (Kind.FISH, Kind.CLIENT):
        return False
    return not re.fullmatch(r"[#%]|\d+>|[~/][^@]*#|\w*%", found.prompt)
