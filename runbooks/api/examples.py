"""Examples for the OpenAPI document: one night's restore."""

from __future__ import annotations

SOURCE: dict[str, object] = {
    "source": "# Restore the books\n\n- [ ] Read the newest entry\n\n- [ ] Stop the writers\n",
    "summary": "First version.",
}

PREPARE: dict[str, object] = {
    "runbook": "restore-the-books",
    "revision": 3,
    "kind": "drill",
    "parameters": {"dump": "12", "target": "4"},
}

DONE: dict[str, object] = {
    "sequence": 9,
    "events": ["step.recorded", "step.ticked"],
    "replayed": False,
}

RUN: dict[str, object] = {
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
    "on_hold": None,
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
