"""Rules about the title of a step: what it says to do, and in which direction."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.lint.rules.wording.vocabulary import VERBS, VERBS_ONLY, title_of, words_of
from runbooks.procedure.model import Step

RULES = RuleGroup()
_NO_VERB = frozenset(
    {"the", "a", "an", "all", "some", "any", "every", "each", "no", "this", "that", "our", "your"}
)
_NO_VERB_END = ("ing", "ed", "tion", "sion", "ment", "ness", "ance", "done")
_JOINED = re.compile(
    r";\s*(?=\w)|\b(?:and )?then (?P<then>[a-z-]+)|\b(?:and|&) (?:also )?(?P<verb>[a-z-]+)", re.I
)
# Two of these are one thing: "the role for backup and restore".
_COMPOUNDS = ({"backup", "restore"}, {"start", "stop"}, {"read", "write"})
#: "the two workflows that make and update accounts": both verbs belong to the workflows.
_RELATIVE = re.compile(
    r"\b(?:that|which|who|how to|whether to|used to)\s+(?:[\w-]+\s+){0,2}$", re.I
)
_LEADING = re.compile(r"\W*(?:(?:and|then|now|next|finally|afterwards)\b[,\s]*)+", re.I)
# What one does in one movement.
_PAIRS = ({"stop", "disable"}, {"copy", "paste"}, {"find", "replace"}, {"go", "see"},
          {"try", "see"}, {"wait", "see"}, {"sign", "send"})  # fmt: skip


@RULES.add(
    "L15",
    Level.WARNING,
    "A title without a verb, or with two actions",
    "A tick says that something was done; with two actions in one step one of them is left out, or"
    " done twice (place-keeping, DOE-HDBK-1028).",
    scope=RuleScope.GUARDED,
)
def unclear_title(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        joined = _second_action(step)
        if joined:
            yield book.at(
                step,
                f"The title asks for two things: “{joined}” begins another one.",
                "Make two steps of it: each is ticked when it is done.",
            )
        elif not _says_what_to_do(step):
            yield book.at(
                step,
                f"“{step.title}” does not say what to do.",
                "Begin with a verb, and name what it is done to: “Read the newest row”.",
            )


def _second_action(step: Step) -> str:
    """What begins a second action in a title; '' for nothing."""
    title = " ".join(title_of(step).split())
    title = title[leading.end() :] if (leading := _LEADING.match(title)) else title
    first = words_of(title)[:1]
    for match in _JOINED.finditer(title):
        verb = (match["verb"] or "").lower()
        if not verb and (not match["then"] or match["then"].lower() in VERBS):
            return title[match.start() :].strip(" ;")[:40]
        ahead = words_of(title[: match.start()])[-1:]
        if _RELATIVE.search(title[: match.start()]):
            continue
        pair = any({*first, verb} == known for known in _PAIRS) or {*ahead, verb} in _COMPOUNDS
        if verb in VERBS_ONLY and first and first[0] in VERBS and not pair:
            return title[match.start() :].strip()[:40]
    return ""


def _says_what_to_do(step: Step) -> bool:
    """Silent when in doubt: a title passes that has any known verb, or begins like none of the
    forms that cannot be one."""
    words = words_of(title_of(step))
    if not words or VERBS & set(words):
        return True
    return len(words) > 2 and words[0] not in _NO_VERB and not words[0].endswith(_NO_VERB_END)


_DATA = (
    r"(?:data(?:base|set|bases)?|dumps?|files?|backups?|cop(?:y|ies)|snapshots?|tables?|rows?"
    r"|volumes?|disks?|buckets?|records?|contents?|everything|it|them|db)"
)
_EITHER_WAY = re.compile(
    r"\W*(?:then |now |next,? )?(?:"
    r"(sync(?:hroni[sz]e)?|re-?sync|load|copy (?:\w+ )?(?:over|across)|move (?:\w+ )?over|transfer)"
    rf"\b[^.\n]{{0,60}}?\b{_DATA}\b|(copy|move) {_DATA} (?:over|across)\b)",
    re.IGNORECASE,
)
_FROM = re.compile(r"\b(?:from|out of|off)\b", re.IGNORECASE)
_INTO = re.compile(r"\b(?:to|into|onto|in)\b", re.IGNORECASE)


@RULES.add(
    "L54",
    Level.WARNING,
    "A word that leaves open which way the data goes",
    "Load, sync, copy over: each is said of both directions. In the story backup and restore were"
    " mixed up three times (M2, M15). READ FROM and WRITE INTO cannot be.",
)
def either_way(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        match = _EITHER_WAY.match(step.title)
        if match and not (_FROM.search(step.title) and _INTO.search(step.title)):
            verb = (match[1] or match[2]).lower()
            yield book.at(
                step,
                f"“{verb}” leaves open what is read and what is written over in step"
                f" {step.number}.",
                "Say both ends: read from …, write into ….",
            )
