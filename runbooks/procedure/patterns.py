"""Regular expressions that authors write: read, and compared with what people type, in a time that
grows with the length of the text and never faster. Pure.

Python's own `re` tries every way to split a text, which for some patterns doubles with each letter;
RE2 reads each letter once. What it cannot do (look-around, back-references) is a finding.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

#: Letters of a pattern, and of a text that is compared with one.
LONGEST_PATTERN = 500
LONGEST_MATCHED = 4000
#: Bytes that one compiled pattern may take: `[a-z]{1000}` fits, `\\p{L}{1000}` does not.
_MOST_MEMORY = 1 << 20
#: The first that is found in a pattern that cannot be read: what it is, and what to write instead.
_FOREIGN = (
    (
        re.compile(r"\(\?<?[=!]"),
        "it looks ahead or behind, which is not supported",
        "Write what the whole text consists of, such as `[a-z]+_[0-9]+`.",
    ),
    (
        re.compile(r"\\[1-9]|\(\?P="),
        "it refers back to a group, which is not supported",
        "Write the repeated part out.",
    ),
    (
        re.compile(r"\(\?>|[*+?}]\+"),
        "it has a possessive repetition, which is not supported",
        "Write a plain `*`, `+` or `?`: no pattern is slow here.",
    ),
    (
        re.compile(r"\\[AZ]"),
        r"`\A` and `\Z` are not needed",
        "Leave it out: the whole text must match anyway.",
    ),
    (
        re.compile(r"\\[uUN]"),
        r"`\u`, `\U` and `\N` are not supported",
        r"Write the letter itself, or its code as `\x{e4}`.",
    ),
    (
        re.compile(r"\(\?(?:#|\(|[a-zA-Z]*[axuL])"),
        "comments, conditions and the flags `a`, `x`, `u` and `L` are not supported",
        "Leave it out; the flags `i`, `m` and `s` are known.",
    ),
)
#: What RE2 says first of a pattern that no engine reads → what we say.
_MISTAKES = {
    "missing )": "a `(` is never closed",
    "unexpected )": "a `)` was never opened",
    "missing ]": "a `[` is never closed",
    "no argument for repetition operator": "nothing stands before a repetition",
    "bad repetition operator": "two repetitions stand side by side",
    "trailing \\": "it ends with a single backslash",
}
_TOO_LARGE = "It may repeat something at most 1,000 times, and groups of that less often."


class UnreadablePattern(ValueError):
    """A pattern that cannot be compared with anything. `suggestion`: what to write instead."""

    def __init__(self, why: str, suggestion: str = "") -> None:
        super().__init__(f"The runbook's pattern cannot be read: {why}.")
        self.why = why
        self.suggestion = suggestion


def check(pattern: str) -> None:
    """Raise `UnreadablePattern` unless texts can be compared with `pattern`."""
    _compiled(pattern)


def fits(pattern: str, text: str) -> bool:
    """Whether the whole of `text` is what `pattern` describes. No text longer than
    `LONGEST_MATCHED` is. Raises `UnreadablePattern`."""
    compiled = _compiled(pattern)
    if len(text) > LONGEST_MATCHED:
        return False
    try:
        return compiled.fullmatch(text) is not None
    except UnicodeEncodeError:  # half a character
        return False


def refusal(pattern: str, example: str = "") -> str:
    """What is said of a text that does not fit `pattern`. `example`: one that does, or ''."""
    such_as = f", such as {example}" if example else ""
    return f"It does not match the format that the runbook asks for: `{pattern}`{such_as}."


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    if len(pattern) > LONGEST_PATTERN:
        why = f"it has {len(pattern):,} characters, and at most {LONGEST_PATTERN} are read"
        raise UnreadablePattern(why, "Write a shorter one.")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    try:
        return re2.compile(pattern, options)
    except UnicodeEncodeError:
        raise UnreadablePattern("it holds half a character", "Type it anew.") from None
    except re2.error as error:
        raise _unreadable(pattern, error.args[0]) from None


def _unreadable(pattern: str, message: bytes | str) -> UnreadablePattern:
    for sign, why, suggestion in _FOREIGN:
        if sign.search(pattern):
            return UnreadablePattern(why, suggestion)
    text = message.decode(errors="replace") if isinstance(message, bytes) else message
    mistake, _, place = text.partition(": ")
    why = _MISTAKES.get(mistake) or (f"{mistake}, `{place}`" if place else mistake)
    large = "repetition size" in text or "too large" in text
    return UnreadablePattern(why, _TOO_LARGE if large else "")
