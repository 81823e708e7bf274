"""The parser: one Markdown file to a procedure and findings. The format is documented for authors
in `docs/reference/runbook-format.md`."""

from __future__ import annotations

from dataclasses import dataclass

from richtext.reader import MAX_CHARACTERS, TextTooHard, plain_lines, read
from runbooks.procedure.model import Finding, Procedure
from runbooks.procedure.parser.assembly import VERSION, Assembly
from runbooks.procedure.parser.checks import check_blocks, check_steps
from runbooks.procedure.parser.findings import Findings
from runbooks.procedure.parser.frontmatter import read_front_matter
from runbooks.procedure.parser.outline import is_guard, outline
from runbooks.procedure.parser.placeholders import check_placeholders

__all__ = ["MAX_BYTES", "VERSION", "Parsed", "parse"]

MAX_BYTES = MAX_CHARACTERS


@dataclass(frozen=True)
class Parsed:
    """What a source says. `procedure` is None exactly when a finding is an error; findings stand
    in the order of the source."""

    procedure: Procedure | None
    findings: tuple[Finding, ...]


def parse(source: bytes, *, name: str = "") -> Parsed:
    """Read a runbook. Never raises for what stands in `source`, and refuses what would cost too
    much to read.

    `name` is the title when the text has none: the name of the file, say.
    """
    findings = Findings()
    text = _decoded(source, findings)
    procedure = None if text is None else _procedure(text, name, findings)
    return Parsed(None if findings.has_errors else procedure, findings.sorted())


def _procedure(text: str, name: str, findings: Findings) -> Procedure | None:
    lines = text.split("\n")
    front = read_front_matter(text, findings)
    try:
        document = read(front.body)
    except TextTooHard as error:
        findings.error("too_hard", error.line, 1, str(error), "Split it.")
        return None
    blocks = [block for root in document.blocks for block in root.walk()]
    outlined = outline(document, front.values.get("title", ""))
    outlined.title = outlined.title or name or "Untitled"
    assembly = Assembly(outlined, document, front, lines, findings)
    check_blocks(blocks, lines, findings)
    check_steps(outlined, findings)
    assembly.name()
    assembly.demand()
    commands = (block for block in blocks if not is_guard(block))
    check_placeholders(commands, assembly.parameters, lines, findings)
    # Text is rendered last: it costs the most, and a source with errors is not stored as HTML.
    return None if findings.has_errors else assembly.procedure()


def _decoded(source: bytes, findings: Findings) -> str | None:
    if len(source) > MAX_BYTES:
        findings.error(
            "too_large",
            1,
            1,
            f"The file has {len(source):,} bytes; at most {MAX_BYTES:,} are read.",
            "Split it.",
        )
        return None
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = source[: error.start]
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        line = before.count(b"\n") + 1
        findings.error(
            "encoding",
            line,
            column,
            f"The text is not UTF-8 from line {line} on.",
            "Save the file as UTF-8.",
        )
        return None
    place = text.find("\0")
    if place >= 0:
        line = text.count("\n", 0, place) + 1
        column = place - text.rfind("\n", 0, place)
        findings.error("encoding", line, column, "The text holds a NUL character.", "Remove it.")
        return None
    return plain_lines(text)
