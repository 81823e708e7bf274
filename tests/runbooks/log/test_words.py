"""Every kind of event is put into words, and is read back from its data as it was."""

from __future__ import annotations

from typing import Any

import pytest

from runbooks.log.words import sentence, shown
from runbooks.machine.events.kinds import KINDS, from_data
from tests.runbooks import texts

PROCEDURE = texts.procedure(texts.AFTER)
STEP = {"step": 1}

COPY: dict[str, Any] = {
    "name": "ledger-safety",
    "place": "v:/s",
    "medium": "disk",
    "purpose": "safety",
    "size": 7,
    "sha256": "ab" * 32,
    "fingerprint": "",
    "data_as_of": None,
    "how": "listed",
    **STEP,
    "parameter": "ledger",
}
INSTANCE = {**STEP, "parameter": "target", "name": "ledger"}
GATE = {"attempt": 1, "guard": "hold", "reason": "Alone."}  # fmt: skip
TOLD: dict[str, tuple[dict[str, Any], str]] = {
    "run.prepared": (
        {"kind": "live", "parameters": {
            "side": {"value": "x", "fields": {}, "identifiers": [], "kinds": []}
         },
         "revision": {"runbook": "Restore", "number": 2, "sha256": "", "procedure": ""},
         "title": "Restore", "token": "run-1-0a"},
        "prepared a live run of Restore, revision 2 (side = x)",
    ),
    "role.taken": ({"role": "verifier"}, "took the role of verifier"),
    "role.released": ({"role": "verifier"}, "gave back the role of verifier"),
    "override.asked": (
        {**STEP, **GATE, "gate": "released", "label": "Released by the decider"},
        "asked to override “Released by the decider” of step 2, Count: Alone.",
    ),
    "override.withdrawn": (
        {**STEP, "attempt": 1, "gate": "released"}, "withdrew the override of released"
    ),
    "gate.overridden": (
        {**GATE, "step": None, "gate": "roles", "label": "Every role is taken", "waited": 120,
         "done": False},
        "OVERRODE “Every role is taken” of the run as a whole: Alone.",
    ),
    "fitness.stated": (
        {"hours_awake": 17, "alone": True, "local_time": "03:40"},
        "said: awake for 17 h, alone, local time 03:40",
    ),
    "run.started": ({"conditions": []}, "started the run"),
    "step.begun": (STEP, "began step 2, Count"),
    "step.recorded": (
        {**STEP, "values": {"rows": "12", "gone": "x"}}, "recorded Rows: 12; gone: x"
    ),
    "step.ticked": (
        {**STEP, "awaits": True, "hurried": True},
        "ticked step 2, Count, which now waits for the countersign,"
        " faster than the step can be done",
    ),
    "step.ticked, batch": (
        {**STEP, "awaits": False, "batch": True},
        "ticked step 2, Count, within ten seconds of two other ticks",
    ),
    "step.countersigned": (
        {**STEP, "meaning": "after", "values": {"rows": "12"}, "comment": "fine"},
        "countersigned step 2, Count after measuring again (Rows: 12): fine",
    ),
    "step.objected": ({**STEP, "reason": "no"}, "objected at step 2, Count: no"),
    "step.not_applicable": ({**STEP, "reason": "no"}, "left out step 2, Count: no"),
    "step.mismatched": (
        {**STEP, "values": {"rows": "1"}, "why": "rows: It is above 0.",
         "measured_by": "operator"},
        "found something different at step 2, Count: rows: It is above 0. Observed: Rows: 1.",
    ),
    "step.diagnosed": ({**STEP, "finding": "a job"}, "diagnosed step 2, Count: a job"),
    "step.reopened": (STEP, "reopened step 2, Count"),
    "step.undone": ({**STEP, "reason": "no"}, "took back step 2, Count: no"),
    "section.entered": ({"section": "gone", "why": "undo"}, "went to “gone” (undo)"),
    "step.released": ({**STEP, "reason": "ok", "role": "decider"}, "released step 2, Count: ok"),
    "step.released, signed": (
        {**STEP, "reason": "none newer", "role": "decider", "loss": "dump is 61 days older",
         "attempt": 1, "loss_after": "", "loss_until": "", "loss_until_is": "now"},
        "released step 2, Count, signing for the loss (dump is 61 days older): none newer",
    ),
    "hand_over.offered, with stops": (
        {"to": 5, "to_name": "Rita", "position": "It is read back.", "running": "nothing",
         "next_step": "Step 3!", "worries": "none"},
        "offered the run to Rita. Position: It is read back. Running: nothing. Next: Step 3!"
        " Worries: none",
    ),
    "incident.updated": (
        {"incident": 3, "title": "Gone", "noticed": "2026-01-02T03:00:00+00:00",
         "writes_stopped": "2026-01-02T04:00:00+00:00", "closed": True},
        "said that the run answers incident 3, Gone (noticed 2026-01-02 03:00 UTC, writes stopped"
        " 2026-01-02 04:00 UTC); it is closed",
    ),
    "instance.deleted": ({**INSTANCE, "part": ""}, "deleted ledger"),
    "instance.deleted, a part": (
        {**INSTANCE, "part": "table orders"}, "deleted table orders of ledger"
    ),
    "instance.frozen": (INSTANCE, "froze ledger"),
    "instance.thawed": (INSTANCE, "thawed ledger"),
    "copy.registered": (
        {**COPY, "encrypted": "yes"},
        "registered ledger-safety (safety), at v:/s (7 bytes, SHA-256 abababababab…, listed)",
    ),
    "copy.registered, replaced": (
        {**COPY, "encrypted": "unknown", "purpose": "quarantine",
         "delete_not_before": "2026-04-04T00:00:00+00:00"},
        "put away what was replaced as ledger-safety, at v:/s;"
        " not to be deleted before 2026-04-04 00:00 UTC",
    ),
    "copy.verified": (
        {**COPY, "purpose": "original", "sha256": "", "fingerprint": "5 rows", "size": None,
         "data_as_of": "2026-01-02T03:00:00+00:00", "loss": "nothing is lost"},
        "verified ledger-safety, at v:/s (fingerprint 5 rows, newest record 2026-01-02 03:00 UTC,"
        " listed); nothing is lost",
    ),
    "copies.asked": ({"text": ""}, "asked everybody: does anyone hold a newer copy?"),
    "copies.answered": (
        {"holds": True, "text": "A dump on my stick.", "who": "Ann"},
        "answered: I hold one. A dump on my stick.",
    ),
    "copies.answered, none": (
        {"holds": False, "text": "", "who": "Ann"}, "answered: I hold none"
    ),
    "rearm.stated": (
        {**STEP, "what": {"jobs": "on again", "alerts": "not used here"}},
        "re-armed: jobs: on again; alerts: not used here",
    ),
    "data.compared": (
        {**STEP, "parameter": "dump", "name": "dump",
         "newest": "2026-01-02T03:00:00+00:00"},
        "compared the restored data with dump: newest record of 2026-01-02 03:00 UTC, as promised",
    ),
    "step.decided": (
        {**STEP, "answer": "yes", "reason": "so", "not_taken": []},
        "decided “yes” at step 2, Count: so",
    ),
    "run.held": (
        {"mismatch": True, "reason": "x"},
        "held the run until a second person has looked: x",
    ),
    "run.resumed": (
        {"read_back": "2", "comment": "", "held_seconds": 7},
        "resumed the run after reading back step 2",
    ),
    "hand_over.offered": (
        {"to": 5, "to_name": "Relief", "position": "a", "running": "b", "next_step": "c",
         "worries": "d"},
        "offered the run to Relief. Position: a. Running: b. Next: c. Worries: d",
    ),
    "replacement.proposed": (
        {"role": "operator", "person": 1, "to": 5, "to_name": "Relief", "reason": "No answer."},
        "proposed Relief as operator instead of who is gone: No answer.",
    ),
    "replacement.confirmed": (
        {"role": "operator", "person": 1, "to": 5, "to_name": "Relief"},
        "confirmed that Relief takes over as operator",
    ),
    "replacement.withdrawn": (
        {"role": "operator", "objects": True, "reason": "I am here."},
        "objected to being replaced as operator: I am here.",
    ),
    "hand_over.withdrawn": ({}, "withdrew the offer to hand over"),
    "hand_over.accepted": (
        {"read_back": "2", "left_role": ""},
        "took over as operator after reading back step 2",
    ),
    "team_check.confirmed": (
        {"role": "verifier", **STEP},
        "confirmed the team check as verifier, at step 2, Count",
    ),
    "step.unlocked": (
        {"name": "ledger", **STEP},
        "typed the name ledger and laid open the command of step 2, Count",
    ),
    "note.added": ({"text": "hm", "late": False}, "noted: hm"),
    "evidence.attached": (
        {"name": "a.txt", "size": 7, "sha256": "ab" * 32, "late": False, **STEP},
        "attached a.txt (7 bytes, SHA-256 abababababab…) to step 2, Count",
    ),
    "entry.struck_out": ({"sequence": 4, "reason": "typo"}, "struck out entry 4: typo"),
    "run.turned_back": ({"reason": "no", "deviation": ""}, "turned back: no"),
    "run.aborted": ({"reason": "no", "deviation": ""}, "aborted the run: no"),
    "run.aborted, wrong": (
        {"reason": "no", "deviation": "wrong-target", "failed_step": 1},
        "aborted the run: no — went wrong: wrong target, at step 2, Count",
    ),
    "run.turned_back, wrong": (
        {"reason": "no", "deviation": "other", "failed_step": None},
        "turned back: no — went wrong: something else",
    ),
    "run.completed": ({"summary": "", "live": True}, "completed the run"),
    "move.refused": (
        {"move": "take_role", "step": None, "code": "x", "sentence": "No.", "remedy": "Wait.",
         "guard": "", "counts": False, "caught": "", "tried": {}},
        "was refused (take role): No. Wait.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted({*KINDS, *TOLD}))
def test_every_kind_is_told(kind: str) -> None:
    if kind == "entry.late":
        data = {"performed_at": "2026-03-04T03:12:45+00:00", "text": "x"}
        text = sentence(from_data(kind, data), PROCEDURE)
        assert text.startswith("entered late, performed ")
        assert text.endswith(": x")
        return
    data, expected = TOLD[kind]
    kind = kind.partition(",")[0]
    event = from_data(kind, data)
    assert sentence(event, PROCEDURE) == expected
    assert event.to_data() == data
    assert event.reference().endswith(".")


def test_an_event_of_another_time() -> None:
    assert sentence(from_data("copy.taken_along", {"step": 99}), PROCEDURE) == "copy taken along"
    assert sentence(from_data("step.begun", {"step": 99}), PROCEDURE) == "began"


def test_values_are_shown_as_people_read_them() -> None:
    assert shown("sha256", "ab" * 32) == "abababababab…"
    assert shown("duration", "7800") == "2 h 10 min"
    assert shown("bytes", "48117760") == "48117760 bytes (45.9 MiB)"
    assert shown("text", "x" * 300) == "x" * 200 + "…"
    assert "2026" in shown("datetime", "2026-03-04T03:12:45+00:00")


def test_what_people_wrote_ends_with_one_full_stop() -> None:
    data = {
        "to": 5,
        "to_name": "Relief",
        "worries": "-",
        "position": "The copy is read back.",
        "running": "nothing",
        "next_step": "Which?",
    }
    text = sentence(from_data("hand_over.offered", data), PROCEDURE)
    assert text == (
        "offered the run to Relief. Position: The copy is read back. Running: nothing. Next: Which?"
        " Worries: -"
    )
