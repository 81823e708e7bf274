"""Small runbooks, each with things in it that a run can trip over."""

from __future__ import annotations

import textwrap

from runbooks.procedure.model import Procedure
from runbooks.procedure.parser import parse


def text(*items: str, front: str = "") -> bytes:
    """A runbook. An item is a step's title and, below it, the lines of its guard; two blanks ahead
    make a sub-step, and `# Title` a section."""
    lines = ["---", "title: Tried", *front.splitlines(), "---", ""]
    for item in items:
        title, _, guard = item.partition("\n")
        if title.startswith("#"):
            lines += [f"#{title}", ""]
            continue
        indent = " " * (len(title) - len(title.lstrip()))
        lines += [f"{indent}- [ ] {title.strip()}", ""]
        if guard:
            block = f"```guard\n{textwrap.dedent(guard).strip()}\n```\n"
            lines += [*textwrap.indent(block, f"{indent}  ").splitlines(), ""]
    return "\n".join(lines).encode()


def procedure(source: bytes) -> Procedure:
    """What the parser reads; fails with its findings when it refuses."""
    parsed = parse(source)
    assert parsed.procedure is not None, parsed.findings
    return parsed.procedure


PLAIN = text("Stop the writers", "Read the newest row", "Tell everybody")
SUBSTEPS = text("Stop the writers", "  the jobs", "  the application", "Read the newest row")
BEFORE = text("Look", "Rename\ncountersign: before\nundo: back", "Tell", "# Back {.aside}", "Undo")
AFTER = text(
    "Look", "Count\nrecord: {rows: {type: number}, seen: {type: text}}\ncountersign: after", "Tell"
)
TEAM_CHECK = text("Say it aloud\nteam_check: {fresh_for: 10m}", "Go on")
HOLD = text("Say it\nhold: decider", "Read back\nrole: verifier\ncountersign: before", "Tell")
AT_ONCE = text("Open it\ncountersign: before", "Tell")
OPTIONAL = text("Look\noptional: true", "Tell")
MISMATCH = text(
    "Count\nrecord: {rows: {type: number, equals: 0}}\non_mismatch: look",
    "Tell",
    "# Look {.aside}",
    "Find out",
)
ABORT = text("Open", "Write\nundo: back", "Close", "# Back {.aside}", "Undo",
             "# Way out {.aside}", "Leave", front="on_abort: way-out")  # fmt: skip
BRANCHES = text(
    "# Start",
    "Choose\ndecide:\n  question: Which?\n  options: {left: left, right: right, off: off}",
    "# Left",
    "Go left\nundo: off",
    "# Right",
    "Go right\noptional: true",
    "# Off {.aside}",
    "Go off",
)
LOOP = text(
    "Go\ndecide:\n  question: Try?\n  options: {try: loop, skip: ''}",
    "End",
    "# Loop {.aside}",
    "Do it",
    "Judge\ndecide:\n  question: Good?\n  options: {again: loop, fine: ''}",
)
FILE = text("Keep\nrecord: {listing: {type: file}}", "Tell")

ALL = {
    "plain": PLAIN,
    "sub-steps": SUBSTEPS,
    "before": BEFORE,
    "after": AFTER,
    "hold": HOLD,
    "optional": OPTIONAL,
    "mismatch": MISMATCH,
    "abort": ABORT,
    "branches": BRANCHES,
    "loop": LOOP,
    "file": FILE,
}
