"""The script in the docs verifies an export, and needs nothing of the product."""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from runbooks.log.export import export as exported
from runbooks.machine.moves.run import Abort
from tests.factories.runs import play
from tests.runbooks import texts

SCRIPT = Path(__file__).resolve().parents[3] / "docs" / "verify_export.py"


def check(export: dict[str, Any], folder: Path) -> tuple[int, str]:
    path = folder / "export.json"
    path.write_text(json.dumps(export), encoding="utf-8")
    command = [sys.executable, "-I", str(SCRIPT), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_the_script_is_standard_library_alone() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    imported |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert {str(name).partition(".")[0] for name in imported} <= sys.stdlib_module_names


@pytest.mark.django_db
def test_an_export_verifies_until_somebody_touches_it(at: datetime, tmp_path: Path) -> None:
    game = play(texts.PLAIN.replace(b"Look", "Schau – ✓".encode()), at)
    game.tick(0)
    export = exported(game.run)
    assert check(export, tmp_path)[0] == 0

    def forged(change: Any) -> str:
        other = copy.deepcopy(export)
        change(other)
        code, output = check(other, tmp_path)
        assert code == 1
        return output

    def text(number: int, old: str, new: str) -> Any:
        def change(other: dict[str, Any]) -> None:
            event = other["events"][number - 1]
            assert old in event["text"]
            event["text"] = event["text"].replace(old, new)

        return change

    assert "Event 6: the text" in forged(text(6, "Operator", "Nobody"))
    assert "does not end" in forged(lambda other: other["events"].pop())
    assert "Event 3 is missing" in forged(lambda other: other["events"].pop(2))
    assert "first event names" in forged(lambda o: o["revision"].update(source="other"))
    assert "first event names" in forged(lambda o: o["revision"].update(sha256="0" * 64))
    assert "Event 4" in forged(lambda o: o["events"].insert(3, o["events"].pop(4)))
    assert "does not end" in forged(lambda other: other.update(events=[]))


@pytest.mark.django_db
def test_the_text_is_withheld_until_the_run_has_ended(at: datetime, tmp_path: Path) -> None:
    game = play(texts.PLAIN, at)
    running = exported(game.run)
    assert running["revision"]["source"] is None
    assert "until the run has ended" in running["revision"]["withheld"]
    code, output = check(running, tmp_path)
    assert code == 0
    assert "withheld until the run has ended; its SHA-256 is the one" in output
    assert game.run.revision.sha256 in output
    other = copy.deepcopy(running)
    other["revision"]["sha256"] = "0" * 64
    assert "first event names" in check(other, tmp_path)[1]

    game.move(Abort, reason="Tried out.")
    ended = exported(game.run)
    assert ended["revision"]["source"].encode() == texts.PLAIN
    assert ended["revision"]["withheld"] == ""
    code, output = check(ended, tmp_path)
    assert (code, "withheld" in output) == (0, False)
    ended["revision"]["source"] = None
    assert "is missing, although the run has ended" in check(ended, tmp_path)[1]
