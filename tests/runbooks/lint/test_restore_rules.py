"""The rules about the discipline of a restore: L28 to L37, L43 to L46."""

from __future__ import annotations

import pytest

from tests.runbooks.lint.linting import findings, flagged

FRONT = """---
title: Restore the ledger
parameters:
  dump: {type: copy, label: The backup to restore}
  target: {type: instance, label: The server that is overwritten}
---
"""
RESTORE_RULES = {"L29", "L30", "L31", "L32", "L34", "L35", "L36", "L37", "L38", "L39", "L45"}


def step(title: str, guard: str = "", command: str = "") -> str:
    """A step with a guard in YAML and a shell command."""
    lines = [f"- [ ] {title}", ""]
    for label, text in (("sh", command), ("guard", guard)):
        if text:
            lines += [f"  ```{label}", *(f"  {line}" for line in text.split("\n")), "  ```", ""]
    return "\n".join(lines)


ACT = step("Rename the databases", "overwrite: {target: target, from: dump}")


def book(*steps: str) -> str:
    return FRONT + "\n" + "\n".join(steps)


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


def test_a_declared_restore_needs_a_team_check_even_if_no_step_is_seen_to_restore():
    source = "---\ntitle: Fix it\noperation: restore\n---\n\n- [ ] Call the vendor\n"
    assert "before the restore" in flagged("L30", source)[0].sentence
    assert flagged("L29", source)


@pytest.mark.parametrize(
    ("guard", "wrong"),
    [
        ("role: verifier\nhold: verifier", True),
        ("role: operator\nhold: verifier", False),
        ("overwrite: {target: target, from: dump}\ncountersign: before", False),
        ("record: {how: {type: text, label: How}}\ncountersign: after", True),
        ('record: {how: {type: text, label: How, equals: "yes"}}\ncountersign: after', False),
        ("verify: dump\ncountersign: after", False),
        ("countersign: after", True),
    ],
)
def test_the_second_look(guard, wrong):
    assert bool(flagged("L28", book(step("Rename the database", guard)))) is wrong


def test_a_decision_is_also_one_that_is_said_in_words():
    said = step("Get the sign-off of the owner")
    assert flagged("L29", book(ACT))
    assert not flagged("L29", book(said, ACT))


@pytest.mark.parametrize(
    ("between", "expected", "wrong"),
    [(0, "1m", False), (3, "1m", False), (4, "1m", True), (2, "9m", True)],
)
def test_a_team_check_is_directly_before_and_still_fresh(between, expected, wrong):
    steps = [step(f"Do {n}", f"duration: {{expected: {expected}}}") for n in range(between)]
    source = book(step("Stop", "team_check: {fresh_for: 10m}"), *steps, ACT)
    assert bool(flagged("L30", source)) is wrong


def test_a_team_check_may_be_in_the_act_itself():
    act = ACT.replace("overwrite:", "team_check: {fresh_for: 10m}\n  overwrite:")
    assert not flagged("L30", book(act))


@pytest.mark.parametrize(
    ("value", "wrong"),
    [("equals: 0", True), ("max: 5", True), ("min: 1", False), ("unit: rows", False)],
)
def test_a_value_that_can_be_wrong_leads_somewhere(value, wrong):
    source = book(step("Count", f"record: {{rows: {{type: number, label: Rows, {value}}}}}"), ACT)
    assert bool(flagged("L31", source)) is wrong


def test_a_mismatch_does_not_lead_back_to_its_own_step():
    guard = "record: {rows: {type: number, label: Rows, equals: 0}}\non_mismatch: count"
    assert "leads back" in flagged("L31", "# Look\n\n" + step("Count", guard))[0].sentence


@pytest.mark.parametrize(
    ("said", "wrong"),
    [("If it fails, try again.", True), ("Do not repeat the step.", False), ("Go on.", False)],
)
def test_words_that_say_try_again(said, wrong):
    assert bool(flagged("L31", book(f"- [ ] Count\n\n  {said}\n", ACT))) is wrong


def test_comparing_with_a_value_from_before_the_act_is_a_comparison():
    early = step("Read", "record: {old: {type: number, label: Rows}}")
    within = "record: {new: {type: number, label: Rows, within: {of: %s, tolerance: 0}}}"
    late = step("Read again", within % "old")
    other = step("Read", "record: {mid: {type: number, label: Rows}}")
    assert not flagged("L32", book(early, ACT, late))
    assert flagged("L32", book(early, late, ACT))
    assert flagged("L32", book(ACT, other, step("Read again", within % "mid")))


def test_an_exit_status_with_a_measurement_near_it_is_no_finding():
    exit_only = "record: {exit_status: {type: number, label: Exit, equals: 0}}"
    dump = step("Write a dump", exit_only, "pg_dump -h db -d x -f x.dump; echo $?")
    size = step("Read its size", "record: {size: {type: bytes, label: Size, min: 1}}")
    assert flagged("L33", dump)
    assert not flagged("L33", dump + "\n" + size)
    assert flagged("L33", "- [ ] Restore the dump\n\n  It must complete successfully.\n")


def test_what_a_rearm_leaves_out_is_named():
    found = flagged("L34", book(ACT, step("On again", "rearm: [jobs, alerts, replication]")))
    assert "sessions and sequences" in found[0].sentence
    assert flagged("L34", book(step("On again", "rearm: [jobs]"), ACT))[0].sentence.startswith(
        "After"
    )


def test_a_safety_copy_is_no_backup_of_the_restored_data():
    safety = step("Copy", "copy: {of: target, purpose: safety}")
    backup = step("Copy", "copy: {of: target, purpose: backup}")
    assert flagged("L35", book(safety, ACT))
    assert flagged("L35", book(ACT, safety))
    assert flagged("L35", book(backup, ACT))
    assert not flagged("L35", book(ACT, backup))


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ('psql -h db -d postgres -c "drop database ledger_old"', True),
        ("rm -rf /srv/ledger.bak", True),
        ("restic -r /srv/vault forget --keep-last 3", True),
        ("rm -rf /tmp/ledger.dump", False),
        ("rm -rf /srv/tmp-snapshot-1", False),
        ("ls /srv/ledger.bak", False),
    ],
)
def test_the_old_copy_is_not_deleted(command, wrong):
    assert bool(flagged("L36", book(ACT, step("Clean the server", command=command)))) is wrong


def test_a_title_that_deletes_the_old_copy():
    assert flagged("L36", book(ACT, step("Delete the old database")))
    assert not flagged(
        "L36", book(ACT, step("Remove the old database", command="mv data data.bak"))
    )
    later = "- [ ] Delete the old database\n\n  In another run, after 30 days.\n"
    assert not flagged("L36", book(ACT, later))


def test_copies_are_listed_by_a_command_too():
    assert flagged("L37", book(ACT))
    assert not flagged("L37", book(step("Look", command="pgbackrest info --stanza=ledger"), ACT))


@pytest.mark.parametrize(
    ("options", "more", "wrong"),
    [
        ("{go: '', also: ''}", "", True),
        ("{go: '', stop: off}", "", False),
        ("{go: '', again: off}", "", False),
    ],
)
def test_a_question_decides_something(options, more, wrong):
    ask = step("Choose", f"decide: {{question: Which?, options: {options}}}")
    source = f"## Begin\n\n{ask}\n## Off {{#off .aside}}\n\n{step('Stop')}{more}"
    found = [f for f in flagged("L43", source) if "decides nothing" in f.sentence]
    assert bool(found) is wrong


LOOP = """
## Begin

- [ ] Look

  ```guard
  on_mismatch: off
  ```

## Off {#off .aside}

- [ ] Restart it%s

  ```guard
  decide: {question: Better?, options: {yes: '', no: %s}}%s
  ```

## Other {#other .aside}

- [ ] Judge

  ```guard
  decide: {question: Better?, options: {yes: '', no: off}}
  ```
"""


@pytest.mark.parametrize(
    ("said", "answer", "more", "found"),
    [
        ("", "off", "", 1),
        (" at most twice", "off", "", 0),
        ("", "off", "\n  hold: decider", 0),
        ("", "other", "", 2),
    ],
)
def test_loops_have_a_limit(said, answer, more, found):
    loops = [f for f in flagged("L43", LOOP % (said, answer, more)) if "back to this" in f.sentence]
    assert len(loops) == found


def test_sections_that_nobody_reaches_and_steps_that_are_not_there():
    source = (
        "## Begin\n\n- [ ] Look, then go on with step 7\n\n## Off {#off .aside}\n\n- [ ] Stop\n"
    )
    said = [f.sentence for f in flagged("L43", source)]
    assert any("nobody ever gets there" in s for s in said)
    assert any("the runbook has 2 steps" in s for s in said)
    reached = source.replace("then go on with step 7", "then go on with step 1")
    assert not flagged("L43", "---\non_abort: off\n---\n" + reached)


def test_a_way_to_a_section_without_steps():
    source = "---\non_abort: off\n---\n## Begin\n\n- [ ] Look\n\n## Off {#off .aside}\n\nNothing.\n"
    assert "has no step" in flagged("L43", source)[0].sentence


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("scp <target.host>:/backup/x.dump .", True),
        ("scp x.dump <target.host>:/backup/", False),
        ("scp vault-01:/backup/x.dump .", False),
    ],
)
def test_the_backup_is_not_fetched_from_what_is_overwritten(command, wrong):
    assert bool(flagged("L44", book(step("Fetch the backup", command=command), ACT))) is wrong


def test_what_is_checked_under_entry_is_checked():
    entry = FRONT.replace("parameters:", "entry: [The disk has free space]\nparameters:", 1)
    said = flagged("L45", entry + ACT)[0].sentence
    assert "version" in said
    assert "space" not in said
    secret = book(step("Decrypt the dump", command="gpg --decrypt x.gpg > x"), ACT)
    assert "key to decrypt" in flagged("L45", secret)[0].sentence


@pytest.mark.parametrize(
    ("title", "command", "wrong"),
    [
        ("Restore test of last night", "pgbackrest --stanza=x restore", True),
        ("Restore test of last night", "barman recover x latest /var/lib/pgsql", True),
        ("Restore test of last night", "pgbackrest --stanza=x --archive-mode=off restore", False),
        ("Restore production", "pgbackrest --stanza=x restore", False),
        ("Restore test of last night", "pgbackrest info", False),
    ],
)
def test_a_trial_writes_into_no_archive(title, command, wrong):
    assert bool(flagged("L46", f"# {title}\n\n" + step("Run it", command=command))) is wrong
