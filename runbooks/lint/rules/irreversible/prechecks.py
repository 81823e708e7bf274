"""Rules about what must be known before a restore begins: copies, space, versions, keys, where what
it needs is kept, and that a trial writes into no archive."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.book.words import records_value
from runbooks.lint.commands.calls import ProgramCall
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.guards.copies import NewCopy
from runbooks.procedure.irreversible import target_of
from runbooks.procedure.model import ParameterSpec, Step

RULES = RuleGroup()
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


@RULES.add(
    "L37",
    Level.WARNING,
    "Nobody asks which copies there are",
    "In the story the copy that saved the day surfaced by luck, on a stick and in a colleague's"
    " own database (M11).",
    scope=RuleScope.RESTORES,
)
def no_inventory(book: Book) -> Iterator[Remark]:
    early = book.effects.before_use
    if not book.mentions(early, _INVENTORY) and not records_value(early, _INVENTORY):
        yield book.at_act(
            f"No step lists the copies that there are before {book.named_act}.",
            "Add a first step that lists every copy, replicas, exports and laptops too, and records"
            " how many there are.",
        )


@RULES.add(
    "L45",
    Level.ERROR,
    "Space, version or key is not checked before the restore begins",
    "The classic stoppers in the middle of a restore: a full disk, a tool of another version, a key"
    " that lay on the lost machine.",
    scope=RuleScope.RESTORES,
)
def unchecked(book: Book) -> Iterator[Remark]:
    act = next(iter(book.effects.replacing), None)
    if act is None or not (act.commands or act.guard.demands):
        return
    steps = book.effects.before_use
    stated = "\n".join([*book.procedure.entry, book.procedure.intro_html])
    stated += "\n".join(s.html for s in book.procedure.sections)
    wanted = [("free space", _SPACE), ("the version of the tool", _VERSION)]
    if book.mentions(steps, _ENCRYPTED):
        wanted.append(("the key to decrypt with", _KEY))
    missing = [thing for thing, words in wanted
               if not words.search(stated) and not book.mentions(steps, words)
               and not records_value(steps, words)]  # fmt: skip
    if missing:
        listed = " and ".join([", ".join(missing[:-1]), missing[-1]] if missing[1:] else missing)
        yield book.at_act(
            f"Nothing before this step checks {listed}.",
            "Add a step that reads it, with a value that must hold, or a line under `entry:`.",
        )


@RULES.add(
    "L46",
    Level.ERROR,
    "A trial restore may write into the archive of production",
    "A restored server archives under the name of the one it came from, and damages its archive;"
    " pgBackRest names this mistake in its own hints.",
)
def archives_from_trial(book: Book) -> Iterator[Remark]:
    if not _is_trial(book) or book.mentions(book.procedure.steps, _ARCHIVING):
        return
    for command in book.blocks:
        for call in command.script.calls:
            if _starts_archiving(call):
                yield command.at(
                    call,
                    f"`{call.summary}` restores the settings for archiving too, and this is no"
                    " restore of production.",
                    _how_not(call),
                )
                return


def _is_trial(book: Book) -> bool:
    """Whether the target is not production, by its parameter or by the titles."""
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


def _starts_archiving(call: ProgramCall) -> bool:
    words = call.texts
    if call.program == "pgbackrest":
        return "restore" in words
    return call.program == "barman" and ("recover" in words or "restore" in words)


def _how_not(call: ProgramCall) -> str:
    if call.program == "pgbackrest":
        return "Add `--archive-mode=off` to the command."
    return "Add a step that sets `archive_mode = off` before the server is started."


_LINK = re.compile(r"\bhttps?://(?:[^\s/@]*@)?([A-Za-z0-9.-]+)")
_FETCHES = frozenset({"scp", "rsync", "sftp", "rclone"})


@RULES.add(
    "L44",
    Level.ERROR,
    "Something that the run needs lies on the system that is restored or deleted",
    "When the system is gone, so are its wiki, its key and its backup: a circle that is noticed"
    " when it is too late.",
    scope=RuleScope.ACTS,
)
def on_itself(book: Book) -> Iterator[Remark]:
    targets = _targets(book)
    for step in book.procedure.steps:
        yield from _kept_there(book, step, targets)
        yield from _linked(book, step)
    yield from _fetched(book, targets)


def _targets(book: Book) -> frozenset[str]:
    """Names of the instances that are written over or deleted."""
    return frozenset({target_of(step.guard) for step in book.path} - {""})


def _kept_there(book: Book, step: Step, targets: frozenset[str]) -> Iterator[Remark]:
    for demand in step.guard.demands:
        if isinstance(demand, NewCopy) and any(_names(demand.into, name) for name in targets):
            yield book.at_guard(
                step,
                demand.key,
                f"The copy of step {step.number} is put on the machine that is written over or"
                " deleted.",
                "Put it on another machine.",
            )


def _linked(book: Book, step: Step) -> Iterator[Remark]:
    hosts = {host.lower() for host in book.facts.hosts}
    for line, text in book.words(step).lines:
        for link in _LINK.finditer(text):
            if link[1].lower().rstrip(".") in hosts:
                yield book.at_text(
                    line,
                    link[0],
                    f"This link leads to {link[1]}, a machine of that system.",
                    "Copy what is needed into this runbook, or put it on another machine.",
                )


def _fetched(book: Book, targets: frozenset[str]) -> Iterator[Remark]:
    """Copies that are fetched from the machine that is written over."""
    early = {step.index for step in book.effects.before_use}
    for command in book.commands:
        if command.step.index not in early:
            continue
        for call in command.script.calls:
            if any(_reads_from(call, target) for target in targets):
                yield command.at(
                    call,
                    f"`{call.summary}` fetches something from the machine that is written over or"
                    " deleted.",
                    "Keep what the run needs on another machine, and name that one.",
                )


def _reads_from(call: ProgramCall, target: str) -> bool:
    if call.program not in _FETCHES:
        return False
    places = [text for text in call.texts if not text.startswith("-")]
    return any(_names(place.partition(":")[0], target) for place in places[:-1] if ":" in place)


def _names(text: str, target: str) -> bool:
    """Whether a text holds the placeholder of an instance, or of its host or name."""
    return bool(re.search(rf"<{re.escape(target)}(?:\.(?:host|name))?>", text))
