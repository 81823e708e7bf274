"""PowerShell and the command prompt of Windows, rewritten so that the shell reader can read them.
Each text keeps its length, so offsets stay true."""

from __future__ import annotations

import re
from dataclasses import replace

from runbooks.lint.commands.shell import ShellWord, SimpleCommand, statements
from runbooks.procedure.code_kinds import Reads

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


def windows_statements(text: str, reads: Reads) -> list[SimpleCommand]:
    """The simple commands of a text for PowerShell or for the command prompt, in order. Their
    words mean the same in any case: options are in lower case, `\\` is `/`."""
    plain = _powershell(text) if reads is Reads.POWERSHELL else _batch(text)
    return [_as_written(statement, text) for statement in statements(plain)]


def _as_written(statement: SimpleCommand, text: str) -> SimpleCommand:
    words = [_word(word, text) for word in statement.words]
    redirects = [(mark, _word(word, text)) for mark, word in statement.redirects]
    return replace(statement, words=words, redirects=redirects)


def _word(word: ShellWord, text: str) -> ShellWord:
    meant = word.text.lower() if _OPTION.match(word.text) else word.text
    return ShellWord(text[word.offset : word.offset + len(word.raw)], word.offset, meant)


def _powershell(text: str) -> str:
    text = _BLOCK_COMMENT.sub(_blank, text).replace("\\", "/").replace("`\n", "\\\n")
    text = text.replace("`", " ")
    text = _BRACES.sub(lambda match: ";" if match["brace"] else match[0], text)
    return _TAKEN.sub(lambda match: match[1] + " " * len(match[2]), text)


def _batch(text: str) -> str:
    text = _REMARK.sub(_blank, text).replace("\\", "/").replace("^\n", "\\\n").replace("'", "_")
    text = _SILENT.sub(r"\1 ", text).replace("#", "_").replace("`", "_").replace("$", "_")
    return _IF.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
