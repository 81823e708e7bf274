"""Rules about reading under stress: long sentences, capitals, colours, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.book.words import Sentence
from runbooks.lint.rule import RuleGroup
from runbooks.procedure.model import Step

RULES = RuleGroup()
LONGEST_SENTENCE = 20
_TWO_NEGATIVES = re.compile(
    r"\b(?:not|never|cannot|no|\w+n['’]t)\b"
    r"(?:(?!\b(?:when|if|that|because|and|or|but|where|while|so|as|who|which)\b)[^,.;:()]){0,80}?"
    r"\b(?:unless|without|except|not|never|nothing|nobody|no)\b",
    re.IGNORECASE,
)
#: Five words or more, none of them with a small letter.
_CAPITALS = re.compile(r"\b[A-Z][A-Z'’-]+(?:[ ,:!-]+(?:[A-Z][A-Z'’-]*|\d+)){4,}")
_COLOUR = r"(?:red|green|yellow|orange|amber|blue|gr[ea]y|purple)"
_THING = (
    r"(?:buttons?|icons?|lights?|dots?|badges?|ticks?|check ?marks?|crosses|arrows?|lines?|bars?"
    r"|boxe?s?|labels?|rows?|text|banners?|circles?|triangles?|status|indicators?)"
)
_BY_COLOUR = re.compile(
    rf"\b{_COLOUR} {_THING}\b"
    rf"|\b{_THING}\b[^.,;\n]{{0,25}}\b(?:is|are|turns?|becomes?|goes|shows?|in|marked) (?:in )?"
    rf"{_COLOUR}\b|\b(?:marked|shown|highlighted|displayed|printed) (?:in )?{_COLOUR}\b",
    re.IGNORECASE,
)
_HOVER = re.compile(
    r"\bhover(?:s|ing)?\b|\bmouse ?over\b|\bmove the (?:mouse|pointer) over\b", re.IGNORECASE
)
_BY_PICTURE = re.compile(
    r"\b(?:as (?:shown|seen|depicted) (?:in|on) the|see the|like in the|according to the)\s+"
    r"(?:\w+ )?(?:screen ?shot|picture|image|figure)\b",
    re.IGNORECASE,
)
_SENSES = (
    (_BY_COLOUR, "goes by a colour", "Say what it says, or what it is called."),
    (_HOVER, "needs the mouse over something", "Say where the keyboard reaches the same."),
    (_BY_PICTURE, "goes by a picture", "Say in words what is seen there."),
)
_NO_TEXT = re.compile(r"!\[\s*\]\(")


@RULES.add(
    "L48",
    Level.HINT,
    "A sentence that is hard to read under stress",
    "More than twenty words, two negatives or a paragraph in capitals are read twice, or not at"
    " all, at three in the morning.",
)
def hard_to_read(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        written = list(book.words(step).sentences)
        yield from _longest(book, step, written)
        for sentence in written:
            if _CAPITALS.search(sentence.text):
                yield _at(book, sentence, "This is written in capitals, which are read slowly.",
                          "Write it in small letters; mark it with `> **Caution.**`.")  # fmt: skip
                break
        for sentence in written:
            if _TWO_NEGATIVES.search(sentence.text):
                yield _at(book, sentence, "This sentence says no twice, and is easily read wrong.",
                          "Say what to do, in a sentence without a negative.")  # fmt: skip
                break


def _longest(book: Book, step: Step, written: list[Sentence]) -> Iterator[Remark]:
    """One remark a step, at its longest sentence."""
    longest = max(written, key=lambda sentence: len(sentence.words), default=None)
    if longest is not None and len(longest.words) > LONGEST_SENTENCE:
        yield _at(
            book,
            longest,
            f"This sentence has {len(longest.words)} words.",
            f"Cut it into sentences of at most {LONGEST_SENTENCE} words, one thing each.",
        )


def _at(book: Book, sentence: Sentence, remark: str, suggestion: str) -> Remark:
    return book.at_text(sentence.line, sentence.text[:20], remark, suggestion)


@RULES.add(
    "L49",
    Level.WARNING,
    "A step relies on a colour, a picture or the mouse alone",
    "Colours are not seen by everybody, nor on paper or in a dark terminal; pictures are not read"
    " aloud (WCAG 2.2, 1.1.1 and 1.4.1).",
)
def only_seen(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        for pattern, fault, instead in _SENSES:
            for line, match in book.words(step).matches(pattern):
                yield book.at_text(line, match[0], f"Step {step.number} {fault}.", instead)
                break
        yield from _without_words(book, step)


def _without_words(book: Book, step: Step) -> Iterator[Remark]:
    for line, text in book.words(step).lines:
        match = _NO_TEXT.search(text)
        if match:
            yield book.at_text(
                line,
                match[0],
                f"A picture in step {step.number} has no words for those who do not see it.",
                "Write what it shows between the brackets: `![The list of backups](…)`.",
            )
            return
