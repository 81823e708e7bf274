"""The log of a run by API: its lines, what they hide, its export, its verdict, its files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from runbooks.log import chain
from runbooks.machine.moves.log import Note, StrikeOut
from runbooks.machine.moves.second_person import Countersign
from tests.factories.api import Programs
from tests.flushing import forging
from tests.runbooks.live.live_world import ROOT


def lines(programs: Programs, who: str = "operator", query: str = "") -> list[dict[str, Any]]:
    answer = programs.get(who, f"events/{query}")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def test_the_log_in_sentences(programs: Programs) -> None:
    programs.run.start().measured()
    programs.send("verifier", "tick", step=0)
    entries = lines(programs)
    assert [line["sequence"] for line in entries] == list(range(1, len(entries) + 1))
    ticked = next(line for line in entries if line["kind"] == "step.ticked")
    assert ticked["sentence"].startswith("ticked step 1, Read the newest entry")
    assert (ticked["name"], ticked["role"], ticked["step"]) == ("Operator", "operator", 0)
    assert ticked["at"].endswith("Z")
    assert (entries[-1]["kind"], entries[-1]["refused"]) == ("move.refused", True)
    assert "text" not in ticked
    assert "digest" not in ticked


def test_pages_of_the_log_join_without_a_gap(programs: Programs) -> None:
    programs.run.start().agreed()
    whole = [line["sequence"] for line in lines(programs)]
    sequences, address = [], f"{programs.url('events/')}?limit=3"
    while address:
        page = programs.client("operator").get(address).json()
        sequences += [row["sequence"] for row in page["results"]]
        address = page["next"]
    assert sequences == whole
    assert lines(programs, query=f"?after={whole[-1]}") == []
    assert lines(programs, query="?after=999999999") == []
    for query in ("after=-1", "after=x", "limit=0", "limit=1001", "from=1", f"after={10**30}"):
        assert programs.get("operator", f"events/?{query}").status_code == 422


def test_a_line_that_was_struck_out_stays_and_says_so(programs: Programs) -> None:
    programs.run.start().do(Note, "operator", text="Wrong window.")
    number = programs.run.state.sequence
    programs.run.do(StrikeOut, "operator", sequence=number, reason="Another run.")
    struck = {line["sequence"]: line["struck"] for line in lines(programs)}
    assert [key for key, value in struck.items() if value] == [number]


def test_exact_lines_verify(programs: Programs) -> None:
    programs.run.start().agreed()
    before = ""
    for line in lines(programs, query="?exact=1"):
        before = chain.digest(before, line["text"])
        assert line["digest"] == before
    programs.run.run.refresh_from_db()
    assert before == programs.run.run.digest


@pytest.mark.parametrize("rest", ["events/?exact=1", "export/"])
def test_the_exact_log_waits_for_the_second_measurement(programs: Programs, rest: str) -> None:
    programs.run.start().measured()
    answer = programs.get("verifier", rest)
    assert (answer.status_code, answer.json()["code"]) == (409, "blind")
    assert answer.json()["state"]["role"] == "verifier"
    assert "48211" not in answer.content.decode()
    assert programs.get("operator", rest).status_code == 200
    assert programs.client("operator").head(programs.url(rest)).status_code == 200
    programs.run.do(Countersign, "verifier", step=0, values={"entries": "48211"})
    assert programs.get("verifier", rest).status_code == 200


def test_the_export_verifies_without_the_product(programs: Programs, tmp_path: Path) -> None:
    programs.run.start().agreed()
    answer = programs.get("viewer", "export/")
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "private, no-store"
    kept = tmp_path / "export.json"
    kept.write_bytes(answer.content)
    script = ROOT / "docs/verify_export.py"
    checked = subprocess.run([sys.executable, script, kept], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_verdict(programs: Programs) -> None:
    programs.run.start().agreed()
    good = programs.get("viewer", "verification/").json()
    assert good == {"ok": True, "events": programs.run.state.sequence, "faults": []}
    with forging(), connection.cursor() as cursor:
        cursor.execute("UPDATE runbooks_event SET text = replace(text, '48211', '48212')")
    bad = programs.get("viewer", "verification/").json()
    assert bad["ok"] is False
    assert "does not fit its digest" in bad["faults"][0]


def test_no_line_of_another_run(programs: Programs) -> None:
    for rest in ("events/", "export/", "verification/", "evidence/", "evidence/1/"):
        answer = programs.client("operator").get(f"/api/v1/runs/999999/{rest}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert programs.get("operator", "evidence/").json() == {"results": [], "next": None}
