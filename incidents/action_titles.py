"""What the title of an action says about it: whether it names a deed, and whether it only warns.
Pure.

M19 of the story: the lessons were "always back up twice" and "never give a developer access". A
warning asks people to be better than they were, on a worse day (the action hierarchy of RCA² calls
it weaker). So it is told, and not refused: sometimes a warning is all there is. What is refused is
to call it stronger.
"""

from __future__ import annotations

import re

WEAK = (
    "A warning is weak: it works until somebody is tired. An interlock, which makes the slip"
    " impossible or shows it in time, is stronger."
)
NOT_STRONGER = (
    "A warning or a training is weaker: nothing stops the next tired person. Choose weaker, or name"
    " the control in the title: “Bar restores into production from laptops”."
)
_SLOGAN = re.compile(
    r"\b(be (more )?careful|careful(ly)?|always|never|pay (more )?attention|take care|remember"
    r"|remind|train(ing)?|raise awareness|make sure)\b",
    re.IGNORECASE,
)
#: Words that stand before a thing, or name people: no deed begins with them.
_NO_VERB = frozenset({
    "a", "an", "the", "this", "that", "these", "those", "our", "my", "your", "their", "its", "it",
    "we", "you", "they", "i", "everybody", "everyone", "nobody", "somebody", "people", "there",
    "more", "less", "better", "no", "new", "some", "all", "any",
})  # fmt: skip


def names_a_deed(title: str) -> bool:
    """Whether `title` can begin with a verb: it has two words or more, and the first is not one
    that stands before a thing. (Which words are verbs is not decidable without being wrong about
    somebody's good sentence.)"""
    words = title.split()
    return len(words) > 1 and words[0].casefold().strip("“”\"'") not in _NO_VERB


def warning(title: str) -> str:
    """A sentence for whoever adds an action that only warns; '' otherwise."""
    return WEAK if _SLOGAN.search(title) else ""
