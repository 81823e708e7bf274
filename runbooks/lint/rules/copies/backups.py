"""Rules about copies: where they are written, which one is chosen, what a copy-out may do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level, Operation
from runbooks.lint.book.blocks import CommandBlock
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.commands.calls import ProgramCall, SqlQuery
from runbooks.lint.commands.shell import VARIABLE
from runbooks.lint.dangers.paths import is_scratch, places
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.guards.target import Direction
from runbooks.procedure.model import ParameterSpec

RULES = RuleGroup()
_PRODUCTION = "production"
_WRITES = re.compile(
    r"^\s*(?:insert|update|delete|drop|truncate|alter|create|grant|revoke|merge|replace)\b",
    re.IGNORECASE,
)
_POWERFUL = frozenset({"postgres", "root", "admin", "sa", "mysql", "system"})
# Programs that write a backup: the options that name its file.
_DUMPERS = {
    **dict.fromkeys(("pg_dump", "pg_dumpall"), ("-f", "--file")),
    **dict.fromkeys(("mysqldump", "mariadb-dump"), ("-r", "--result-file")),
    "mongodump": ("--archive",),
    "redis-cli": ("--rdb",),
    "tar": ("-f", "--file", "-cf", "-czf", "-cJf", "cf", "czf"),
}
_BACKUP_FILE = re.compile(
    r"dump|backup|snapshot|\.(?:sql|bak|tar|tgz|rdb|db|archive|zst|gz|xz)\b", re.IGNORECASE
)
_MUST_NOT_EXIST = re.compile(
    r"!\s+-[efs]\b|\bset\s+-(?:o\s+noclobber|C)\b|--no-clobber|\bmktemp\b|--update=none"
)
_OWN = re.compile(r"<run>|\$\(|`|\$\$|\$RANDOM")
_LATEST = re.compile(r"(?:^|[/_.=-])latest(?:[/_.-]|$)", re.IGNORECASE)
_LATEST_SAID = re.compile(
    r"\b(?:latest|newest|most recent)\s+(?:\w+\s+)?(?:backup|dump|snapshot|copy|archive)\b",
    re.IGNORECASE,
)
#: The title of a step that only looks for a backup; which one is used was chosen for the run.
_LOOKS = re.compile(r"\W*(?:find|list|look|see|show|check|read|compare)\b", re.IGNORECASE)


@RULES.add(
    "L02",
    Level.ERROR,
    "A copy-out that may write on what it only has to read",
    "Who can only read cannot overwrite production by a slip (M1 and M2 of the story).",
    scope=RuleScope.COPIES_OUT,
)
def too_much_access(book: Book) -> Iterator[Remark]:
    parameters = book.procedure.parameters_by_name
    for step, direction in book.with_demand(Direction):
        source, into = direction.source, parameters.get(direction.into)
        if into is not None and into.type == "instance" and _may_be_production(into):
            yield book.at_guard(
                step,
                Direction.key,
                f"`{into.name}` is written into, and production may be chosen for it.",
                f"Give the parameter `{into.name}` the line `not_environment: [production]`. If the"
                " runbook is meant to replace production, write `operation: restore`.",
            )
        for command in book.blocks:
            yield from _on_the_source(command, source)


@RULES.add(
    "L06",
    Level.ERROR,
    "A backup is written to a file that may exist",
    "The file that is written over may be the only good copy; that is how the last one was lost"
    " (M3, M6 and M15 of the story).",
)
def over_a_file(book: Book) -> Iterator[Remark]:
    weighty = book.effects.transfers or book.procedure.operation is Operation.BACKUP
    for command in book.blocks:
        if _MUST_NOT_EXIST.search(command.text):
            continue
        for call in command.script.calls:
            path = _written_backup(call)
            if path and not _is_new(path, command):
                yield command.at(
                    call,
                    f"`{path}` may be there already, and would be written over.",
                    f"Put `test ! -e {path} && ` before it, and the run into the name:"
                    " `…_<run>.dump`.",
                    None if weighty else Level.WARNING,
                )


@RULES.add(
    "L25",
    Level.WARNING,
    "The backup is chosen as “the latest”",
    "The latest one may be the broken or the empty one, and is another one in an hour (M10 of the"
    " story).",
    scope=RuleScope.RESTORES,
)
def latest(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        yield from _latest_in(book, step.index)


def _may_be_production(spec: ParameterSpec) -> bool:
    allowed = not spec.environment or _PRODUCTION in spec.environment
    return allowed and _PRODUCTION not in spec.not_environment


def _on_the_source(command: CommandBlock, source: str) -> Iterator[Remark]:
    """Calls at the source with an account that can do anything, and queries that write there."""
    named = f"<{source}"
    for call in command.script.calls:
        account = call.value("-U", "-u", "--username", "--user") or ""
        if any(text.startswith(named) for text in call.texts) and account in _POWERFUL:
            yield command.at(
                call,
                f"`{call.summary}` reads as `{account}`, who can write everything.",
                "Use an account that can only read: `-U <reader>`.",
            )
    here: dict[int, bool] = {}
    for call in command.script.calls:
        here[call.line] = any(text.startswith(named) for text in call.texts)
    for query in command.script.queries:
        if _WRITES.match(query.text) and _connected(here, query):
            yield command.at(
                query,
                f"`{query.summary}` writes on `{source}`, which is only read here.",
                "Leave it out, or do it where the copy is written into.",
            )


def _connected(here: dict[int, bool], query: SqlQuery) -> bool:
    """Whether the last client that is called before a query is connected to the source."""
    before = [line for line in here if line <= query.line]
    return bool(before) and here[max(before)]


def _written_backup(call: ProgramCall) -> str:
    """The file that a call writes a backup to; '' for none."""
    written = [word.text for mark, word in call.statement.redirects if mark in (">", ">|")]
    dumps = call.program in _DUMPERS
    redirected = next((path for path in written if dumps or _BACKUP_FILE.search(path)), "")
    if redirected:
        return redirected if not redirected.startswith(("/dev/", "&")) else ""
    if call.program == "tar" and not any(re.match(r"-?\w*c|--create", t) for t in call.texts[:2]):
        return ""
    if dumps:
        return next(filter(None, (call.value(option) for option in _DUMPERS[call.program])), "")
    if call.program == "etcdctl" and call.texts[:2] == ("snapshot", "save"):
        return next(iter(call.texts[2:3]), "")
    named = places(call)
    copies = call.program == "cp" and len(named) > 1 and not call.has("-n", "-i")
    return named[-1] if copies and _BACKUP_FILE.search(" ".join(named)) else ""


def _is_new(path: str, command: CommandBlock) -> bool:
    """Whether a path is another one each time: it has the run or the moment in it, itself or by a
    variable that the block sets."""
    names = {variable["bare"] or variable["braced"] for variable in VARIABLE.finditer(path)}
    set_here = (word.raw.partition("=") for call in command.script.calls for word in call.assigned)
    parts = [path, *(value for name, _, value in set_here if name in names)]
    return is_scratch(path) or any(_OWN.search(part) for part in parts)


def _latest_in(book: Book, index: int) -> Iterator[Remark]:
    """The first place in a step that takes the latest backup."""
    step = book.procedure.steps[index]
    suggestion = (
        "Choose the backup when the run starts, `parameters: {dump: {type: copy, max_age: 24h}}`,"
        " and write `<dump.place>`."
    )
    for command in book.commands_of(step):
        for call in command.script.calls:
            newest = next((text for text in call.texts if _LATEST.search(text)), None)
            if newest is not None:
                sentence = f"`{newest}` is whatever is latest at that moment, good or broken."
                yield command.at(call, sentence, suggestion)
                return
    chosen = any(spec.type == "copy" for spec in book.procedure.parameters)
    if chosen and _LOOKS.match(step.title):
        return
    for number, line in book.words(step).lines:
        match = _LATEST_SAID.search(line)
        if match:
            sentence = f"“{match[0]}” names no backup: it may be the broken one."
            yield Remark(number, match.start() + 1, sentence, suggestion)
            return
