"""Rules about what must be known before a restore begins: copies, space, versions, keys, and that
a trial writes into no archive."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book import Book
from runbooks.lint.calls import Call
from runbooks.lint.remarks import Remark, Scope
from runbooks.lint.rules import rule
from runbooks.lint.words import at_act, before_use, mention, named_act, records
from runbooks.procedure import ParameterSpec

_INVENTORY = re.compile(
    r"\b(?:list|inventory|count|enter|find|ask|who|which|every|all)\b[^.\n]{0,60}"
    r"\b(?:cop(?:y|ies)|backups?|snapshots?|dumps?|recovery points?|restore points?)\b"
    r"|\b(?:cop(?:y|ies)|backups?|snapshots?)[ _](?:known|exist\w*|available)\b"
    r"|\b(?:list-?backups?|list-backup|backup-list|backup list|describe-(?:db-)?snapshots"
    r"|snapshots? list|restic snapshots|borg list|backup get|get backups?|pbm list"
    r"|pgbackrest info|s3 ls)\b",
    re.IGNORECASE,
)
_SPACE = re.compile(
    r"\bdf\b|\b(?:free|disk|enough|sufficient|available|storage) (?:disk )?(?:space|size|capacity)"
    r"|\bspace\b|\bpg_database_size\b|\b\d+ ?GB\b|\blsblk\b",
    re.IGNORECASE,
)
_VERSION = re.compile(r"\bversions?\b|--version\b|server_version|\bversion\(\)|dumped_from", re.I)
_ENCRYPTED = re.compile(
    r"\bgpg\b|\.gpg\b|\.enc\b|\.age\b|\bopenssl (?:enc|smime)\b|\bdecrypt|\bencrypt|\bKMS\b"
    r"|\bcipher",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"\b(?:keys?|pass ?phrase|private key|password store|credential)\b|\bkms\b|gpg --list-secret",
    re.IGNORECASE,
)
_TRIAL = re.compile(
    r"\b(?:test|trial|drill|rehears\w+|verif\w+|stag(?:e|ing)|scratch|sandbox|beside|side"
    r"|temporary|clone|dev(?:elopment)?)\b",
    re.IGNORECASE,
)
_ARCHIVING = re.compile(r"archive[_-]?(?:mode|command|library)|--archive-mode", re.IGNORECASE)


@rule(
    "L37",
    Level.WARNING,
    "Nobody asks which copies there are",
    "In the story the copy that saved the day surfaced by luck, on a stick and in a colleague's"
    " own database (M11).",
    scope=Scope.RESTORES,
)
def no_inventory(book: Book) -> Iterator[Remark]:
    early = before_use(book)
    if not mention(book, early, _INVENTORY) and not records(early, _INVENTORY):
        yield at_act(
            book,
            f"No step lists the copies that there are before {named_act(book)}.",
            "Add a first step that lists every copy, replicas, exports and laptops too, and records"
            " how many there are.",
        )


@rule(
    "L45",
    Level.ERROR,
    "Space, version or key is not checked before the restore begins",
    "The classic stoppers in the middle of a restore: a full disk, a tool of another version, a key"
    " that lay on the lost machine.",
    scope=Scope.RESTORES,
)
def unchecked(book: Book) -> Iterator[Remark]:
    act = next(iter(book.replacing), None)
    if act is None or not (act.commands or act.guard.locks):
        return
    steps = before_use(book)
    stated = "\n".join([*book.procedure.entry, book.procedure.intro_html])
    stated += "\n".join(s.html for s in book.procedure.sections)
    wanted = [("free space", _SPACE), ("the version of the tool", _VERSION)]
    if mention(book, steps, _ENCRYPTED):
        wanted.append(("the key to decrypt with", _KEY))
    missing = [what for what, words in wanted
               if not words.search(stated) and not mention(book, steps, words)
               and not records(steps, words)]  # fmt: skip
    if missing:
        said = " and ".join([", ".join(missing[:-1]), missing[-1]] if missing[1:] else missing)
        yield at_act(
            book,
            f"Nothing before this step checks {said}.",
            "Add a step that reads it, with a value that must hold, or a line under `entry:`.",
        )


@rule(
    "L46",
    Level.ERROR,
    "A trial restore may write into the archive of production",
    "A restored server archives under the name of the one it came from, and damages its archive;"
    " pgBackRest names this mistake in its own hints.",
)
def archives_from_trial(book: Book) -> Iterator[Remark]:
    if not _is_trial(book) or mention(book, book.procedure.steps, _ARCHIVING):
        return
    for command in book.blocks:
        for call in command.script.calls:
            if _starts_archiving(call):
                yield command.at(
                    call,
                    f"`{call.said}` restores the settings for archiving too, and this is no"
                    " restore of production.",
                    _how_not(call),
                )
                return


def _is_trial(book: Book) -> bool:
    """Whether what is written into is not production, as declared or as said in the titles."""
    procedure = book.procedure
    into = procedure.parameters_by_name.get(procedure.written_into())
    if into is not None and (into.environment or into.not_environment):
        return _not_production(into)
    titles = [procedure.title, *(section.title for section in procedure.sections)]
    return any(_TRIAL.search(title) for title in titles)


def _not_production(into: ParameterSpec) -> bool:
    return "production" in into.not_environment or (
        bool(into.environment) and "production" not in into.environment
    )


def _starts_archiving(call: Call) -> bool:
    words = call.texts
    if call.program == "pgbackrest":
        return "restore" in words
    return call.program == "barman" and ("recover" in words or "restore" in words)


def _how_not(call: Call) -> str:
    if call.program == "pgbackrest":
        return "Add `--archive-mode=off` to the command."
    return "Add a step that sets `archive_mode = off` before the server is started."
