"""Rules about what is written into commands and should come from the run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book.blocks import CommandBlock
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.commands.calls import ProgramCall
from runbooks.lint.rule import RuleGroup

RULES = RuleGroup()
_SECRETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:\w{0,40}_)?(?:PGPASSWORD|PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|API_?KEY"
        r"|ACCESS_KEY)=(?P<value>[^\s;&|]+)",
        r"--(?:password|passwd|pass|token|secret|auth)(?:=|[ \t]+)(?P<value>[^\s;&|-][^\s;&|]*)",
        # `-P3306` is a port; `-p3306:3306` is one of a container.
        r"\b(?:mysql|mariadb)[\w-]*[ \t](?:[^\n|;&]{0,200}?[ \t])?(?-i:-p)"
        r"(?!\d+:\d)(?P<value>[^\s;&|]+)",
        r"://[^\s/:@]{1,80}:(?P<value>[^\s/@]{1,80})@",
        r"\bauthorization:[ \t]*(?:bearer|basic|token)[ \t]+(?P<value>[^\s\"']+)",
        r"\b(?:identified[ \t]+by|password)[ \t]+'(?P<value>[^'\n]{1,80})'",
        r"(?P<value>-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)",
        r"\b(?P<value>AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|xox[abp]-[\w-]{10,}|glpat-[\w-]{15,})",
    )
)
# Placeholders that people write instead of a secret.
_STANDS_FOR_ONE = re.compile(
    r"[\"']?(?:$|[$<{%*`\[(]|\.\.\.|…|x{3,}|(?:your|my|the|some)[_-]|change.?me|redacted|env:"
    r"|file:|@|(?:password|passwd|secret|token|example|placeholder)(?![a-z0-9]))",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!\d)20\d\d(?P<mark>[-_.]?)[01]\d(?P=mark)[0-3]\d(?!\d{3})")
_FILE = re.compile(r"\.(?:dump|sql|bak|tar|tgz|rdb|snap|archive|dmp)(?:\.\w{1,4})?$")
_HOST = re.compile(r"(?=.*[a-zA-Z])[\w-]+(?:\.[\w-]+)+|\d{1,3}(?:\.\d{1,3}){3}|[a-z][\w-]*\d")
_HERE = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - a word, no address
_MACHINE = "is one machine, whichever the run is for."
#: What an unpacked file has lost of its name.
_PACKED = re.compile(r"\.(?:gz|xz|zst|bz2|lz4)$")
_OPEN = re.compile(r"[<$*?`]")


@RULES.add(
    "L24",
    Level.WARNING,
    "A host, a date, a file or a password written into a command (a password is an error)",
    "What fitted last time is wrong next time, and a secret in a runbook is read by everybody who"
    " reads the runbook.",
)
def hard_coded(book: Book) -> Iterator[Remark]:
    moves = book.effects.transfers
    known = frozenset(name.lower() for name in book.facts.hosts | book.facts.instances)
    from_here = frozenset(path for block in book.blocks for path in _written(block))
    for command in book.blocks:
        yield from _secrets(command)
        for call in command.script.calls:
            literal = _literal(call, known, moves)
            if literal and literal[0] not in from_here:
                written, sentence, instead = literal
                suggestion = f"Let the run say it: declare a parameter, and write `{instead}`."
                yield command.at(call, f"`{written}` {sentence}", suggestion)


def _written(command: CommandBlock) -> Iterator[str]:
    """The files that a command writes: they come from this run, whatever they are called."""
    for call in command.script.calls:
        yield from (w.text for mark, w in call.statement.redirects if mark in (">", ">|", ">>"))
        given = call.value("-o", "--output", "--output-document")
        if given and not _DATE.search(given):
            yield from (given, _PACKED.sub("", given))


def _secrets(command: CommandBlock) -> Iterator[Remark]:
    """At most one a line. The secret is not repeated: findings are stored and shown."""
    for number, line in enumerate(command.text.split("\n")):
        match = next(filter(None, (_secret(line, pattern) for pattern in _SECRETS)), None)
        if match is not None:
            yield Remark(
                command.line + number,
                command.indent + match.start("value") + 1,
                "A password or a key stands here in clear text.",
                "Take it out and change it: it was seen. Let the tool read it from its own password"
                " file, or write `$NAME`.",
                Level.ERROR,
            )


def _secret(line: str, pattern: re.Pattern[str]) -> re.Match[str] | None:
    match = pattern.search(line)
    return match if match and not _STANDS_FOR_ONE.match(match["value"]) else None


def _literal(call: ProgramCall, known: frozenset[str], moves: bool) -> tuple[str, str, str] | None:
    """What is written in full, what is wrong with it, and what to write instead."""
    for text in call.texts:
        if _OPEN.search(text):
            continue
        if text.lower().rpartition("@")[2] in known:
            return text, _MACHINE, "<target.host>"
        if moves and _DATE.search(text) and not re.search(r"\s", text):
            return text, "carries a date: next time it is another one.", "<dump.place>"
        if moves and _FILE.search(text) and "latest" not in text.lower():
            return text, "is one file, whichever backup the run is for.", "<dump.place>"
    host = call.value("-h", "--host") or ""
    named = moves and host not in _HERE and not _OPEN.search(host) and _HOST.fullmatch(host)
    return (host, _MACHINE, "<target.host>") if named else None
