"""The rules that need to know more than the text: L39 to L42, L44."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from runbooks.lint.facts import LintFacts
from tests.runbooks.lint.linting import flagged

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


HOUR, YEAR = timedelta(hours=1), timedelta(days=365)


RESTORE = """---
title: Restore the ledger
system: ledger
parameters:
  dump: {type: copy, label: The backup}
  target: {type: instance, label: The server}
---

- [ ] Rename the databases, see [the page](https://db-01.example.org/restore)

  ```guard
  overwrite: {target: target, from: dump}
  duration: {expected: 50m}
  ```
"""


OTHER = "# Rotate the certificates\n\n- [ ] Request a new one\n"


def test_without_facts_nothing_is_said_of_them():
    for code in ("L39", "L40", "L41", "L42", "L44"):
        assert not flagged(code, RESTORE)


def test_promises_that_are_missing_are_named():
    findings = flagged("L39", RESTORE, LintFacts(confidential=False, rto=HOUR))
    assert [(f.line, f.column) for f in findings] == [(3, 1)]
    assert "no RPO for ledger" in findings[0].sentence
    both = flagged("L39", RESTORE, LintFacts(confidential=True))
    assert "no RPO and no RTO" in both[0].sentence
    assert not flagged("L39", RESTORE, LintFacts(confidential=True, rto=HOUR, rpo=HOUR))
    assert not flagged("L39", OTHER, LintFacts(confidential=True))


def test_a_time_in_words_is_a_time():
    untimed = "# Restore the wiki\n\n- [ ] Restore it%s\n"
    assert flagged("L39", untimed % "")
    assert not flagged("L39", untimed % ", about 20 minutes")


def test_times_that_break_the_promise():
    assert "50 min together" in flagged("L40", RESTORE, LintFacts(rto=HOUR / 2))[0].sentence
    slow = flagged("L40", RESTORE, LintFacts(rto=HOUR, restore_time=HOUR * 2.5))
    assert "took 2 h 30 min" in slow[0].sentence
    assert (
        "Nobody has measured" in flagged("L40", RESTORE, LintFacts(rto=HOUR, now=NOW))[0].sentence
    )
    assert not flagged("L40", RESTORE, LintFacts(rto=HOUR, now=NOW, restore_time=HOUR))


def test_drills():
    known: dict[str, Any] = {"now": NOW, "drill_every": YEAR}
    assert "ever gone through" in flagged("L41", RESTORE, LintFacts(**known))[0].sentence
    old = LintFacts(**known, drilled_at=NOW - YEAR - timedelta(days=5))
    assert "370 days ago" in flagged("L41", RESTORE, old)[0].sentence
    assert not flagged("L41", RESTORE, LintFacts(**known, drilled_at=NOW - YEAR))
    assert not flagged("L41", OTHER, LintFacts(**known))


def test_reviews_and_changes():
    facts = LintFacts(now=NOW, reviewed_at=NOW - YEAR * 2, review_every=YEAR)
    assert "730 days ago" in flagged("L42", OTHER, facts)[0].sentence
    changed = LintFacts(approved_at=NOW - YEAR, changed_at=NOW - HOUR)
    assert "changed on 2026-11-23" in flagged("L42", RESTORE, changed)[0].sentence
    assert not flagged("L42", RESTORE, LintFacts(approved_at=NOW, changed_at=NOW - HOUR))


def test_a_link_to_a_machine_that_is_restored():
    findings = flagged("L44", RESTORE, LintFacts(hosts=frozenset({"DB-01.example.org"})))
    assert [f.line for f in findings] == [9]
    assert not flagged("L44", RESTORE, LintFacts(hosts=frozenset({"example.org"})))
