"""The rule about characters in commands that cannot be seen, or are not the ones they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from richtext.signs import SUSPECT, Sign, SignKind, disguised, signs
from runbooks.enums import Level
from runbooks.lint.book.book import Book
from runbooks.lint.book.code import CodePiece, CodeUse, code_pieces
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup
from runbooks.procedure.code_kinds import Reads, kind_of
from runbooks.procedure.quoting import PartKind

RULES = RuleGroup()
#: At most so many remarks a text: beyond that it has to be written again.
MOST = 100
_LONE_RETURN = re.compile(r"\r(?!\n)")
_OVERRIDES = frozenset("\u202a\u202b\u202d\u202e")
_NAMES = {
    SignKind.REORDERING: "cannot be seen and changes the order in which what follows is shown",
    SignKind.CONTROL: "cannot be seen; a terminal acts on it, and may hide or remove what is"
    " beside it",
    SignKind.UNSEEN: "cannot be seen, and is part of what is run",
    SignKind.BLANK: "looks like a space and does not separate words",
}


@RULES.add(
    "L58",
    Level.ERROR,
    "A character in a command that cannot be seen, or is not the one it looks like",
    "People approve what they see; a shell runs the characters that are there. `psql –h db` with a"
    " dash takes “–h” for a database and connects to the default server; a mark for right-to-left"
    " text shows one command and copies another (Boucher and Anderson, Trojan Source, 2021; Unicode"
    " Technical Standards 39 and 55).",
)
def not_what_it_seems(book: Book) -> Iterator[Remark]:
    if not SUSPECT.search(book.source):
        return
    met: set[tuple[int, str]] = set()
    for remark, sign in _suspects(book):
        if (remark.line, sign) not in met:
            met.add((remark.line, sign))
            yield remark
        if len(met) == MOST:
            return


def _suspects(book: Book) -> Iterator[tuple[Remark, str]]:
    """Every remark with its sign."""
    seen: set[tuple[int, int]] = set()
    for text in code_pieces(book):
        suspects = [(sign, _level(text, sign)) for sign in signs(text.text)]
        suspects += [(sign, _level_of_word(text, sign)) for sign in disguised(text.text)]
        for sign, level in suspects:
            if level is not None:
                line, column = text.at(sign.place)
                seen.add((line, column))
                yield _remark(line, column, sign, level, "command"), sign.text
    yield from _in_prose(book, seen)
    yield from _returns(book)


def _in_prose(book: Book, seen: set[tuple[int, int]]) -> Iterator[tuple[Remark, str]]:
    """In running text only what hides or reorders. Isolates are usual where Arabic or Hebrew is
    written with care."""
    for number, line in enumerate(book.lines, 1):
        for sign in signs(line) if SUSPECT.search(line) else ():
            place = number, sign.place + 1
            if sign.kind in (SignKind.REORDERING, SignKind.CONTROL) and place not in seen:
                strong = sign.kind is SignKind.CONTROL or sign.text in _OVERRIDES
                level = Level.ERROR if strong else Level.WARNING
                yield _remark(*place, sign, level, "line"), sign.text


def _returns(book: Book) -> Iterator[tuple[Remark, str]]:
    """Carriage returns inside lines: a terminal writes what follows over what came before. In a
    text with no line feed they end the lines."""
    if "\n" not in book.source:
        return
    for lone in _LONE_RETURN.finditer(book.source):
        before = book.source[: lone.start()]
        line = len(re.findall(r"\r\n?|\n", before)) + 1
        column = max(len(before) - max(before.rfind("\n"), before.rfind("\r")) - 1, 1)
        sign = Sign(lone.start(), "\r", SignKind.CONTROL)
        yield _remark(line, column, sign, Level.ERROR, "line"), sign.text
        return


def _remark(line: int, column: int, sign: Sign, level: Level, place: str) -> Remark:
    looks = _NAMES.get(sign.kind, f"looks like `{sign.instead}` but is a different character")
    if sign.kind is SignKind.LETTER:
        looks = f"looks like the Latin `{sign.instead}` but makes it a different word"
    instead = "Delete it." if not sign.instead else f"Write `{sign.instead}`."
    if sign.kind is SignKind.BLANK:
        instead = "Write a plain space."
    return Remark(line, column, f"This {place} holds {sign.name}, which {looks}.", instead, level)


def _level(text: CodePiece, sign: Sign) -> Level | None:
    """How much it matters there; None where it is usual."""
    if sign.kind in (SignKind.REORDERING, SignKind.CONTROL, SignKind.UNSEEN):
        return Level.ERROR
    match text.use:
        case CodeUse.OUTPUT:
            return None
        case CodeUse.DATA:
            return Level.WARNING if sign.kind in (SignKind.BLANK, SignKind.LETTER) else None
        case CodeUse.COMPARED:
            return None if sign.kind is SignKind.OTHER else Level.WARNING
        case CodeUse.SPAN:
            return _in_span(text, sign)
    match text.part(sign.place):
        case PartKind.COMMENT:
            return Level.WARNING if sign.kind is SignKind.LETTER else None
        case PartKind.STRING:
            return _in_string(text, sign)
    return _in_code(text, sign)


def _level_of_word(text: CodePiece, sign: Sign) -> Level | None:
    """Of a word that only looks Latin. As an option it does nothing that was meant; between quotes
    and in comments people write in their own language."""
    option = text.text[max(sign.place - 1, 0) : sign.place] == "-"
    if text.use in (CodeUse.SPAN, CodeUse.UNSURE):
        return Level.ERROR if option else None
    if text.use is not CodeUse.COMMAND:
        return None
    match text.part(sign.place):
        case PartKind.CODE:
            return Level.ERROR
        case PartKind.STRING:
            return Level.WARNING if option else None
    return None


def _in_code(text: CodePiece, sign: Sign) -> Level:
    """Outside of quotes. A block without a label may be the output of a command: there only what
    an option, a blank or a letter is not, is an error."""
    if sign.kind in (SignKind.BLANK, SignKind.LETTER):
        return Level.ERROR
    if kind_of(text.label).reads is Reads.POWERSHELL:
        return Level.WARNING  # It takes dashes and curly quotes for its own; what it calls may not.
    if _is_option(text.text, sign):
        return Level.ERROR
    if text.use is CodeUse.UNSURE or sign.text == "\u2026" or _is_apostrophe(text.text, sign):
        return Level.WARNING
    return Level.ERROR


def _in_string(text: CodePiece, sign: Sign) -> Level | None:
    """Between quotes people write as they like. A word of two scripts is no word of any language;
    a dash in front of a letter may be meant as an option of a command that is handed on."""
    if sign.kind is SignKind.LETTER:
        return Level.ERROR
    quote = sign.kind is SignKind.QUOTE and not _is_apostrophe(text.text, sign)
    blank = sign.kind is SignKind.BLANK and _around(text.text, sign.place).isascii()
    return Level.WARNING if quote or blank or _is_option(text.text, sign) else None


def _in_span(text: CodePiece, sign: Sign) -> Level | None:
    """In running text code is also used for names and ranges."""
    if sign.kind in (SignKind.BLANK, SignKind.LETTER) or _is_option(text.text, sign):
        return Level.ERROR
    before = text.text[max(sign.place - 1, 0) : sign.place]
    if sign.kind is SignKind.QUOTE and " " in text.text and before in (" ", "="):
        return Level.ERROR
    return Level.WARNING if sign.kind is SignKind.WIDE else None


def _is_option(text: str, sign: Sign) -> bool:
    """Whether it is a dash where an option begins: `–h`, `-–help`."""
    if sign.kind is not SignKind.DASH:
        return False
    before, after = text[max(sign.place - 3, 0) : sign.place], text[sign.place + 1 :][:1]
    return (
        bool(re.search(r"(?:^|[\s'\"(])[-\u2010-\u2015\u2212]?$", before)) and not after.isspace()
    )


def _is_apostrophe(text: str, sign: Sign) -> bool:
    beside = _around(text, sign.place)
    return sign.instead == "'" and len(beside) == 2 and beside.isalpha()


def _around(text: str, place: int) -> str:
    """The signs beside a place."""
    return text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
