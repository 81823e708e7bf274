"""Mistakes in guard blocks are found at their line and column in the runbook."""

from __future__ import annotations

import pytest

from lib.units import lengths, numbers
from runbooks.enums import Level
from runbooks.procedure.model import Finding
from runbooks.procedure.parser import parse

ERROR = Level.ERROR
PARAMETERS = "---\nparameters:\n  dump: {type: copy}\n  target: {type: instance}\n---\n"
GUARDS = [
    (
        "overwrites: {target: target, from: dump}",
        "unknown_key",
        3,
        "`overwrites` is not known in a guard block.",
        "Did you mean `overwrite`?",
    ),
    (
        "freeze: targt",
        "unknown_parameter",
        11,
        "`freeze` names `targt`, which is no declared parameter.",
        "Did you mean `target`?",
    ),
    (
        "freeze: other",
        "unknown_parameter",
        11,
        "`freeze` names `other`, which is no declared parameter.",
        "Declare it under `parameters:` at the top.",
    ),
    (
        "freeze: dump",
        "wrong_parameter",
        11,
        "`freeze` needs a parameter of type `instance`, but `dump` is of type `copy`.",
        "",
    ),
    (
        "overwrite: target",
        "wrong_type",
        14,
        "`overwrite` must be a group of keys, but here is `target`.",
        "Write `target: …, from: …`.",
    ),
    ("overwrite: {target: target}", "missing_key", 14, "`overwrite` lacks `from`.", ""),
    (
        "undo: rename-bak",
        "unknown_target",
        9,
        "`undo` names `rename-bak`, which is no section or step of this runbook.",
        "Did you mean `rename-back`?",
    ),
    (
        "on_mismatch: Else where",
        "unknown_target",
        16,
        "`on_mismatch` names `Else where`, which is no section or step of this runbook.",
        "Give the section or step an id: `{#else-where}`.",
    ),
    (
        "decide: {question: a, options: {b: a, c: }}",
        "unknown_target",
        38,
        "`b` names `a`, which is no section of this runbook.",
        "Give the section an id: `{#a}`.",
    ),
    (
        "countersign: befor",
        "wrong_type",
        16,
        "`countersign` must be `before` or `after`, but here is `befor`.",
        "Did you mean `before`?",
    ),
    (
        "optional: maybe",
        "wrong_type",
        13,
        "`optional` must be `true` or `false`, but here is `maybe`.",
        "",
    ),
    (
        "duration: {max: 2}",
        "wrong_type",
        19,
        "`max` must be a duration, but here is `2`.",
        f"“2” is not a duration: it has no unit. {lengths.HINT}",
    ),
    (
        "duration: {min: 3m, max: 2m}",
        "order",
        13,
        "A duration needs `min` ≤ `expected` ≤ `max`.",
        "",
    ),
    (
        "record: {x: {type: numbr}}",
        "wrong_type",
        22,
        "`type` must be `text`, `number`, `datetime`, "
        "`duration`, `bytes`, `sha256`, `choice` or `file`, but here is `numbr`.",
        "Did you mean `number`?",
    ),
    (
        "record: {x: {type: number, equals: a}}",
        "wrong_type",
        38,
        "`equals` must be a number, but here is `a`.",
        f"“a” is not a number. {numbers.HINT}",
    ),
    (
        "record: {x: {type: datetime, min: 2026-01-01T08:00}}",
        "wrong_type",
        37,
        "`min` must be a date "
        "and time with its zone, such as `2026-03-01 08:00 UTC`, but here is `2026-01-01T08:00`.",
        "Write the time zone, e.g. 2026-01-01T08:00 UTC, or 2026-01-01T08:00 +01:00.",
    ),
    (
        "record: {x: {type: text, max: 2}}",
        "unfit",
        33,
        "`max` means nothing for a value of type `text`.",
        "",
    ),
    (
        "record: {x: {type: number, file: true}}",
        "unfit",
        36,
        "`x` cannot be a file and of type `number`.",
        "Record the file as a value of its own.",
    ),
    (
        "record: {x: {type: number, min: 3, max: 2}}",
        "order",
        35,
        "`min` is greater than `max`.",
        "",
    ),
    (
        "record: {x: {type: number, within: {of: y, tolerance: 2}}}",
        "comparison",
        38,
        "`y` is not recorded before this step.",
        "",
    ),
    (
        "record: {x: {type: datetime, within: {of: clients, tolerance: 5m}}}",
        "comparison",
        40,
        "A value of type `datetime` cannot be compared with `clients`, which is of type `number`.",
        "",
    ),
    (
        "record: {x: {type: number, min: '1,234'}}",
        "wrong_type",
        35,
        "`min` must be a number, but here is `1,234`.",
        "“1,234” can mean 1234 or 1.234. Write 1234, or 1.234 with a decimal point.",
    ),
    (
        "record: {x: {type: bytes, min: 4K}}",
        "wrong_type",
        34,
        "`min` must be a number of bytes, such as `1048576` or `20 MB`, but here is `4K`.",
        "“4K” can mean 4,000 bytes (kB) or 4,096 bytes (KiB, as ls -h and du -h print it)."
        " Write kB or KiB, or the bytes.",
    ),
    (
        "record: {x: {type: number, within: {of: clients, tolerance: -5}}}",
        "wrong_type",
        63,
        "`tolerance` must be a number, but here is `-5`.",
        "A tolerance is not below zero, and here is -5.",
    ),
    (
        "record: {x: {type: number, within: {of: clients, tolerance: 5m}}}",
        "wrong_type",
        63,
        "`tolerance` must be a number, but here is `5m`.",
        f"“5m” is not a number. {numbers.HINT}",
    ),
    (
        "record: []",
        "wrong_type",
        11,
        "`record` must be a group of named values, but here is a list.",
        "Write `record:` and below it, indented, `name: {type: number}`.",
    ),
    (
        "wait: {expect: y, expects: x}",
        "unknown_key",
        21,
        "`expects` is not known in `wait`.",
        "Did you mean `expect`?",
    ),
    (
        "just text",
        "wrong_type",
        3,
        "A guard block must be a group of keys, but here is `just text`.",
        "Write `record: …, countersign: …`.",
    ),
]


def guarded(guard: str) -> str:
    """A runbook in which the first line of `guard` is line 19."""
    lines = "".join(f"  {line}\n" for line in guard.split("\n"))
    return (
        f"{PARAMETERS}- [ ] first\n\n  ```guard\n  record: {{clients: {{type: number}}}}\n  ```\n\n"
        f"## Way {{#rename-back}}\n\ntext\n\n- [ ] a {{#a}}\n\n  ```guard\n{lines}  ```\n"
    )


@pytest.mark.parametrize("case", GUARDS, ids=lambda case: case[0])
def test_mistakes_in_a_guard_block(case):
    guard, code, column, sentence, suggestion = case
    parsed = parse(guarded(guard).encode())
    assert parsed.findings == (Finding(f"syntax.{code}", ERROR, 19, column, sentence, suggestion),)


def test_lines_below_the_first_are_right_too():
    (finding,) = parse(guarded("hold: decider\nhold: decider").encode()).findings
    assert (finding.code, finding.line, finding.column) == ("syntax.duplicate_key", 20, 3)


@pytest.mark.parametrize("other", ["hold: decider", "record: {x: }", "freeze: target", "undo: a"])
def test_a_step_with_any_other_guard_is_never_optional(other):
    (finding,) = parse(guarded(f"optional: true\n{other}").encode()).findings
    assert (finding.code, finding.line) == ("syntax.optional", 20)


def test_optional_goes_with_role_and_duration():
    guard = "optional: yes\nrole: verifier\nduration: {max: 2m}"
    parsed = parse(guarded(guard).encode())
    assert parsed.findings == ()
    assert parsed.procedure.steps[1].guard.optional is True


def test_broken_front_matter_does_not_blame_the_guards():
    source = guarded("freeze: target").replace("type: instance", "type: instanc")
    assert [f.line for f in parse(source.encode()).findings] == [4]
