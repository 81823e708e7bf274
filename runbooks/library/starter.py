"""The text that a new runbook begins with in the editor."""

from __future__ import annotations

from runbooks.library.reading import title_key
from runbooks.models import Runbook

_TITLE = "New runbook"
_TEXT = """---
title: {title}
# system: the name or the address of a system in the inventory
# purpose: what is right again when every step is done
# worst_case: what is lost if it goes wrong
abort_rule: Anyone may stop the run at any step and says why. Nobody goes on alone.
---

Say here when this runbook is the right one, and whom to call.

## Before

- [ ] Tell the team that this run begins, and what for

- [ ] Read the state before anything is changed

  Say here where it is read, and with which command.

  ```guard
  record:
    state_before: {{type: text, label: What you see}}
  ```

## Work

- [ ] Do one thing

  A step is one thing that somebody does, sees and ticks. A command is in a block of its own,
  indented like this text.

## After

- [ ] Read the state again

  ```guard
  record:
    state_after: {{type: text, label: What you see now}}
  ```

- [ ] Tell the team that this run has ended, and how
"""


def starter() -> str:
    """A whole text without errors, with a title that no other runbook has. One query, and one more
    for each runbook that kept the title."""
    number, title = 1, _TITLE
    while Runbook.objects.filter(title_key=title_key(title)).exists():
        number += 1
        title = f"{_TITLE} {number}"
    return _TEXT.format(title=title)
