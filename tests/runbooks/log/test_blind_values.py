"""The ways round a blind measurement: the file of the value, and a role given back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from runbooks.machine.moves.log import Attach
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep
from tests.factories.api import Programs


@pytest.fixture
def filed(programs: Programs) -> int:
    """The operator attached a picture of the value to the step that waits to be measured again."""
    programs.run.start().do(BeginStep, "operator", step=0)
    file = SimpleUploadedFile("count-48211.txt", b"entries: 48211")
    programs.run.do(Attach, "operator", file=file, step=0)
    programs.run.measured()
    return int(programs.run.run.evidence.get().pk)


@pytest.mark.parametrize("who", ["verifier", "relief", "viewer"])
def test_the_file_of_a_blind_step_waits_too(
    programs: Programs, signed_in: Any, filed: int, who: str
) -> None:
    browser, run = signed_in(programs.people[who]), programs.run.run.pk
    page = f"/runs/{run}/"
    # A random key may hold the digits.
    assert not re.search(r"\b48211\b", browser.get(page).content.decode())
    assert browser.get(f"{page}evidence/{filed}/").status_code == 409
    assert programs.get(who, "evidence/").json()["results"] == []
    refused = programs.get(who, f"evidence/{filed}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "blind")
    assert "48211" not in refused.content.decode()
    programs.run.do(Countersign, "verifier", step=0, values={"entries": "48211"})
    assert "count-48211.txt" in browser.get(page).content.decode()
    assert len(programs.get(who, "evidence/").json()["results"]) == 1


def test_who_measured_reads_their_file(programs: Programs, filed: int) -> None:
    answer = programs.get("operator", f"evidence/{filed}/")
    assert b"".join(answer.streaming_content) == b"entries: 48211"
    answer.close()


@pytest.mark.parametrize("rest", ["events/?exact=1", "export/"])
def test_a_role_given_back_opens_nothing(programs: Programs, rest: str) -> None:
    """It is taken again in a moment, and the second measurement would be a copy of the first."""
    programs.run.start().measured()
    assert programs.send("verifier", "release_role").status_code == 200
    answer = programs.get("verifier", rest)
    assert (answer.status_code, answer.json()["code"]) == (409, "blind")
    assert programs.get("relief", rest).status_code == 409
    assert programs.get("viewer", rest).status_code == 200


def test_before_anybody_measured_there_is_nothing_to_hide(programs: Programs) -> None:
    for _ in ("the step is locked", "the step is open"):
        for who in ("operator", "verifier", "relief"):
            assert programs.get(who, "export/").status_code == 200
        if not programs.run.state.people:
            programs.run.start()
