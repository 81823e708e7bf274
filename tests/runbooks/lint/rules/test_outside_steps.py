"""What is written outside every step: commands that destroy, and lists that are work."""

from __future__ import annotations

import pytest

from runbooks.enums import Level
from runbooks.lint.rules import RULES
from tests.runbooks.lint.linting import flagged

STEP = "\n## Tell\n\n- [ ] Tell the team\n"


def levels(code: str, text: str) -> list[tuple[int, Level]]:
    return [(finding.line, finding.level) for finding in flagged(code, f"# Note\n\n{text}\n{STEP}")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```sh\nls\ndropdb -h db-1 ledger\n```", [(5, Level.ERROR)]),
        ("```sql\nalter database ledger rename to ledger_old;\n```", [(4, Level.ERROR)]),
        ("~~~\nrm -rf /srv/data\n~~~", [(4, Level.ERROR)]),
        ("    rm -rf /srv/data", [(3, Level.ERROR)]),
        ("> - ```sh\n>   rm -rf /srv/data\n>   ```", [(4, Level.ERROR)]),
        ("Run `rm -rf /srv/data`.", [(3, Level.ERROR)]),
        ("| do |\n|---|\n| `rm -rf /srv/data` |", [(5, Level.ERROR)]),
        ("It was lost by `rm -rf /srv/data` in May.", [(3, Level.WARNING)]),
        ("Never run `rm -rf /srv/data`.", []),
        ("```sh\npg_restore -d ledger_new /srv/x.dump\n```", [(4, Level.WARNING)]),
        ("```sh\nls -l /srv\n```", []),
        ("```text\nrm -rf /srv/data\n```", []),
    ],
)
def test_commands_outside_steps(text: str, expected: list[tuple[int, Level]]) -> None:
    assert levels("L56", text) == expected


def test_a_destroying_block_is_one_finding_and_is_not_repeated() -> None:
    text = "# N\n\n```sh\ndropdb -h db-1 ledger\ndropdb -h db-1 other\n```\n"
    (finding,) = flagged("L56", text)
    assert finding.line == 4
    assert "db-1" not in finding.sentence
    assert "Make it a step" in finding.suggestion


def test_a_reference_is_told_too() -> None:
    text = "---\ntitle: N\nuse: reference\n---\n\n```sh\nrm -rf /srv/data\n```\n"
    assert len(flagged("L56", text)) == 1


@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("L23", "rm -rf $FOLDER/old"),
        ("L24", "PGPASSWORD=hunter2 psql -h db-1 -d ledger -c 'select 1'"),
        ("L50", "rsync -a --delete /srv/a/ /srv/b/"),
        ("L51", "lvremove --force vg/data"),
    ],
)
def test_rules_about_commands_speak_outside_steps(code: str, command: str) -> None:
    outside = flagged(code, f"# N\n\n```sh\n{command}\n```\n{STEP}")
    inside = flagged(code, f"# N\n\n- [ ] Do it\n\n  ```sh\n  {command}\n  ```\n")
    assert [f.line for f in outside] == [4]
    assert len(inside) == len(outside)


def test_a_caution_around_a_command_outside_steps_counts() -> None:
    text = "# N\n\n> **Caution.** This asks nothing.\n\n```sh\nlvremove --force vg/x\n```\n"
    assert flagged("L51", text) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("1. Dump the database\n2. Copy the file\n3. Check that it opens", [3, 4, 5]),
        ("* Then, restart the server\n* **Verify** the result", [3, 4]),
        ("> - Stop the writers", [3]),
        ("1. Under Options, choose Data\n2. Press Save\n3. From the menu, choose Quit", [4]),
        ("To do it:\n\n- Delete the queue\n- Start it", [5, 6]),
        ("- Backups: nightly\n- Copy: on the stick", []),
        ("- Restore time is 2 h\n- Backup server\n- Test database", []),
        ("- [Restore the ledger](x.md)\n- [Stop the queue](y.md)", []),
        ("- Do not stop the queue\n- Never drop a table", []),
        ("The script does the following:\n\n1. Stop the queue\n2. Delete it", []),
        ("- The queue is stopped\n- It is empty\n- Start it", []),
        ("### Prerequisites\n\n- Install the client\n- Get a token", []),
        ("Background:\n\n- Read the log of May", []),
        ("- delete-all.sh removes it\n- stop.sh stops it", []),
    ],
)
def test_lists_that_read_like_work(text: str, lines: list[int]) -> None:
    findings = flagged("L57", f"# Note\n\n{text}\n{STEP}")
    assert [f.line for f in findings] == lines[:1]
    if lines:
        assert f"({'lines' if lines[1:] else 'line'} {', '.join(map(str, lines))})" in (
            findings[0].sentence
        )
        assert findings[0].level is Level.WARNING


def test_lists_inside_steps_and_in_texts_without_steps_are_left_alone() -> None:
    assert (
        flagged("L57", "# N\n\n- [ ] Dump it\n\n  1. Stop the writers\n  2. Start the dump\n") == []
    )
    assert flagged("L57", "# N\n\n1. Stop the writers\n2. Start the dump\n") == []


def test_each_list_is_one_finding() -> None:
    text = f"# N\n\n1. Stop the queue\n\nThen:\n\n- Start it\n- Watch it\n{STEP}"
    assert [f.line for f in flagged("L57", text)] == [3, 7]


def test_both_rules_are_there() -> None:
    assert RULES["L56"].level is Level.ERROR
    assert RULES["L57"].level is Level.WARNING


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<pre>rm -rf /srv/data</pre>", [(3, Level.ERROR)]),
        ("<pre><code>\nrm -rf /srv/data</code></pre>", [(4, Level.ERROR)]),
        ("It was lost by <kbd>rm -rf /srv/data</kbd> in May.", [(3, Level.WARNING)]),
        ("Run <samp>rm <b>-rf</b> /srv/data</samp>", [(3, Level.ERROR)]),
        ("Never run <code>rm -rf /srv/data</code>.", []),
        ("<pre>ls -l /srv/data</pre>", []),
        ("<kbd>Ctrl C</kbd>", []),
        ("## Then `rm -rf /srv/data`", [(3, Level.ERROR)]),
        ("## Look at `ls -l /srv/data`", []),
    ],
)
def test_html_and_headings_are_read_as_well(text, expected):
    assert levels("L56", text) == expected


def test_a_title_does_not_show_the_command_of_a_guarded_step():
    text = "- [ ] Run `dropdb -h db-1 a`\n\n  ```guard\n  destroy: {target: t}\n  ```\n"
    head = "---\nparameters:\n  t: {type: instance, label: The old one}\n---\n\n"
    assert [finding.line for finding in flagged("L56", head + text)] == [6]
    assert not flagged("L56", head + text.replace("`dropdb -h db-1 a`", "the deletion"))
