"""Commands and lists that are in no step: where they are, and what is kept of them."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from runbooks.lint.book.book import Book
from runbooks.procedure.model import Procedure
from runbooks.procedure.sections import StrayCommand, StrayList
from runbooks.procedure.serialization import as_json, from_json
from tests.runbooks.texts import procedure


def read(text: str) -> Procedure:
    return procedure(dedent(text).encode())


def test_commands_outside_steps_are_kept_with_their_lines() -> None:
    made = read(
        """\
        ---
        title: Notes
        ---

        Run `systemctl stop ledger` first.

        ## Restore

        ```sh
        dropdb ledger
        createdb ledger
        ```

        > ~~~sql
        > drop table entries;
        > ~~~

            rm -rf /srv/old

        - [ ] Do it

          ```sh
          ls -l
          ```
        """
    )
    assert made.intro_commands == (
        StrayCommand("", "systemctl stop ledger", 5, 5, inline=True, before="Run "),
    )
    (section,) = made.sections
    assert [(c.label, c.text, c.line, c.indent) for c in section.commands] == [
        ("sh", "dropdb ledger\ncreatedb ledger", 10, 0),
        ("sql", "drop table entries;", 15, 2),
        ("", "rm -rf /srv/old", 18, 4),
    ]
    for number in range(3):
        assert f'<div class="command" data-command="{number}">' in section.html
    assert made.steps[0].commands == (("sh", "ls -l"),)
    assert [c.line for c in Book(made, "").blocks] == sorted([10, 15, 18, made.steps[0].line])


def test_blocks_that_are_looked_at_are_no_commands() -> None:
    made = read("# Notes\n\n```text\ndropdb ledger\n```\n\n```yaml\na: 1\n```\n\nOne `word`.\n")
    assert made.stray_commands == ()


def test_an_indented_block_of_a_step_is_a_command() -> None:
    source = "- [ ] Drop it\n\n      dropdb ledger\n"
    (step,) = read(source).steps
    assert step.commands == (("", "dropdb ledger"),)
    assert 'data-command="0"' in step.body_html
    (command,) = Book(read(source), source).commands
    assert (command.line, command.indent) == (3, 6)


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("Then\nrun `drop it now` soon.", 4, 5),
        ("`drop it\nnow` soon.", 3, 1),
        ("``drop it now``", 3, 2),
        ("| a | b |\n|---|---|\n| c | `drop it now` |", 5, 7),
    ],
)
def test_an_inline_command_has_a_place(written: str, line: int, column: int) -> None:
    (command,) = read(f"# Notes\n\n{written}\n").stray_commands
    assert (command.text, command.line, command.indent) == ("drop it now", line, column)


def test_lists_without_boxes_are_kept() -> None:
    made = read(
        """\
        # Notes

        Prepare:

        1. Dump the database
        2. Copy the `file`
           - to the vault

        ### Then

        - [ ] Do it
          - with care
        - Look at it
        """
    )
    assert made.intro_lists == (
        StrayList(((5, "Dump the database"), (6, "Copy the file")), "", "Prepare:", ordered=True),
    )
    (section,) = made.sections
    assert section.lists == (
        StrayList(((13, "Look at it"),), under="Then", lead="", ordered=False),
    )


def test_what_is_kept_survives_its_storage() -> None:
    made = read("# N\n\nRun `a b`.\n\n- One\n\n## S\n\n    ls -l\n\n1. Two\n\n- [ ] Three\n")
    assert made.intro_commands
    assert made.intro_lists
    assert made.sections[0].commands
    assert made.sections[0].lists
    assert from_json(json.loads(json.dumps(as_json(made)))) == made
