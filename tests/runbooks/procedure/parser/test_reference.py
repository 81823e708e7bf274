"""The reference for authors says what the parser does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from richtext import reader
from runbooks.procedure import parser
from runbooks.procedure.code_kinds import CodeKind
from runbooks.procedure.parser import checks, frontmatter
from runbooks.procedure.parser.frontmatter import FRONT_MATTER_KEYS
from runbooks.procedure.parser.guardkeys import GUARD_KEYS
from runbooks.procedure.parser.parameters import PARAMETER_KEYS
from runbooks.procedure.parser.placeholders import FIELDS
from runbooks.procedure.parser.readers import Key
from runbooks.procedure.parser.values import VALUE_KEYS

ROOT = Path(__file__).resolve().parents[4]
REFERENCE = (ROOT / "docs/reference/runbook-format.md").read_text(encoding="utf-8")


def row(key: Key) -> str:
    """One line of a table of keys."""
    takes, example = (text.replace("|", "\\|") for text in (key.takes, key.example))
    name = f"`{key.name}`"
    return f"| {name} | {takes} | `{example}` | {key.demands} |"


@pytest.mark.parametrize("key", GUARD_KEYS, ids=lambda key: key.name)
def test_guard_keys(key):
    assert row(key) in REFERENCE


@pytest.mark.parametrize("keys", [VALUE_KEYS, PARAMETER_KEYS, FRONT_MATTER_KEYS])
def test_other_keys(keys):
    assert [row(key) for key in keys if row(key) not in REFERENCE] == []


def test_every_code_of_a_finding_is_listed():
    folder = Path(parser.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    used = set(re.findall(r"\.(?:error|warning)\(\s*\"(\w+)\"", source))
    listed = set(re.findall(r"^\| `syntax\.(\w+)` \|", REFERENCE, re.MULTILINE))
    assert used == listed


@pytest.mark.parametrize(
    "limit",
    [
        parser.MAX_BYTES,
        reader.MAX_BLOCK_CHARACTERS,
        reader.MAX_BLOCK_LINES,
        reader.MAX_BRACKETS,
        reader.MAX_MARKS,
        reader.MAX_BLOCKS,
        reader.MAX_NESTING,
        checks.MAX_STEPS,
        frontmatter.MAX_FRONT_MATTER,
    ],
)
def test_limits(limit):
    assert f"| {limit:,} |" in REFERENCE


def kind_row(kind: CodeKind) -> str:
    """One line of the table of the kinds of code."""
    labels, sessions = (
        ", ".join(f"`{label}`" if label else "no label" for label in names)
        for names in (kind.value.labels, kind.value.sessions)
    )
    run = "run" if kind.is_run else "shown"
    return f"| {kind.value.called} | {labels} | {sessions} | {run} | {kind.fills.value} |"


@pytest.mark.parametrize("kind", CodeKind, ids=lambda kind: kind.name)
def test_kinds_of_code(kind):
    assert kind_row(kind) in REFERENCE


def test_each_label_belongs_to_one_kind():
    labels = [label for kind in CodeKind for label in (*kind.value.labels, *kind.value.sessions)]
    assert len(labels) == len(set(labels))
    assert all(label == label.casefold() for label in labels)


def test_fields():
    for word in (field for fields in FIELDS.values() for field in fields):
        assert f"`{word}`" in REFERENCE


def test_the_example_of_the_reference_is_a_good_runbook():
    example = REFERENCE.split("````markdown\n")[1].split("````")[0]
    parsed = parser.parse(example.encode())
    assert parsed.findings == ()
    assert parsed.procedure is not None
    assert len(parsed.procedure.steps) == 5
