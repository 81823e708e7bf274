"""A block that is not closed is named where it begins, whatever comes after it."""

from __future__ import annotations

import pytest

from runbooks.enums import Level
from runbooks.procedure.model import Finding
from runbooks.procedure.parser import parse


def errors(text: str) -> list[Finding]:
    return [f for f in parse(text.encode()).findings if f.level is Level.ERROR]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# A\n\n```sh\nls\n", 3, "code block that begins here is never closed"),
        ("---\ntitle: A\n---\n\nx\n\n~~~sh\nls\n```\n", 7, "never closed"),
        ("# A\n\n- [ ] x\n\n  ````sh\n  ls\n  ```\n\n- [ ] y\n", 5, "never closed"),
        ("# A\n\n- [ ] x\n\n  ```guard\n  hold: decider\n\n- [ ] y\n", 5, "guard block that"),
        ("# A\n\n> - x\n>\n>   ```sh\n>   ls\n\n- [ ] y\n", 5, "never closed"),
        # What was to close it stands outside of its item, and would begin another block.
        ("# A\n\n- [ ] x\n\n  ```sh\n  ls\n```\n\n- [ ] y\n", 5, "line 7 is outside"),
        ("# A\n\n> ```sh\n> ls\n\n```\n\n- [ ] y\n", 3, "line 6 is outside"),
        (
            "# A\n\n- [ ] x\n\n  ```sh\n  ls\n```\n\n- [ ] y\n\n  ```sh\n  ls\n```\n",
            5,
            "line 7 is outside",
        ),
        # What was to begin the second block closes the first.
        ("# A\n\n```sh\nls\n\ntext\n\n```\nrm\n```\n\n- [ ] x\n", 3, "never closed"),
        (
            "# A\n\n```sh\nls\n\nx\n\n```\nrm\n```\n\nx\n\n```sh\nmv\n```\n\n- [ ] x\n",
            3,
            "never closed",
        ),
        # A label closes nothing: the second command would be a part of the first.
        ("# A\n\n```sh\nls\n\ntext\n\n```sh\nrm\n```\n\n- [ ] x\n", 3, "before line 8, where"),
        (
            "# A\n\n- [ ] x\n\n  ```guard\n  hold: decider\n\n  ```sh\n  ls\n  ```\n",
            5,
            "before line 8, where",
        ),
    ],
)
def test_a_block_that_is_not_closed_is_named_where_it_begins(
    text: str, line: int, words: str
) -> None:
    (finding,) = errors(text)
    assert (finding.code, finding.line) == ("syntax.open_fence", line)
    assert words in finding.sentence
    assert finding.suggestion
    assert [f.code for f in parse(text.encode()).findings] == ["syntax.open_fence"]


@pytest.mark.parametrize(
    "text",
    [
        "```sh\nls\n```\ntext\n\n```\nrm\n```\n",
        "````md\n```sh\nls\n```\n````\n",
        "~~~md\n```sh\nls\n```\n~~~\n",
        "```sh\ncat <<END\n    ```sh\nEND\n```\n",
        "- x\n\n  ```sh\n  ls\n  ```\n\n```sh\nls\n```\n",
    ],
)
def test_blocks_that_are_closed_are_left_alone(text: str) -> None:
    assert errors(f"# A\n\n{text}\n- [ ] x\n") == []
