"""Reports on linted files: lines for people, JSON, and SARIF 2.1.0, the form that code hosts and
editors read (OASIS, Static Analysis Results Interchange Format).

Pure: plain data in, text or plain data out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from runbooks.enums import Level
from runbooks.lint.findings import LintResult, NotedFinding
from runbooks.lint.rule import LintRule
from runbooks.procedure.model import Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.HINT: "note"}
#: What a code that is no rule of the linter has in common with all others of its kind.
_KINDS = {
    "syntax": "The text does not follow the runbook format.",
    "library": "The text does not fit what is kept in this house.",
    "waive": "A waiver in the front matter does nothing.",
}


@dataclass(frozen=True)
class Linted:
    """A file and what was found in it; `unreadable` is a sentence when it could not be opened."""

    path: str
    result: LintResult = LintResult()
    unreadable: str = ""


def lines(files: Iterable[Linted]) -> Iterator[str]:
    """One finding a line, in the form that editors jump from: `file:line:column: level code …`.
    A waived one says so, and why, and is no error any more."""
    for file in files:
        for noted in file.result.noted:
            finding = noted.finding
            level = "waived" if noted.waived else finding.level.value
            why = f" Waived: {noted.waived}" if noted.waived else ""
            yield (
                f"{file.path}:{finding.line}:{finding.column}: {level} {finding.code}"
                f" {_message(finding)}{why}"
            )


def data(files: Iterable[Linted]) -> list[dict[str, object]]:
    """One object a finding: `file`, the fields of the finding, and `waived`, the reason or null."""
    return [
        {"file": file.path, **dataclasses.asdict(noted.finding), "waived": noted.waived or None}
        for file in files
        for noted in file.result.noted
    ]


def sarif(files: Sequence[Linted], rules: Mapping[str, LintRule]) -> dict[str, Any]:
    """A SARIF log of one run over `files`. `rules` are those of the linter, by code; other codes,
    the parser's say, are described by their kind.

    A waived finding carries a suppression "inSource", justified by the reason of its waiver. A file
    that could not be opened makes the invocation unsuccessful, with a notification.
    """
    met = {noted.finding.code for file in files for noted in file.result.noted}
    codes = [*rules, *sorted(met - set(rules))]
    numbers = {code: number for number, code in enumerate(codes)}
    unread = [file for file in files if file.unreadable]
    run = {
        "tool": {
            "driver": {
                "name": "Countersign",
                "rules": [_rule(code, rules.get(code)) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": uri(file.path)}} for file in files],
        "invocations": [
            {
                "executionSuccessful": not unread,
                "toolExecutionNotifications": [_unread(file) for file in unread],
            }
        ],
        "results": [
            _result(file.path, place, noted, numbers)
            for place, file in enumerate(files)
            for noted in file.result.noted
        ],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def uri(path: str) -> str:
    """A path as SARIF takes it: a relative one with `/` and percent signs, another as `file://`."""
    pure = PurePath(path)
    return pure.as_uri() if pure.is_absolute() else quote(pure.as_posix())


def _message(finding: Finding) -> str:
    return f"{finding.sentence} {finding.suggestion}".strip()


def _rule(code: str, rule: LintRule | None) -> dict[str, object]:
    if rule is None:
        summary = _KINDS.get(code.partition(".")[0], "Something is to be put right.")
        return {
            "id": code,
            "shortDescription": {"text": summary},
            "help": {"text": "Each finding says what is wrong and what to write instead."},
        }
    return {
        "id": code,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.reason},
        "help": {"text": f"{rule.summary}\n\n{rule.reason}"},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
    }


def _result(
    path: str, place: int, noted: NotedFinding, numbers: Mapping[str, int]
) -> dict[str, object]:
    finding = noted.finding
    result: dict[str, object] = {
        "ruleId": finding.code,
        "ruleIndex": numbers[finding.code],
        "level": _LEVELS[finding.level],
        "message": {"text": _message(finding)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri(path), "index": place},
                    "region": {"startLine": finding.line, "startColumn": finding.column},
                }
            }
        ],
    }
    if noted.waived:
        result["suppressions"] = [
            {"kind": "inSource", "status": "accepted", "justification": noted.waived}
        ]
    return result


def _unread(file: Linted) -> dict[str, object]:
    return {
        "level": "error",
        "message": {"text": file.unreadable},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(file.path)}}}],
    }
