"""Placeholders in the code of a step: where they stand, and the values that are written there."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from richtext.drawn import drawn_text
from runbooks.machine.state import ParameterFacts, RunState
from runbooks.procedure.code_kinds import Fills, kind_of
from runbooks.procedure.parser.parameters import RESERVED
from runbooks.procedure.quoting import takes_no_quotes

_VAR = re.compile(r'<var data-parameter="([^"]+)">(.*?)</var>', re.DOTALL)
_CODE = re.compile(r"(<pre>)?<code([^>]*)>(.*?)</code>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_PARTS_WORDS = re.compile(r"[\s;&|()<>`{},]")
_NO_LETTER_YET = re.compile(r"""["'\\$]*(?:\w+=["'\\$]*)?""")
_LONGEST_WORD = 2000


@dataclass(frozen=True)
class Placeholder:
    """A placeholder in a block of code. `name` is `target` or `target.host`, `label` that of the
    block, `quoted` says that its value cannot be quoted there, `begins` that it begins a word."""

    name: str
    label: str
    quoted: bool
    begins: bool


def places(source: str) -> Iterator[Placeholder]:
    """The placeholders in the blocks of code of the safe HTML `source`, in their order."""
    for match in _CODE.finditer(source):
        if match[1]:
            yield from _in_block(match)


def _in_block(match: re.Match[str]) -> list[Placeholder]:
    label = html.unescape((re.findall(r"language-([^\s\"]+)", match[2]) or [""])[0])
    starts, parts, length = [], [], 0
    pieces = _VAR.split(match[3])  # text, name, placeholder, text, …
    for number, piece in enumerate(pieces):
        if number % 3 == 1:
            starts.append(length)
            continue
        parts.append(html.unescape(_TAG.sub("", piece)))
        length += len(parts[-1])
    text = "".join(parts)
    quoted = takes_no_quotes(text, starts, label)
    return [
        Placeholder(
            name, label, between, begins_a_word(text[max(0, start - _LONGEST_WORD) : start])
        )
        for name, start, between in zip(pieces[1::3], starts, quoted, strict=True)
    ]


def begins_a_word(before: str) -> bool:
    """Whether what follows `before` in a shell command begins a word, or the value of a variable
    that may stand as a word later. After `--option=`, or in a word, nobody takes it for an option.
    """
    return _NO_LETTER_YET.fullmatch(_PARTS_WORDS.split(before)[-1]) is not None


def in_run(state: RunState) -> dict[str, ParameterFacts]:
    """What `fill` may reach in a run: its parameters, and `<run>` and `<run.token>`."""
    return {
        **state.facts,
        RESERVED: ParameterFacts(str(state.number), {"token": state.stated.token}),
    }


def fill(source: str, facts: Mapping[str, ParameterFacts]) -> str:
    """The safe HTML `source` of a step with every marked placeholder inside code replaced by the
    value chosen, shell-quoted in shell commands, in `<var class="filled">`. Safe HTML again."""
    if "<var " not in source:
        return source

    def code(span: re.Match[str]) -> str:
        # A span is read by people, not by a shell.
        block = span[1] or ""
        standing = iter(_in_block(span) if block else ())

        def variable(match: re.Match[str]) -> str:
            place = next(standing, None)
            value = value_of(match[1], facts)
            if value is None:
                return match[0]
            if place and not place.quoted and kind_of(place.label).fills is Fills.QUOTED:
                value = shlex.quote(value)
            return f'<var class="filled">{drawn_text(value)}</var>'

        return f"{block}<code{span[2]}>{_VAR.sub(variable, span[3])}</code>"

    return _CODE.sub(code, source)


def value_of(name: str, facts: Mapping[str, ParameterFacts]) -> str | None:
    """The value of `dump`, `dump.place` or `run`; None when nothing of that name was chosen."""
    head, _, tail = name.partition(".")
    if head not in facts:
        return None
    return facts[head].fields.get(tail) if tail else facts[head].value
