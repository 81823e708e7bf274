"""The command `lint_runbook`, and its three forms of answer."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from runbooks.enums import Level
from runbooks.lint.findings import LintResult, WaivedRule
from runbooks.lint.report import Linted, data, lines, sarif, uri
from runbooks.lint.rules import RULES
from runbooks.procedure.model import Finding
from tests.factories import inventory
from tests.factories.library import DESTROYING, PLAIN, waiving

BROKEN = PLAIN + b"\n  ```guard\n  overwrites: x\n  ```\n"
FOUND = Finding("L22", Level.ERROR, 8, 3, "`rm` removes all.", "Move it.")
TICKED = Finding("syntax.ticked", Level.WARNING, 5, 1, "It is ticked.")
WAIVED = Finding("L10", Level.ERROR, 5, 7, "Nobody is stopped.", "Stop them.")
JUDGED = LintResult((TICKED, FOUND), (WaivedRule("L10", "There are no writers", "…", (WAIVED,)),))


def _file(folder: Path, name: str, source: bytes) -> str:
    path = folder / name
    path.write_bytes(source)
    return str(path)


def _lint(*arguments: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("lint_runbook", *arguments, stdout=out, stderr=StringIO())
    except SystemExit as left:
        return out.getvalue(), int(left.code or 0)
    return out.getvalue(), 0


def test_findings_have_file_line_and_column(tmp_path: Path) -> None:
    bad, good = _file(tmp_path, "bad.md", BROKEN), _file(tmp_path, "good.md", PLAIN)
    warned = _file(tmp_path, "warned.md", b"- [x] Water the pots\n")
    destroying = _file(tmp_path, "destroying.md", DESTROYING)
    assert _lint(good) == ("", 0)
    out, code = _lint(bad, good, warned)
    assert code == 1
    assert f"{bad}:10:3: error syntax." in out
    assert f"{warned}:1:1: warning syntax.ticked" in out
    assert _lint(warned)[1] == 0
    out, code = _lint(destroying)
    assert (f"{destroying}:8:3: error L22" in out, code) == (True, 1)


def test_waived_errors_are_told_and_let_the_file_pass(tmp_path: Path) -> None:
    path = _file(tmp_path, "waived.md", waiving(DESTROYING))
    out, code = _lint(path)
    assert code == 0
    assert f"{path}:9:3: waived L22" in out
    assert "Waived: a text of a test" in out
    assert ": error " not in out


def test_a_file_that_cannot_be_opened_ends_with_2_and_the_others_are_read(tmp_path: Path) -> None:
    bad = _file(tmp_path, "bad.md", BROKEN)
    out, code = _lint(str(tmp_path / "none.md"), bad)
    assert code == 2
    assert f"{bad}:10:3: error" in out
    log, code = _lint(str(tmp_path / "none.md"), "--format", "sarif")
    [run] = json.loads(log)["runs"]
    assert (run["invocations"][0]["executionSuccessful"], code) == (False, 2)


def test_json_says_each_finding(tmp_path: Path) -> None:
    bad = _file(tmp_path, "bad.md", BROKEN)
    out, code = _lint(bad, "--format", "json")
    [finding] = json.loads(out)
    assert (finding["file"], finding["line"], finding["level"], code) == (bad, 10, "error", 1)
    assert finding["waived"] is None


def test_a_system_must_be_known(tmp_path: Path, operator: User, at: Any) -> None:
    inventory.system(operator, at)
    path = _file(tmp_path, "good.md", PLAIN)
    with pytest.raises(CommandError, match="no system 'legder'. It has: ledger.") as error:
        _lint(path, "--system", "legder")
    assert error.value.returncode == 2
    assert _lint(path, "--system", "ledger")[1] == 0


def test_lines_keep_the_order_of_the_source_and_call_waived_ones_so() -> None:
    assert list(lines([Linted("a b.md", JUDGED)])) == [
        "a b.md:5:1: warning syntax.ticked It is ticked.",
        "a b.md:5:7: waived L10 Nobody is stopped. Stop them. Waived: There are no writers",
        "a b.md:8:3: error L22 `rm` removes all. Move it.",
    ]
    assert [row["waived"] for row in data([Linted("x", JUDGED)])] == [
        None,
        "There are no writers",
        None,
    ]


def _no_other_keys(thing: dict[str, Any], required: set[str], more: set[str]) -> None:
    assert required <= set(thing) <= required | more


def test_sarif_has_the_shape_of_2_1_0() -> None:
    """The essentials of the schema: what is required, no key that it does not know, the words of
    its enumerations, and every index that leads somewhere."""
    log = sarif([Linted("book/a b.md", JUDGED), Linted("/x/ü.md")], RULES)
    _no_other_keys(log, {"version", "runs"}, {"$schema"})
    assert (log["version"], "sarif-2.1.0" in log["$schema"]) == ("2.1.0", True)
    [run] = log["runs"]
    _no_other_keys(run, {"tool", "results"}, {"columnKind", "artifacts", "invocations"})
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "Countersign"
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        _no_other_keys(
            rule, {"id"}, {"shortDescription", "fullDescription", "help", "defaultConfiguration"}
        )
        assert rule["help"]["text"]
        level = rule.get("defaultConfiguration", {}).get("level", "none")
        assert level in {"none", "note", "warning", "error"}
    assert [artifact["location"]["uri"] for artifact in run["artifacts"]] == [
        "book/a%20b.md",
        "file:///x/%C3%BC.md",
    ]
    for result in run["results"]:
        _no_other_keys(
            result, {"message"}, {"ruleId", "ruleIndex", "level", "locations", "suppressions"}
        )
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        place = result["locations"][0]["physicalLocation"]
        artifact = run["artifacts"][place["artifactLocation"]["index"]]["location"]
        assert artifact["uri"] == place["artifactLocation"]["uri"]
        assert place["region"]["startLine"] >= 1
        assert place["region"]["startColumn"] >= 1


def test_sarif_says_levels_places_and_why_something_is_waived() -> None:
    [run] = sarif([Linted("a.md", JUDGED)], RULES)["runs"]
    ticked, waived, result = run["results"]
    assert (ticked["level"], result["level"]) == ("warning", "error")
    assert result["message"]["text"] == "`rm` removes all. Move it."
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 8,
        "startColumn": 3,
    }
    assert waived["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "There are no writers"}
    ]
    assert "suppressions" not in result
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert set(RULES) <= set(rules)
    assert rules["L22"]["fullDescription"]["text"] == RULES["L22"].reason
    assert "format" in rules["syntax.ticked"]["shortDescription"]["text"]


def test_a_file_that_was_not_read_is_no_success() -> None:
    [run] = sarif([Linted("a.md", unreadable="a.md cannot be read: gone.")], RULES)["runs"]
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    [notification] = invocation["toolExecutionNotifications"]
    assert (notification["level"], "gone" in notification["message"]["text"]) == ("error", True)
    [run] = sarif([Linted("a.md", JUDGED)], RULES)["runs"]
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


@pytest.mark.parametrize(
    ("path", "address"),
    [("a/b.md", "a/b.md"), ("é #1.md", "%C3%A9%20%231.md"), ("/a", "file:///a")],
)
def test_paths_become_addresses(path: str, address: str) -> None:
    assert uri(path) == address
