"""The words of a shell script, as far as a linter needs them. One pass; nothing is expanded.

Tolerant on purpose: text that is not shell is read as words, and never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

# `<target.host>` is a placeholder of ours, `<the password (from the vault)>` and `<blue|green>` are
# an author's: no redirections. A file to read is followed by a blank, as in `<in.sql >out.log`.
_PLACEHOLDER = (
    r"(?:<[A-Za-z](?:[\w .,:/@()'-]{0,78}[\w)'])?>|<[A-Za-z][\w-]{0,40}(?:\|[\w-]{1,40}){1,6}>)"
)
_TOKEN = re.compile(
    rf"""
      (?P<blank>[ \t\r]+|\\\n)
    | (?P<part>{_PLACEHOLDER} | '[^']*' | "(?:\\.|[^"\\])*" | \\. | [^\s'"\\<>|&;()`$#]+ | \#)
    | (?P<open>\$\(|`|[<>]\()
    | (?P<variable>\$(?:\{{[^}}\n]{{0,200}}\}}|\w+|[@*#?$!-]))
    | (?P<redirect>&>>?|<<<|<<-?|<>|<&|>>|>&|>\||<|>)
    | (?P<joint>&&|\|\||\|&|\||;;?|&|\n|[()])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
#: Behind these a command may go on in the next line.
_GO_ON = frozenset({"|", "|&", "&&", "||"})
_QUOTED = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)""", re.DOTALL)


@dataclass(frozen=True)
class ShellWord:
    """A word: `raw` as it was written, `offset` where in the text, `text` without its quotes, or
    what is `meant` where other rules than a shell's say so."""

    raw: str
    offset: int
    meant: str | None = None

    @cached_property
    def text(self) -> str:
        if self.meant is not None:
            return self.meant
        return _QUOTED.sub(lambda m: next(g for g in m.groups() if g is not None), self.raw)

    @property
    def inner_offset(self) -> int:
        """Where the text begins: behind an opening quote."""
        return self.offset + (self.meant != self.raw and self.raw[:1] in ("'", '"'))


@dataclass
class SimpleCommand:
    """One simple command. `joint` is what joined it to the one before it: `|`, `&&`, `;`, a line
    feed, `$(`, or '' for the first. `document` is its here-document."""

    joint: str
    words: list[ShellWord] = field(default_factory=list)
    redirects: list[tuple[str, ShellWord]] = field(default_factory=list)
    document: ShellWord | None = None

    @property
    def offset(self) -> int:
        return self.words[0].offset if self.words else self.redirects[0][1].offset

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.redirects


@dataclass
class _Reader:
    """The state of one pass."""

    text: str
    statement: SimpleCommand = field(default_factory=lambda: SimpleCommand(""))
    word: str = ""
    begun: int = 0
    redirect: str = ""
    awaited: list[tuple[SimpleCommand, str]] = field(default_factory=list)

    def statements(self) -> Iterator[SimpleCommand]:
        place = 0
        while place < len(self.text):
            match = _TOKEN.match(self.text, place)
            if match is None:
                break
            place = match.end()
            kind, piece = str(match.lastgroup), match[0]
            if kind == "part" and piece == "#" and not self.word:
                place = self._line_end(place)
            elif kind in ("part", "variable", "other"):
                self.begun = self.begun if self.word else match.start()
                self.word += piece
            else:
                made = self._turn(kind, piece, match.start())
                if made is not None:
                    yield made
                if piece == "\n" and self.awaited:
                    place = self._documents(place)
        self._end_word()
        if not self.statement.is_empty:
            yield self.statement

    def _turn(self, kind: str, piece: str, place: int) -> SimpleCommand | None:
        """What ends a word. A statement when it ends one."""
        if kind == "open":
            self.begun = self.begun if self.word else place
            self.word += piece
        # `2>` names a stream: the number is no word.
        if kind == "redirect" and self.word.isdigit():
            self.word = ""
        self._end_word()
        if kind == "redirect":
            self.redirect = piece
        if kind not in ("open", "joint"):
            return None
        ended, self.statement, self.redirect = self.statement, SimpleCommand(piece), ""
        if ended.is_empty and ended.joint in _GO_ON and piece == "\n":
            self.statement = ended
        return None if ended.is_empty else ended

    def _end_word(self) -> None:
        if not self.word:
            return
        word, self.word = ShellWord(self.word, self.begun), ""
        if not self.redirect:
            self.statement.words.append(word)
            return
        self.statement.redirects.append((self.redirect, word))
        if self.redirect in ("<<", "<<-"):
            self.awaited.append((self.statement, word.text))
        self.redirect = ""

    def _line_end(self, place: int) -> int:
        end = self.text.find("\n", place)
        return len(self.text) if end < 0 else end

    def _documents(self, place: int) -> int:
        """Read the here-documents that begin at `place`; where they end."""
        for statement, delimiter in self.awaited:
            begun = place
            while place < len(self.text):
                end = self._line_end(place)
                line, here, place = self.text[place:end].strip(), place, end + 1
                if line == delimiter:
                    statement.document = ShellWord(self.text[begun:here], begun)
                    break
            else:
                statement.document = ShellWord(self.text[begun:], begun)
        self.awaited = []
        return min(place, len(self.text))


def statements(text: str) -> list[SimpleCommand]:
    """The simple commands of a shell script, in order, those of substitutions too."""
    return list(_Reader(text).statements())


VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?P<rest>[^}]{0,200})\}|(?P<bare>\w+))")


def is_left_open(variable: re.Match[str], known: frozenset[str]) -> bool:
    """Whether a variable (a match of `VARIABLE`) may be empty: it is not among `known`, and not
    written as `${NAME:?}`, with which the shell stops."""
    name = variable["bare"] or variable["braced"]
    return name not in known and not (variable["rest"] or "").startswith((":?", "?"))
