"""PowerShell and the command prompt of Windows, written so that the reader of shell takes in what
they call. Each text keeps its length: what is found stands where it stood."""

from __future__ import annotations

import re
from dataclasses import replace

from runbooks.codekinds import Reads
from runbooks.lint.shell import Statement, Word, statements

_BLOCK_COMMENT = re.compile(r"<#.*?(?:#>|\Z)", re.DOTALL)
_TAKEN = re.compile(r"(?m)(?<![^\n;({])([ \t]*)(\$[\w:.]{1,60}[ \t]*\+?=[ \t]*)")
_BRACES = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|(?P<brace>[{}])")
_REMARK = re.compile(r"(?im)^[ \t]*@?(?:rem\b|::)[^\n]*")
_SILENT = re.compile(r"(?m)^([ \t]*)@")
_IF = re.compile(
    r"(?im)(?<![^\n&(|])[ \t]*if[ \t]+(?:/i[ \t]+)?(?:not[ \t]+)?(?:exist[ \t]+(?:\"[^\"\n]*\"|\S+)"
    r"|defined[ \t]+\S+|errorlevel[ \t]+\d+"
    r"|(?:\"[^\"\n]*\"|[^\s=]+)[ \t]*==[ \t]*(?:\"[^\"\n]*\"|\S+))"
)
_OPTION = re.compile(r"[-/][A-Za-z]")


def windows_statements(text: str, reads: Reads) -> list[Statement]:
    """The simple commands of a text for PowerShell or for the command prompt, in order. Their
    words mean the same in any case: options are in lower case, `\\` is `/`."""
    plain = _powershell(text) if reads is Reads.POWERSHELL else _batch(text)
    return [_as_written(statement, text) for statement in statements(plain)]


def _as_written(statement: Statement, text: str) -> Statement:
    words = [_word(word, text) for word in statement.words]
    redirects = [(mark, _word(word, text)) for mark, word in statement.redirects]
    return replace(statement, words=words, redirects=redirects)


def _word(word: Word, text: str) -> Word:
    meant = word.text.lower() if _OPTION.match(word.text) else word.text
    return Word(text[word.offset : word.offset + len(word.raw)], word.offset, meant)


def _powershell(text: str) -> str:
    text = _BLOCK_COMMENT.sub(_blank, text).replace("\\", "/").replace("`\n", "\\\n")
    text = text.replace("`", " ")
    text = _BRACES.sub(lambda found: ";" if found["brace"] else found[0], text)
    return _TAKEN.sub(lambda found: found[1] + " " * len(found[2]), text)


def _batch(text: str) -> str:
    text = _REMARK.sub(_blank, text).replace("\\", "/").replace("^\n", "\\\n").replace("'", "_")
    text = _SILENT.sub(r"\1 ", text).replace("#", "_").replace("`", "_").replace("$", "_")
    return _IF.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])
