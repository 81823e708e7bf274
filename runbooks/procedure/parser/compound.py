"""Commands of a shell that reach over several lines: quotes, here-documents, loops and groups."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from runbooks.procedure.code_kinds import CodeKind
from runbooks.procedure.quoting import PartKind, between_quotes, parts, read_until

_SHELL = CodeKind.SHELL.label
_DOCUMENT = re.compile(r"(?<!<)<<-?[ \t]*(?:(['\"])([^'\"\n]+)\1|\\?([A-Za-z_][\w.-]*))")
_CONTINUES = re.compile(r"(?:^|[^\\])(?:\\\\)*\\$|(?:\||&&)\s*$")
_CLOSES = {"'": re.compile(r"[^']*'"), '"': re.compile(r'(?:[^"\\]|\\.)*+"')}
# What groups, what ends a command, or a word.
_TOKEN = re.compile(r"\$?\(|[){}]|;;?|&&?|\|\|?|[^\s;&|(){}]+")
_CLOSED_BY = {"if": "fi", "case": "esac", "for": "done", "while": "done", "until": "done",
              "select": "done", "{": "}", "(": ")"}  # fmt: skip
#: Behind these a command begins, as it does behind `;` or in a new line.
_LED_BY = frozenset({"then", "do", "else", "elif", "if", "while", "until", "!", "{", "(", "time"})
_PARTED_BY = frozenset({";", ";;", "&", "&&", "|", "||", ")"})


@dataclass
class Unfinished:
    """What a shell that was given some lines still waits for. Each line is read once."""

    quote: str = ""
    documents: list[str] = field(default_factory=list)
    awaited: list[str] = field(default_factory=list)
    continues: bool = False
    begins: bool = True

    def __bool__(self) -> bool:
        return bool(self.quote or self.documents or self.awaited or self.continues)

    def read(self, line: str) -> None:
        """Read the next line."""
        if self.documents:
            if line.strip(" \t>") == self.documents[0]:
                self.documents.pop(0)
            return
        start = 0
        if self.quote:
            closed = _CLOSES[self.quote].match(line)
            if closed is None:
                return
            start = closed.end()
        self._read(line, start)

    def _read(self, line: str, start: int) -> None:
        """Read a line from `start`, where no quote is open."""
        end = read_until(line, _SHELL, start)
        self.quote = line[end] if line[end : end + 1] in _CLOSES else ""
        self.begins = self.begins if self.continues or start else True
        self.continues = bool(_CONTINUES.search(line)) and not self.quote
        for part in parts(line[start:end], _SHELL):
            if part.kind is PartKind.COMMENT:
                end = start + part.begin
            elif part.kind is PartKind.STRING:
                self.begins = False
            else:
                for token in _TOKEN.finditer(line, start + part.begin, start + part.end):
                    self._take(token[0].removeprefix("$"), token[0] == "$(")
        openings = list(_DOCUMENT.finditer(line[:end], start))
        quoted = between_quotes(
            line[start:], [opening.start() - start for opening in openings], _SHELL
        )
        self.documents += [
            opening[2] or opening[3]
            for opening, inside in zip(openings, quoted, strict=True)
            if not inside
        ]

    def _take(self, sign: str, substituted: bool) -> None:
        awaited = self.awaited[-1] if self.awaited else ""
        if substituted or sign == "(" or (self.begins and sign in _CLOSED_BY):
            self.awaited.append(_CLOSED_BY[sign])
        elif sign == awaited and (self.begins or sign == ")"):
            self.awaited.pop()
        self.begins = sign in _PARTED_BY or (sign in _LED_BY and (self.begins or sign == "("))
