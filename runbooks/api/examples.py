"""Examples for the OpenAPI document: one night's restore."""

from __future__ import annotations

from typing import Any

from runbooks.enums import Move

SOURCE: dict[str, Any] = {
    "source": "# Restore the books\n\n- [ ] Read the newest entry\n\n- [ ] Stop the writers\n",
    "summary": "First version.",
}

PREPARE: dict[str, Any] = {
    "runbook": "restore-the-books",
    "revision": 3,
    "kind": "drill",
    "parameters": {"dump": "12", "target": "4"},
}

DONE: dict[str, Any] = {
    "sequence": 9,
    "events": ["step.recorded", "step.ticked"],
    "replayed": False,
}

_READ_BACK = {"seen": 14, "read_back": "3.1", "comment": "Found it: the mount was read-only."}

MOVES: dict[Move, dict[str, Any]] = {
    Move.TAKE_ROLE: {"seen": 1, "role": "operator"},
    Move.RELEASE_ROLE: {"seen": 3},
    Move.START: {"seen": 4, "acknowledged": True, "conditions": True},
    Move.BEGIN_STEP: {"seen": 7, "step": 1},
    Move.RECORD: {"seen": 7, "step": 1, "values": {"entries": "48211"}},
    Move.TICK: {"seen": 7, "step": 1, "values": {"entries": "48211"}},
    Move.COUNTERSIGN: {"seen": 9, "step": 1, "values": {"entries": "48211"}},
    Move.OBJECT: {"seen": 9, "step": 1, "reason": "The prompt names another host."},
    Move.NOT_APPLICABLE: {"seen": 9, "step": 4, "reason": "Nobody is affected at night."},
    Move.REPORT_MISMATCH: {"seen": 9, "step": 2, "observed": "The folder is not empty."},
    Move.DIAGNOSE: {"seen": 11, "step": 2, "finding": "An older attempt left files.", "lead": True},
    Move.REOPEN: {"seen": 12, "step": 2},
    Move.UNDO: {"seen": 12, "step": 3, "reason": "It was the wrong copy."},
    Move.HOLD: {"seen": 12, "reason": "The host name looks wrong."},
    Move.RESUME: _READ_BACK,
    Move.HAND_OVER: {
        "seen": 14,
        "to": 5,
        "position": "Step 3 is done.",
        "running": "nothing",
        "next_step": "Step 4, rename.",
        "worries": "nothing",
    },
    Move.ACCEPT_HAND_OVER: {"seen": 15, "read_back": "3", "identifier": "db-prod-1"},
    Move.CONFIRM_TEAM_CHECK: {"seen": 9, "step": 3},
    Move.UNLOCK: {"seen": 12, "step": 3, "name": "ledger-primary"},
    Move.ASK_OVERRIDE: {
        "seen": 12,
        "step": 3,
        "gate": "countersigned",
        "reason": "The verifier is on a plane.",
    },
    Move.WITHDRAW_OVERRIDE: {"seen": 13, "step": 3, "gate": "countersigned"},
    Move.OVERRIDE: {"seen": 13, "step": 3, "gate": "countersigned"},
    Move.STATE_FITNESS: {"seen": 9, "hours_awake": 17, "alone": True, "local_time": "03:40"},
    Move.ASK_COPIES: {"seen": 9, "text": "The ledger, from after the night of the 20th."},
    Move.ANSWER_COPIES: {
        "seen": 10,
        "holds": True,
        "text": "My development database was restored from the dump of this morning.",
    },
    Move.PROPOSE_REPLACEMENT: {
        "seen": 9,
        "role": "operator",
        "to": 7,
        "reason": "Called three times, no answer.",
    },
    Move.CONFIRM_REPLACEMENT: {"seen": 10},
    Move.WITHDRAW_REPLACEMENT: {"seen": 10, "reason": "I am here."},
    Move.RELEASE: {"seen": 9, "step": 3, "reason": "Both copies were read."},
    Move.DECIDE: {"seen": 9, "step": 1, "answer": "left", "reason": "The newest dump opens."},
    Move.NOTE: {"seen": 9, "text": "The disk is slow tonight.", "step": 1},
    Move.LATE_ENTRY: {
        "seen": 9,
        "performed_at": "2026-11-22T03:12:00Z",
        "text": "The jobs were stopped by hand.",
    },
    Move.STRIKE_OUT: {"seen": 9, "sequence": 8, "reason": "It speaks of another run."},
    Move.ABORT: {"seen": 9, "reason": "The primary came back."},
    Move.COMPLETE: {"seen": 20, "summary": "Every book is back."},
}

RUN: dict[str, Any] = {
    "id": 42,
    "title": "Restore the books",
    "kind": "live",
    "status": "running",
    "sequence": 7,
    "runbook": {
        "slug": "restore-the-books",
        "title": "Restore the books",
        "revision": 3,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
    "system": "ledger",
    "prepared_at": "2026-11-22T03:12:45Z",
    "started_at": "2026-11-22T03:15:00Z",
    "ended_at": None,
    "deviation": None,
    "overridden": 0,
    "url": "/api/v1/runs/42/",
    "environment": "production",
    "source": {"name": "nightly, cellar", "environment": ""},
    "target": {"name": "ledger @ db-prod-1", "environment": "production"},
    "goal_seconds": 14400,
    "held": None,
    "hand_over": None,
    "replacement": None,
    "turned_back": False,
    "brief": {
        "purpose": "Bring the books back.",
        "worst_case": "The wrong server is overwritten.",
        "abort_rule": "Anyone may stop.",
        "entry": ["An incident is open."],
        "do_not_use_if": [],
        "last_failure": None,
        "lock": None,
    },
    "other_runs": [],
    "parameters": [],
    "people": [{"id": 5, "name": "Ada", "initials": "ad", "role": "operator", "here": True}],
    "role": "operator",
    "open_roles": [],
    "required_roles": ["operator", "verifier"],
    "current": 1,
    "gates": [],
    "remarks": [],
    "loss": None,
    "overrides": [],
    "allowed_moves": [
        {"move": "tick", "step": 1, "url": "/api/v1/runs/42/moves/tick/"},
        {"move": "hold", "step": None, "url": "/api/v1/runs/42/moves/hold/"},
    ],
    "sections": [{"key": "act", "title": "Act", "html": "", "aside": False}],
    "steps": [],
}
