"""Signs that hide something in a command, or look like another sign.

The groups follow the character properties of Unicode. Every function reads its text once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from richtext.lookalikes import LOOK_ALIKE

# Marks that reorder what follows them: embeddings, overrides, isolates.
_REORDERING = "\u202a-\u202e\u2066-\u2069"
# Control characters, apart from the line feed and the tab.
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"
# Format characters and all else that shows nothing (Default_Ignorable_Code_Point), the separators
# of lines and paragraphs. The Arabic format characters that stand over a number can be seen.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028\u2029\u2060-\u2065"
    "\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000"
_DASHES = "\u02d7\u2010-\u2015\u2043\u2212\u2796\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_SINGLE = "\u00b4\u02b9\u02bb-\u02bd\u02c8\u02cb\u2018-\u201b\u2032\u2035\uff07\uff40"
_DOUBLE = "\u02ba\u201c-\u201f\u2033\u2036\uff02"
_OTHERS = {
    "\u037e": ";", "\u2024": ".", "\u2026": "...", "\u2039": "<", "\u203a": ">", "\u2044": "/",
    "\u204e": "*", "\u2215": "/", "\u2216": "\\", "\u2217": "*", "\u2223": "|", "\u2236": ":",
    "\u223c": "~", "\u02dc": "~", "\u02c6": "^", "\u01c3": "!", "\u01c0": "|", "\u2758": "|",
    "\u29f8": "/", "\ua789": ":", "\u0251": "a", "\u0261": "g",
}  # fmt: skip
#: What may be found at all: control characters and everything outside of ASCII.
SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\U0010ffff]")
_WORD = re.compile(r"[^\W_]+")
# Control characters have no name in the data of Unicode, only aliases: those that are met in texts.
_CONTROL_NAMES = {
    0x00: "NULL",
    0x07: "BELL",
    0x08: "BACKSPACE",
    0x0B: "LINE TABULATION",
    0x0C: "FORM FEED",
    0x0D: "CARRIAGE RETURN",
    0x1B: "ESCAPE",
    0x7F: "DELETE",
    0x85: "NEXT LINE",
    0x9B: "CONTROL SEQUENCE INTRODUCER",
}


class SignKind(StrEnum):
    """What a sign does where it does not belong. The first three show nothing of themselves."""

    REORDERING = "reordering"
    CONTROL = "control"
    UNSEEN = "unseen"
    BLANK = "blank"
    DASH = "dash"
    QUOTE = "quote"
    WIDE = "wide"
    LETTER = "letter"
    OTHER = "other"


#: Nobody sees these: what is read differs from what is there.
HIDDEN = frozenset({SignKind.REORDERING, SignKind.CONTROL, SignKind.UNSEEN})


@dataclass(frozen=True)
class Sign:
    """A sign at the offset `place` of a text. `instead` is what belongs there, '' for nothing."""

    place: int
    text: str
    kind: SignKind
    instead: str = ""

    @property
    def name(self) -> str:
        return named(self.text)


def named(sign: str) -> str:
    """The code point and the name of a character: `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    number = ord(sign)
    name = unicodedata.name(sign, "") or _CONTROL_NAMES.get(number, "")
    return f"{code(sign)} {name or ('CONTROL' if number < 0xA0 else 'UNNAMED CHARACTER')}"


def code(sign: str) -> str:
    """The code point of a character: `U+202E`."""
    return f"U+{ord(sign):04X}"


def _members(ranges: str) -> frozenset[str]:
    pattern = re.compile(f"[{ranges}]")
    return frozenset(sign for sign in map(chr, range(0x11000)) if pattern.match(sign))


_KINDS: dict[str, tuple[SignKind, str]] = {
    **dict.fromkeys(_members(_REORDERING), (SignKind.REORDERING, "")),
    **dict.fromkeys(_members(_CONTROLS), (SignKind.CONTROL, "")),
    **dict.fromkeys(_members(_BLANKS), (SignKind.BLANK, " ")),
    **dict.fromkeys(_members(_DASHES), (SignKind.DASH, "-")),
    **dict.fromkeys(_members(_SINGLE), (SignKind.QUOTE, "'")),
    **dict.fromkeys(_members(_DOUBLE), (SignKind.QUOTE, '"')),
    **{sign: (SignKind.OTHER, instead) for sign, instead in _OTHERS.items()},
}
_IS_UNSEEN = re.compile(f"[{_UNSEEN}]")


def signs(text: str) -> Iterator[Sign]:
    """Every sign of `text` that is none of those it may be taken for, in order; letters only where
    they stand in one word with those of ASCII (see `_letters`). What is usual in writing is left
    out: joiners inside words and pictures, and the selectors of how a picture is drawn."""
    if text.isascii() and not SUSPECT.search(text):
        return
    letters = _letters(text)
    for match in SUSPECT.finditer(text):
        place, sign = match.start(), match[0]
        if _IS_UNSEEN.match(sign):
            if not _belongs(text, place):
                yield Sign(place, sign, SignKind.UNSEEN)
        elif sign in _KINDS:
            kind, instead = _KINDS[sign]
            yield Sign(place, sign, kind, instead)
        elif place in letters:
            yield Sign(place, sign, SignKind.LETTER, LOOK_ALIKE[sign])
        elif wide := _wide(sign):
            yield Sign(place, sign, SignKind.WIDE, wide)


def hidden(text: str) -> Iterator[Sign]:
    """Those that show nothing, or a blank that is none."""
    return (sign for sign in signs(text) if sign.kind in HIDDEN or sign.kind is SignKind.BLANK)


def refusal(name: str, *, dashes: bool = True) -> str:
    """'', or the sentence that refuses a *name* in which a sign cannot be seen or is not what it
    seems. Quotation marks, dots and signs of another width are part of many names, and seen; so are
    dashes, unless the name is written into a command."""
    usual = {SignKind.QUOTE, SignKind.OTHER} | (set() if dashes else {SignKind.DASH})
    for sign in signs(name):
        if sign.kind in usual or (sign.kind is SignKind.WIDE and not sign.instead.isalnum()):
            continue
        if sign.kind in HIDDEN:
            return f"It holds {sign.name}, which nobody can see. Type it again."
        if sign.kind is SignKind.BLANK:
            return f"It holds {sign.name} in the place of a space. Type it again."
        return f"It holds {sign.name}, which looks like {sign.instead}. Type it again."
    return ""


def look_alike(word: str) -> bool:
    """Whether `word` has letters of another script, and each of them looks like one of ASCII."""
    return bool(word) and all(sign in LOOK_ALIKE for sign in word)


def disguised(text: str) -> Iterator[Sign]:
    """The first letter of every word that is of another script, and looks as if it were Latin in
    each of its letters: `ср` in Cyrillic. Such a word is usual where that script is read."""
    if text.isascii():
        return
    for word in _WORD.finditer(text):
        if look_alike(word[0]):
            yield Sign(word.start(), word[0][0], SignKind.LETTER, LOOK_ALIKE[word[0][0]])


def _letters(text: str) -> frozenset[int]:
    """Where letters of another script look like those of ASCII in a word that has Latin ones, too:
    `dаta`. A run in which one letter cannot be taken for a Latin one (`SQLный`) misleads nobody."""
    places: set[int] = set()
    for word in _WORD.finditer(text):
        if word[0].isascii():
            continue
        if not any(letter.isalpha() and _is_latin(letter) for letter in word[0]):
            continue
        runs = [(latin, list(run)) for latin, run in groupby(word[0], key=_is_latin)]
        place = word.start()
        for latin, run in runs:
            if not latin and look_alike("".join(run)):
                places.update(range(place, place + len(run)))
            place += len(run)
    return frozenset(places)


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")


def _belongs(text: str, place: int) -> bool:
    """Whether a sign that shows nothing has its use at `place`: a joiner between letters of scripts
    that join, or between pictures; a selector behind a picture or an ideograph."""
    sign, before = text[place], text[place - 1] if place else ""
    after = text[place + 1] if place + 1 < len(text) else ""
    if not before or before.isascii():
        return sign == "\ufe0f" and after == "\u20e3"
    group = unicodedata.category(before)
    if sign in "\ufe0e\ufe0f":
        return group in ("So", "Sm", "Po")
    if "\U000e0100" <= sign <= "\U000e01ef":
        return unicodedata.name(before, "").startswith("CJK")
    if sign not in "\u200c\u200d" or not after or after.isascii():
        return False
    groups = group[0], unicodedata.category(after)[0]
    return set(groups) <= {"L", "M"} and _joins(before) or set(groups) <= {"S", "M"}


def _joins(letter: str) -> bool:
    """Whether a letter belongs to a script in which joiners change how letters are written."""
    return not unicodedata.name(letter, "").startswith(("LATIN", "CYRILLIC", "GREEK"))


def _wide(sign: str) -> str:
    """The sign of ASCII of which this is another width or face; '' for all others."""
    if not unicodedata.decomposition(sign).startswith(("<wide>", "<font>", "<small>", "<narrow>")):
        return ""
    plain = unicodedata.normalize("NFKC", sign)
    return plain if plain.isascii() and plain.isprintable() else ""
