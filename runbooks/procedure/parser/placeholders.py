"""Placeholders: `<target.host>` inside code, for declared parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from richtext.reader import Block
from runbooks.enums import ParameterType
from runbooks.procedure.model import ParameterSpec
from runbooks.procedure.parser.findings import Findings, did_you_mean, normalised, one_of
from runbooks.procedure.parser.parameters import RESERVED

FIELDS: dict[ParameterType, tuple[str, ...]] = {
    ParameterType.INSTANCE: ("name", "host", "environment", "system"),
    ParameterType.COPY: ("name", "place", "holder", "medium", "sha256"),
}
#: `<run>` is its number, `<run.token>` the mark of this run.
RUN_FIELDS = ("token",)
#: So many placeholders a block of code may hold: what a run fills in is looked at by people.
MAX_PLACEHOLDERS = 200
_NAME = r"([A-Za-z][\w -]*)(?:\.(\w+))?"
_WRITTEN = re.compile(f"<{_NAME}>")
_ESCAPED = re.compile(f"&lt;{_NAME}&gt;")
_CODE = re.compile(r"(<code[^>]*>)(.*?)(</code>)", re.DOTALL)

Parameters = Mapping[str, ParameterSpec]


def has_placeholder(code: str, parameters: Parameters) -> bool:
    """Whether a command holds at least one placeholder that a run will fill in."""
    return any(_is_declared(match[1], parameters) for match in _WRITTEN.finditer(code))


def mark_placeholders(html: str, parameters: Parameters) -> str:
    """Clean HTML in which every declared placeholder inside code is a `<var>`."""

    def mark(match: re.Match[str]) -> str:
        if not _is_declared(match[1], parameters):
            return match[0]
        name = normalised(match[1]) + (f".{match[2].lower()}" if match[2] else "")
        return f'<var data-parameter="{name}">{match[0]}</var>'

    return _CODE.sub(lambda code: code[1] + _ESCAPED.sub(mark, code[2]) + code[3], html)


def check_placeholders(
    blocks: Iterable[Block], parameters: Parameters, lines: list[str], findings: Findings
) -> None:
    """Every field of a declared placeholder must exist, and no block may hold too many of them.
    `lines` are those of the source."""
    for block in blocks:
        for code in _codes(block):
            written = [m for m in _WRITTEN.finditer(code) if _is_declared(m[1], parameters)]
            if len(written) > MAX_PLACEHOLDERS:
                _too_many(len(written), block, findings)
                continue
            for match in written:
                if match[2]:
                    _check_field(match, block, parameters, lines, findings)


def _too_many(count: int, block: Block, findings: Findings) -> None:
    findings.error(
        "too_many_placeholders",
        block.first,
        1,
        f"This code holds {count:,} placeholders; at most {MAX_PLACEHOLDERS} are filled in.",
        "Put each value into a variable once and use that, or split the block.",
    )


def _codes(block: Block) -> list[str]:
    if block.kind in ("fence", "code_block"):
        return [block.token.content]
    spans = (block.inline.children or []) if block.inline else []
    return [span.content for span in spans if span.type == "code_inline"]


def _check_field(
    match: re.Match[str],
    block: Block,
    parameters: Parameters,
    lines: list[str],
    findings: Findings,
) -> None:
    name, field = normalised(match[1]), match[2].lower()
    spec = parameters.get(name)
    fields = FIELDS.get(spec.type, ()) if spec else RUN_FIELDS
    if field in fields:
        return
    line, column = _find(match[0], block, lines)
    owner = f"a parameter of type `{spec.type}`" if spec else "the run"
    hint = did_you_mean(field, fields) or (f"There is {one_of(fields)}." if fields else "")
    findings.error(
        "unknown_field",
        line,
        column,
        f"`{match[0]}`: {owner} has no field `{field}`.",
        hint or f"Write `<{match[1]}>`.",
    )


def _find(written: str, block: Block, lines: list[str]) -> tuple[int, int]:
    for number in range(block.first, min(block.last, len(lines)) + 1):
        column = lines[number - 1].find(written)
        if column >= 0:
            return number, column + 1
    return block.first, 1


def _is_declared(name: str, parameters: Parameters) -> bool:
    return normalised(name) in parameters or normalised(name) == RESERVED
