"""What is wrong or doubtful in the structure of a runbook."""

from __future__ import annotations

import re
from collections.abc import Iterable

from accounts.texts import says_something
from richtext.codeblocks import label_of
from richtext.reader import Block
from runbooks.procedure.parser.bodies import is_command
from runbooks.procedure.parser.fences import check_fences
from runbooks.procedure.parser.findings import Findings
from runbooks.procedure.parser.outline import Outline, TaskItem
from runbooks.procedure.parser.sessions import unclear

MAX_STEPS = 500
_UNTITLED = "This step has no title."
_NEARLY_A_BOX = re.compile(r"\[\](?!\()|\[[ xX]\](?=[^\s(\[:])|\[ {2,}\](?!\()|\[[-*v✓✔]\](?=\s)")

_GLUED = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX]\](?:\s|$)")


def check_steps(outline: Outline, findings: Findings) -> None:
    """Boxes that are ticked, steps without a title, guard blocks too many or out of place."""
    items = [item for _, item in outline.items()]
    if len(items) > MAX_STEPS:
        findings.error(
            "too_many_steps",
            items[MAX_STEPS].block.first,
            1,
            f"The runbook has {len(items):,} steps; at most {MAX_STEPS} are read.",
            "Split it.",
        )
    for item in items:
        _check_item(item, findings)
    for guard in outline.loose:
        findings.error(
            "loose_guard",
            guard.first,
            1,
            "This guard block belongs to no step.",
            "Indent it as far as the text of its task item.",
        )
    _check_loose_commands(outline, findings)


def check_blocks(blocks: Iterable[Block], lines: list[str], findings: Findings) -> None:
    """Fences that are not closed, prompts that may be remarks, and items that nearly have a box.
    `blocks` are all, nested ones too."""
    blocks = tuple(blocks)
    check_fences(blocks, lines, findings)
    for block in blocks:
        if block.kind == "fence":
            _check_prompts(block, findings)
        if block.kind == "list_item" and block.children:
            _check_box(block.children[0], findings)
        if block.kind == "paragraph" and block.inline:
            _check_glued(block, block.inline.content, findings)


def _check_item(item: TaskItem, findings: Findings) -> None:
    line = item.block.first
    if item.ticked:
        findings.warning(
            "ticked",
            line,
            1,
            "This step is already ticked in the text; a run begins unticked.",
            "Write `[ ]`.",
        )
    if not says_something(item.caption.title):
        fault = "The title of this step says nothing." if item.caption.title else _UNTITLED
        findings.warning("untitled_step", line, 1, fault, "Say what to do.")
    for guard in item.guards[1:]:
        findings.error(
            "second_guard",
            guard.first,
            1,
            "A step has at most one guard block.",
            "Put its keys into the first one.",
        )


def _check_loose_commands(outline: Outline, findings: Findings) -> None:
    """A command below a step that is not indented is no part of the step: nobody is led to it."""
    if findings.lines_of("open_fence"):
        return  # What is a command, and where it belongs, is not known.
    for part in outline.parts:
        if not part.items:
            continue
        begins = part.items[0].block.first
        for block in part.body:
            if block.first > begins and is_command(block.token):
                findings.warning(
                    "loose_command",
                    block.first,
                    1,
                    "This command stands below a step but belongs to none.",
                    "Indent it as far as the text of its task item.",
                )


def _check_prompts(block: Block, findings: Findings) -> None:
    """Beside other prompts, a bare `# ` may be the one of root or begin a remark."""
    for number in unclear(label_of(block.token), block.token.content)[:1]:
        findings.warning(
            "unclear_prompt",
            block.first + 1 + number,
            1,
            "This line is read as a command after root's prompt `# `, but it may be a remark.",
            "Write a command after `root@host:~# `, and a remark after `## ` or outside the block.",
        )


def _check_box(first: Block, findings: Findings) -> None:
    content = first.inline.content if first.kind == "paragraph" and first.inline else ""
    if _NEARLY_A_BOX.match(content):
        findings.warning(
            "nearly_a_step",
            first.first,
            1,
            "This looks like a step, but is read as plain text.",
            "Write `[ ]` with one space inside and one behind it.",
        )


def _check_glued(block: Block, content: str, findings: Findings) -> None:
    """A list that begins with another number than 1 needs a blank line above it; without one it
    is the paragraph's next line to every exact reader."""
    for offset, line in enumerate(content.split("\n")):
        if offset and _GLUED.match(line):
            findings.warning(
                "nearly_a_step",
                block.first + offset,
                1,
                "This looks like a step, but is read as part of the paragraph above it.",
                "Leave a blank line above it.",
            )
