"""From an outline to a procedure."""

from __future__ import annotations

from dataclasses import dataclass, field

from richtext.reader import Block, Document
from runbooks.enums import Use
from runbooks.procedure.model import Guard, ParameterSpec, Procedure, Step
from runbooks.procedure.parser.bodies import HtmlWriter
from runbooks.procedure.parser.findings import Findings, did_you_mean
from runbooks.procedure.parser.frontmatter import FrontMatter, FrontMatterKeys
from runbooks.procedure.parser.guards import read_guard
from runbooks.procedure.parser.keys import Ids
from runbooks.procedure.parser.outline import Outline, SectionOutline, TaskItem
from runbooks.procedure.parser.readers import Context
from runbooks.procedure.parser.stray import stray_lists
from runbooks.procedure.parser.yamltext import YamlPlace
from runbooks.procedure.sections import Section

VERSION = "3"
_LEFT_OUT: FrontMatterKeys = {
    "system": "",
    "use": Use.STEP_BY_STEP,
    "purpose": "",
    "worst_case": "",
    "abort_rule": "",
    "on_abort": "",
    "entry": (),
    "do_not_use_if": (),
    "parameters": (),
}


@dataclass
class Assembly:
    """What is known of a runbook while it is put together. Items and parts are named by `id()`:
    they are mutable and live as long as their outline."""

    outline: Outline
    document: Document
    front: FrontMatter
    lines: list[str]
    findings: Findings
    keys: dict[int, str] = field(default_factory=dict)
    guards: dict[int, Guard] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, ParameterSpec]:
        return {spec.name: spec for spec in self.front.values.get("parameters", ())}

    def name(self) -> None:
        """Give every section and step its id."""
        ids = Ids()
        items = [item for _, item in self.outline.items()]
        captions = [(part.caption, part.line) for part in self.outline.parts]
        captions += [(item.caption, item.block.first) for item in items]
        for caption, line in captions:
            if caption and caption.id:
                ids.claim(caption, line, self.findings)
        for part in self.outline.parts:
            title = part.caption.title if part.caption else "Steps"
            own = part.caption.id if part.caption else ""
            self.keys[id(part)] = own or ids.make(title, "section")
        for item in items:
            self.keys[id(item)] = item.caption.id or ids.make(item.caption.title, "step")

    def demand(self) -> None:
        """Read every guard block, in ticking order."""
        items = [item for _, item in self.outline.items()]
        sections = frozenset(self.keys[id(part)] for part in self.outline.parts)
        steps = frozenset(self.keys[id(item)] for item in items)
        context = Context(
            self.findings, self.parameters, sections, steps, all_parameters=self.front.whole
        )
        broken = self.findings.lines_of("open_fence")
        for item in items:
            for block in (guard for guard in item.guards[:1] if guard.first not in broken):
                place = content_place(block, self.lines)
                self.guards[id(item)] = read_guard(block.token.content, place, context)

    def procedure(self) -> Procedure:
        """The finished procedure, with its HTML."""
        writer = HtmlWriter(self.document.environment, self.parameters, self.lines)
        values: FrontMatterKeys = {**_LEFT_OUT, **self.front.values, "title": self.outline.title}
        self._check_on_abort(values["on_abort"])
        intro, commands = writer.text(self.outline.intro)
        return Procedure(
            **values,
            intro_html=intro,
            intro_commands=commands,
            intro_lists=tuple(stray_lists(self.outline.intro, "")),
            sections=tuple(self._section(part, writer) for part in self.outline.parts),
            steps=self._steps(writer),
            parser=VERSION,
        )

    def _check_on_abort(self, wanted: str) -> None:
        """The way back of an abort must be a section off the main path."""
        asides = [
            self.keys[id(part)]
            for part in self.outline.parts
            if part.caption is not None and "aside" in part.caption.classes
        ]
        if not wanted or wanted in asides:
            return
        numbers = [n for n, text in enumerate(self.lines, 1) if text.startswith("on_abort:")]
        self.findings.error(
            "unknown_id",
            numbers[0] if numbers else 1,
            1,
            f"`on_abort`: no section marked `{{.aside}}` has the id `{wanted}`.",
            did_you_mean(wanted, asides) or "Mark the section's heading with `{#id .aside}`.",
        )

    def _section(self, part: SectionOutline, writer: HtmlWriter) -> Section:
        title = part.caption.title if part.caption else ""
        html, commands = writer.text(part.body)
        return Section(
            key=self.keys[id(part)],
            title=title,
            html=html,
            line=part.line,
            aside=part.caption is not None and "aside" in part.caption.classes,
            commands=commands,
            lists=tuple(stray_lists(part.body, title)),
        )

    def _steps(self, writer: HtmlWriter) -> tuple[Step, ...]:
        order = list(self.outline.items())
        index = {id(item): number for number, (_, item) in enumerate(order)}
        places = _places(self.outline, index)
        steps = []
        for number, (part, item) in enumerate(order):
            body, commands = writer.body(item.body)
            label, parent, depth = places[id(item)]
            steps.append(
                Step(
                    index=number,
                    key=self.keys[id(item)],
                    number=label,
                    title=item.caption.title or f"Step {label}",
                    title_html=writer.title(item.caption) or f"Step {label}",
                    body_html=body,
                    section=self.keys[id(part)],
                    guard=self.guards.get(id(item), Guard()),
                    line=item.block.first,
                    last_line=last_line(item.block, self.lines),
                    parent=parent,
                    depth=depth,
                    commands=commands,
                )
            )
        return tuple(steps)


def content_place(block: Block, lines: list[str]) -> YamlPlace:
    """Where the content of a fenced block stands: the line below the fence, and its indent."""
    first = block.token.content.split("\n", 1)[0]
    line = block.first + 1
    written = lines[line - 1] if line <= len(lines) else ""
    indent = len(written) - len(first) if written.endswith(first) else 0
    return YamlPlace(line, indent)


def last_line(block: Block, lines: list[str]) -> int:
    """The last line of a block that is not blank; the reader counts blank lines after an item."""
    last = min(block.last, len(lines))
    while last > block.first and not lines[last - 1].strip(" \t>"):
        last -= 1
    return last


def _places(outline: Outline, index: dict[int, int]) -> dict[int, tuple[str, int | None, int]]:
    """Of each item: the number that people say, the index of its step, its depth."""
    places: dict[int, tuple[str, int | None, int]] = {}

    def visit(
        items: list[TaskItem], prefix: str, parent: int | None, depth: int, start: int
    ) -> None:
        for number, item in enumerate(items, start):
            places[id(item)] = (f"{prefix}{number}", parent, depth)
            visit(item.children, f"{prefix}{number}.", index[id(item)], depth + 1, 1)

    start = 1
    for part in outline.parts:
        visit(part.items, "", None, 0, start)
        start += len(part.items)
    return places
