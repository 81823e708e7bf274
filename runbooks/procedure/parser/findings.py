"""What the parser says about a source, and where."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from runbooks.enums import Level
from runbooks.procedure.model import Finding

#: A word of so few letters is one letter away from too many others.
_SHORTEST = 3


@dataclass
class Findings:
    """Findings as they are met; `sorted` gives them in the order of the source."""

    met: list[Finding] = field(default_factory=list)

    def error(self, code: str, line: int, column: int, sentence: str, suggestion: str = "") -> None:
        self._add(code, Level.ERROR, line, column, sentence, suggestion)

    def warning(
        self, code: str, line: int, column: int, sentence: str, suggestion: str = ""
    ) -> None:
        self._add(code, Level.WARNING, line, column, sentence, suggestion)

    @property
    def has_errors(self) -> bool:
        return any(f.level is Level.ERROR for f in self.met)

    def lines_of(self, code: str) -> frozenset[int]:
        """The lines at which the parser's finding `code` was met so far."""
        return frozenset(f.line for f in self.met if f.code == f"syntax.{code}")

    def sorted(self) -> tuple[Finding, ...]:
        return tuple(sorted(self.met, key=lambda f: (f.line, f.column, f.code)))

    def _add(
        self, code: str, level: Level, line: int, column: int, sentence: str, suggestion: str
    ) -> None:
        self.met.append(Finding(f"syntax.{code}", level, line, column, sentence, suggestion))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion: the known word that `word` was probably meant to be; '' when none is near."""
    close = difflib.get_close_matches(normalised(word), list(known), n=1, cutoff=0.6)
    return f"Did you mean `{close[0]}`?" if close else ""


def slip_of(word: str, known: Iterable[str]) -> str:
    """A suggestion where `word` is a known word but for one letter (left out, too many, wrong, two
    exchanged), for case, blanks and `_`; '' otherwise. Where other programs have words too, a
    likeness says nothing."""
    written = normalised(word).replace("_", "")
    for name in known:
        right = name.replace("_", "")
        if written == right or (len(right) > _SHORTEST and _is_one_off(written, right)):
            return f"Did you mean `{name}`?"
    return ""


def _is_one_off(written: str, right: str) -> bool:
    if abs(len(written) - len(right)) > 1:
        return False
    same = next((n for n, (a, b) in enumerate(zip(written, right, strict=False)) if a != b), None)
    if same is None:
        return len(written) != len(right)
    here, there = written[same:], right[same:]
    exchanged = here[:2] == there[:2][::-1] and here[2:] == there[2:]
    return here[1:] == there[1:] or here[1:] == there or here == there[1:] or exchanged


def one_of(words: Iterable[str]) -> str:
    """`a`, `b` or `c`, for a sentence."""
    quoted = [f"`{word}`" for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]


def normalised(name: str) -> str:
    """The one spelling of a name: `<Cluster name>`, `cluster-name` and `cluster_name` are equal."""
    return re.sub(r"[\s_-]+", "_", name.strip().lower())
