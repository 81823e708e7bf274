"""YAML as a tree with places. Nothing is converted: `08:00` stays `08:00`, `yes` stays `yes`, and
each reader takes the words as the author wrote them."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from runbooks.procedure.parser.findings import Findings

MAX_DEPTH = 12
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOL = "tag:yaml.org,2002:bool"
_TRUE = frozenset({"true", "yes", "on"})


@dataclass(frozen=True)
class YamlPlace:
    """Where a YAML text stands in the source: `line` (from 1) of its first line, and by how many
    characters it is indented."""

    line: int
    indent: int = 0


@dataclass(frozen=True)
class Value:
    """A node with its place in the source."""

    node: yaml.Node
    place: YamlPlace
    source: str

    @property
    def line(self) -> int:
        return self.place.line + int(self.node.start_mark.line)

    @property
    def column(self) -> int:
        return self.place.indent + int(self.node.start_mark.column) + 1

    @property
    def is_empty(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and not self.node.value.strip()

    @property
    def kind(self) -> str:
        """What the author wrote, for a sentence."""
        if isinstance(self.node, yaml.MappingNode):
            return "a group of keys"
        if isinstance(self.node, yaml.SequenceNode):
            return "a list"
        return "nothing" if self.is_empty else f"`{self.node.value}`"

    def text(self) -> str | None:
        """The words of a scalar; None for a list or a group of keys."""
        return str(self.node.value) if isinstance(self.node, yaml.ScalarNode) else None

    def sentence(self) -> str | None:
        """Like `text`, and also a sentence with a colon in it, which YAML takes for a key and its
        value."""
        node = self.node
        if isinstance(node, yaml.MappingNode) and not node.flow_style and len(node.value) == 1:
            written = self.source[int(node.start_mark.index) : int(node.end_mark.index)].strip()
            return written if "\n" not in written else None
        return self.text()

    def boolean(self) -> bool | None:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag != _BOOL:
            return None
        return self.node.value.lower() in _TRUE

    def items(self) -> list[Value] | None:
        if not isinstance(self.node, yaml.SequenceNode):
            return None
        return [Value(child, self.place, self.source) for child in self.node.value]

    def pairs(self) -> list[tuple[Value, Value]] | None:
        if not isinstance(self.node, yaml.MappingNode):
            return None
        return [
            (Value(key, self.place, self.source), Value(value, self.place, self.source))
            for key, value in self.node.value
        ]


def read(source: str, place: YamlPlace, findings: Findings) -> Value | None:
    """The tree of a YAML text; None when it is empty or, with an error found, not readable."""
    try:
        if not _is_tame(source, place, findings):
            return None
        node = yaml.compose(source, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = place.line + (int(mark.line) if mark else 0)
        column = place.indent + (int(mark.column) if mark else 0) + 1
        findings.error(
            "yaml",
            line,
            column,
            f"This is not readable as YAML: {error.problem or error.context}.",
            "Put a text that contains `: `, `#`, quotes or brackets in quotation marks.",
        )
        return None
    except yaml.YAMLError as error:
        findings.error("yaml", place.line, 1, f"This is not readable as YAML: {error}.")
        return None
    return Value(node, place, source) if node is not None else None


def _is_tame(source: str, place: YamlPlace, findings: Findings) -> bool:
    """No aliases (a few lines of them can stand for gigabytes) and no absurd depth."""
    depth = 0
    for event in yaml.parse(source, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        mark = event.start_mark
        line = place.line + (int(mark.line) if mark else 0)
        column = place.indent + (int(mark.column) if mark else 0) + 1
        if isinstance(event, yaml.AliasEvent):
            findings.error(
                "yaml",
                line,
                column,
                "YAML aliases (`*name`) are not read here.",
                "Write the value out.",
            )
            return False
        if depth > MAX_DEPTH:
            findings.error("yaml", line, column, f"Nested more than {MAX_DEPTH} deep.")
            return False
    return True
