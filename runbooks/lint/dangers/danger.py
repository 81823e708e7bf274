"""What commands do to data: one entry of the danger tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runbooks.lint.commands.calls import ProgramCall


@dataclass(frozen=True)
class Danger:
    """One thing that commands do to data: `name` as people call it, `does` what it does, as a
    clause.

    A call of one of `programs` fits when `words` stand among its arguments in this order
    (alternatives are parted by `|`), one of `options` is given, and `also` holds. `restores` tells
    that it puts other data in the place of what is there.
    """

    name: str
    does: str
    programs: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    restores: bool = False
    also: Callable[[ProgramCall], bool] | None = None

    def fits(self, call: ProgramCall) -> bool:
        """Whether it does this, given that it is a call of one of the programs."""
        return (
            in_order(self.words, call.texts)
            and (not self.options or call.has(*self.options))
            and (self.also is None or self.also(call))
        )


def in_order(words: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    """Whether `words` are among `texts` in this order, in any case; `|` parts alternatives."""
    left = iter(texts)
    return all(any(text.lower() in word.split("|") for text in left) for word in words)


def entry(
    programs: str,
    words: str,
    does: str,
    *,
    options: str = "",
    also: Callable[[ProgramCall], bool] | None = None,
    restores: bool = False,
) -> Danger:
    """A line of a table. `programs`, `words` and `options` are parted by blanks."""
    names = programs.split()
    name = " ".join([names[0], *words.split(), *options.split()[:1]])
    return Danger(
        name, does, tuple(names), tuple(words.split()), tuple(options.split()), restores, also
    )
