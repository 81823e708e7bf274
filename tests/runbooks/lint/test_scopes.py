"""Which runbooks the rules look at."""

from __future__ import annotations

import pytest

from tests.runbooks.lint.linting import findings, flagged, step

RESTORE_RULES = {"L29", "L30", "L31", "L32", "L34", "L35", "L36", "L37", "L38", "L39", "L45"}


def test_a_checklist_hears_nothing_of_restores():
    source = "# Upgrade\n\n" + step("Delete the pod", command="kubectl delete pod web-0")
    assert not {f.code for f in findings(source)} & RESTORE_RULES


def test_a_copy_out_hears_nothing_of_restores():
    source = """---
parameters:
  source: {type: instance, label: Read from}
  target: {type: instance, label: Written into}
---
""" + step("Say the direction", "direction: {from: source, into: target}")
    assert not {f.code for f in findings(source)} & RESTORE_RULES


CONSOLE = "- [ ] Tick the backup, and choose *Restore*\n"


@pytest.mark.parametrize(
    ("source", "restores", "irreversible"),
    [
        (f"# Restore the wiki\n\n{CONSOLE}", True, True),
        (f"# Disaster recovery\n\n{CONSOLE}", True, True),
        (f"# Restore the wiki\n\nThis creates a new table.\n\n{CONSOLE}", True, False),
        (f"# Restore test of the wiki\n\n{CONSOLE}", False, False),
        (f"---\noperation: check\n---\n# Restore the wiki\n\n{CONSOLE}", False, False),
        (f"# Backups of the wiki\n\n{CONSOLE}", False, False),
        ("# Upgrade\n\n" + step("Roll back", command="helm delete web"), False, False),
        ("# Wiki\n\n" + step("Restore it", command="rm -rf /srv/wiki"), True, True),
    ],
)
def test_what_counts_as_a_restore(source, restores, irreversible):
    """L38 speaks about every restore, L01 and L30 about its irreversible step."""
    assert bool(flagged("L38", source)) is restores
    assert bool(flagged("L01", source)) is irreversible
    assert bool(flagged("L30", source)) is irreversible
