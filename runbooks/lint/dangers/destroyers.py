"""The list of L22: finds commands that destroy data, and those that put a backup's data somewhere.

The tables name rather too much than too little: a finding costs a guard or a waiver, a command that
nobody noticed costs the data. What is left out on purpose is in `docs/decisions/linter.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from runbooks.lint.commands.calls import ProgramCall, SqlQuery
from runbooks.lint.commands.script import Script
from runbooks.lint.dangers.backups import BACKUPS, RESTORERS
from runbooks.lint.dangers.clouds import CLOUDS
from runbooks.lint.dangers.danger import Danger
from runbooks.lint.dangers.databases import DATABASES
from runbooks.lint.dangers.files import DISKS, FILES, WINDOWS
from runbooks.lint.dangers.kept_copies import NOTHING_KEPT, OVERWRITTEN, KeptCopies
from runbooks.lint.dangers.paths import is_scratch
from runbooks.lint.dangers.sql import CODE, SQL

_RENAMES = re.compile(
    r"\balter\s+(?:database|schema|table)\s.*\b(?:rename\s+to|modify\s+name)\b"
    r"|^\s*rename\s+(?:table|database)\b",
    re.IGNORECASE | re.DOTALL,
)
#: A condition; one that is always true is none.
_WHERE = re.compile(r"\bwhere\b(?!\s+\(?(?:true|1|1\s*=\s*1)\)?\s*$)", re.IGNORECASE)
_UNFILTERED = frozenset({"DELETE without WHERE", "UPDATE without WHERE"})
_DEVICE = Danger("> /dev/…", "writes over a whole disk")
_EMPTIED = Danger("> …", "empties the file")
#: Behind `>` these are no file: numbers that are compared (`metric > 0.8`), and `/dev/null`.
_NO_FILE = re.compile(r"=?-?[\d.]+(?:e[+-]?\d+)?\w{0,3}%?|=|bool|/dev/null", re.IGNORECASE)
#: Every kind of SQL that destroys data, and every kind of code.
QUERIES = tuple(danger for _, danger in SQL)
CODES = tuple(danger for _, danger in CODE)


def _by_program(entries: Iterable[Danger]) -> dict[str, tuple[Danger, ...]]:
    table: dict[str, tuple[Danger, ...]] = {}
    for danger in entries:
        for program in danger.programs:
            table[program] = (*table.get(program, ()), danger)
    return table


_TRIES_BY_N = frozenset({"rsync", "restic", "borg", "rclone", "gsutil", "pg_rewind", "zfs",
                         "mke2fs", "mkfs.ext2", "mkfs.ext3", "mkfs.ext4"})  # fmt: skip
#: Cmdlets that remove something, by what they remove.
_REMOVES = re.compile(
    r"remove-\w*(?:vm|aduser|adobject|adgroup|adcomputer|adorganizationalunit|vmsnapshot|disk|volume|database|db|snapshot|bucket|object|blob|container"
    r"|backup\w*|storage\w*|instance|resourcegroup|table|share|vault|cluster|pool|mailbox)"
)
#: Every command that destroys data.
DESTROYERS = (*FILES, *DISKS, *WINDOWS, *DATABASES, *BACKUPS, *CLOUDS, OVERWRITTEN)
_DESTROYS = _by_program(DESTROYERS)
_RESTORES = _by_program(RESTORERS)


def dangers(
    script: Script, kept: KeptCopies = NOTHING_KEPT
) -> Iterator[tuple[ProgramCall | SqlQuery, Danger]]:
    """What a script destroys: each place, and how. One danger a place. `kept` are the copies that
    it must leave alone."""
    for call in script.calls:
        danger = kept.endangered_by(call) or _first(call, _DESTROYS) or _by_redirection(call)
        if danger is not None and not _only_shows(call):
            yield call, danger
    lines = set()
    for query in script.queries:
        danger = next((danger for pattern, danger in SQL if pattern.search(query.text)), None)
        if danger is not None and not (danger.name in _UNFILTERED and _WHERE.search(query.text)):
            lines.add(query.line)
            yield query, danger
    for code in script.code:
        for pattern, danger in CODE:
            places = (code.at(match.start()) for match in pattern.finditer(code.text))
            # The shell of MongoDB is read as SQL is, too.
            yield from ((place, danger) for place in places if place.line not in lines)


def renames(script: Script) -> bool:
    """Whether a script puts one database in the place of another, or out of its place. That
    destroys nothing yet, but nobody may do it to data that people write into."""
    return any(_RENAMES.search(query.text) for query in script.queries)


def restores(script: Script, kept: KeptCopies = NOTHING_KEPT) -> Iterator[ProgramCall | SqlQuery]:
    """Where a script puts a backup's data somewhere, over something or not."""
    for place, danger in dangers(script, kept):
        if danger.restores:
            yield place
    for call in script.calls:
        destroys = _first(call, _DESTROYS)
        if _first(call, _RESTORES) and not (destroys and destroys.restores):
            yield call


def _only_shows(call: ProgramCall) -> bool:
    """Whether a call is a trial: it says what it would do."""
    if (
        call.has("--dryrun", "--what-if", "-whatif", "--help")
        or call.program in _TRIES_BY_N
        and call.has("-n")
    ):
        return True
    if call.program.startswith(("lv", "vg", "pv")) and call.has("--test", "-t"):
        return True
    return call.has("--dry-run") and call.value("--dry-run") not in ("none", "false")


def _first(call: ProgramCall, table: dict[str, tuple[Danger, ...]]) -> Danger | None:
    program = call.program.lower()
    for general in ("mkfs", "fsck"):
        program = general if program.startswith(f"{general}.") else program
    program = "remove-…" if _REMOVES.fullmatch(program) else program
    return next((d for d in table.get(program, ()) if d.fits(call)), None)


def _by_redirection(call: ProgramCall) -> Danger | None:
    """A redirection onto a disk, or one that only empties a file."""
    written = [word.text for mark, word in call.statement.redirects if mark in (">", ">|")]
    if any(re.match(r"/dev/(?:sd|nvme|vd|mapper)", path) for path in written):
        return _DEVICE
    # Behind a bracket it takes what a group prints, or compares what a formula gives.
    alone = call.program == "" and call.statement.joint != ")"
    nothing = alone or call.program in (":", "true") or call.texts == ("/dev/null",)
    kept = [path for path in written if not is_scratch(path) and not _NO_FILE.fullmatch(path)]
    return _EMPTIED if nothing and kept else None
