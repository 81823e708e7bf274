"""Rules about what a restore needs, and where that lies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.irreversible import target_of
from runbooks.lint.book import Book
from runbooks.lint.calls import Call
from runbooks.lint.remarks import Remark, Scope
from runbooks.lint.rules import rule
from runbooks.lint.words import before_use
from runbooks.procedure import Step

_LINK = re.compile(r"\bhttps?://(?:[^\s/@]*@)?([A-Za-z0-9.-]+)")
_FETCHES = frozenset({"scp", "rsync", "sftp", "rclone"})


@rule(
    "L44",
    Level.ERROR,
    "Something that the run needs lies on the system that is restored or deleted",
    "When the system is gone, so are its wiki, its key and its backup: a circle that is noticed"
    " when it is too late.",
    scope=Scope.ACTS,
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
    for key in ("copy", "protect"):
        into = str(step.guard.locks.get(key, {}).get("into") or "")
        if any(_names(into, target) for target in targets):
            yield book.at_guard(
                step,
                key,
                f"The copy of step {step.number} is put on the machine that is written over or"
                " deleted.",
                "Put it on another machine.",
            )


def _linked(book: Book, step: Step) -> Iterator[Remark]:
    hosts = {host.lower() for host in book.facts.hosts}
    for line, text in book.prose(step):
        for found in _LINK.finditer(text):
            if found[1].lower().rstrip(".") in hosts:
                yield book.at_text(
                    line,
                    found[0],
                    f"This link leads to {found[1]}, a machine of that system.",
                    "Copy what is needed into this runbook, or put it on another machine.",
                )


def _fetched(book: Book, targets: frozenset[str]) -> Iterator[Remark]:
    """Copies that are fetched from the machine that is written over."""
    early = {step.index for step in before_use(book)}
    for command in book.commands:
        if command.step.index not in early:
            continue
        for call in command.script.calls:
            if any(_reads_from(call, target) for target in targets):
                yield command.at(
                    call,
                    f"`{call.said}` fetches something from the machine that is written over or"
                    " deleted.",
                    "Keep what the run needs on another machine, and name that one.",
                )


def _reads_from(call: Call, target: str) -> bool:
    if call.program not in _FETCHES:
        return False
    places = [text for text in call.texts if not text.startswith("-")]
    return any(_names(place.partition(":")[0], target) for place in places[:-1] if ":" in place)


def _names(text: str, target: str) -> bool:
    """Whether a text holds the placeholder of an instance, or of its host or name."""
    return bool(re.search(rf"<{re.escape(target)}(?:\.(?:host|name))?>", text))
