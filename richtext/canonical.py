"""Blocks written down again as the Markdown that Python-Markdown reads without mistakes.

Python-Markdown wants four spaces of indent and blank lines between blocks; people on Git hosts
write two or three and none. The text of paragraphs is passed on as it was written.
"""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from richtext.marks import CLOSE, OPEN
from richtext.reader import Block

_SEPARATOR = f"\n\n{OPEN}-{CLOSE}\n\n"
_LISTS = frozenset({"bullet_list", "ordered_list"})


def canonical(blocks: Sequence[Block]) -> str:
    """Markdown for Python-Markdown. Code and raw HTML appear as their marks; neighbouring lists
    are kept apart by a mark of their own."""
    text = ""
    for before, block in zip([None, *blocks], blocks, strict=False):
        if before is not None:
            apart = before.kind in _LISTS and block.kind in _LISTS
            text += _SEPARATOR if apart else "\n\n"
        text += _block(block)
    return text


def _block(block: Block) -> str:
    token = block.token
    if "mark" in token.meta:
        return str(token.meta["mark"])
    match block.kind:
        case "heading":
            return f"{'#' * int(token.tag[1])} {_text(block)}"
        case "bullet_list" | "ordered_list":
            return _list(block)
        case "blockquote":
            return _prefixed(canonical(block.children), "> ", "> ")
        case "hr":
            return "* * *"
        case "table":
            return _table(block)
        case _:
            return _text(block)


def _text(block: Block) -> str:
    return block.inline.content if block.inline else ""


def _list(block: Block) -> str:
    number = int(block.token.attrGet("start") or 1) if block.kind == "ordered_list" else None
    items = []
    for offset, item in enumerate(block.children):
        marker = "-" if number is None else f"{number + offset}."
        between = "\n" if _is_tight(item) else "\n\n"
        body = between.join(_block(child) for child in item.children)
        items.append(_prefixed(body, f"{marker:<4}", "    "))
    tight = all(_is_tight(item) for item in block.children)
    return ("\n" if tight else "\n\n").join(items)


def _is_tight(item: Block) -> bool:
    """An item of one hidden paragraph, perhaps with lists that are tight themselves."""
    if not item.children:
        return False
    head, *rest = item.children
    return (
        head.token.hidden
        and len(rest) <= 1
        and all(b.kind in _LISTS and all(map(_is_tight, b.children)) for b in rest)
    )


def _prefixed(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    rest = [others + line if line else others.rstrip() for line in lines[1:]]
    return "\n".join([first + lines[0], *rest])


def _table(block: Block) -> str:
    rows = [row for part in block.children for row in part.children]
    lines = ["| " + " | ".join(_cell(cell) for cell in row.children) + " |" for row in rows]
    rule = "|" + "|".join(_rule(cell.token) for cell in rows[0].children) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _cell(cell: Block) -> str:
    return _text(cell).replace("|", "\\|")


def _rule(token: Token) -> str:
    return {"left": ":---", "center": ":---:", "right": "---:"}.get(alignment(token), "----")


def alignment(token: Token) -> str:
    """'left', 'center', 'right' or '' of a table cell."""
    return str(token.attrGet("style") or "").removeprefix("text-align:")
