"""Runbooks as text, of any length, with what real ones have: prose, commands, values to record."""

from __future__ import annotations

HEAD = """---
title: {title}
purpose: Bring the ledger of the shop back to the state of the newest good copy.
worst_case: The wrong server is overwritten.
abort_rule: Anyone may stop at any time. Stop when a prompt names another host.
entry:
  - An incident is open and everybody knows who decides.
parameters:
  folder: {{type: text, label: Folder, default: /srv/vault}}
---

Two people do this. Nobody works alone, and nobody hurries.
"""

STEP = """
- [ ] Step {number}: look at part {number} of the ledger

  > The listing names the newest file **last**. If it is older than the incident, stop here.

  ```sh
  ls -l --time-style=full-iso <folder>/part-{number}
  sha256sum <folder>/part-{number}/ledger.dump
  ```
"""

RECORD = """
  ```guard
  record:
    entries: {type: number, min: 0, label: Entries}
  ```
"""

#: Commands that are in no step, as they stand in the text of each part.
LOOSE = """
To look at it once more: `ls -l /srv/vault | tail` and `psql -c "select count(*) from entries"`.

```sh
psql -h db-prod-1 -c "select max(booked_at) from entries"
```
"""

PER_PART = 10
EVERY = 5  # this many steps, one of them records a value


def sheet(title: str, steps: int, *, loose: bool = False) -> bytes:
    """A runbook of `steps` steps in parts of ten; every fifth asks for a number. `loose`: each part
    has commands outside of its steps."""
    text = [HEAD.format(title=title)]
    for number in range(1, steps + 1):
        if number % PER_PART == 1:
            text.append(f"\n## Part {number // PER_PART + 1}\n\nRead the whole part first.\n")
            text.append(LOOSE if loose else "")
        text.append(STEP.format(number=number))
        if records(number - 1):
            text.append(RECORD)
    return "".join(text).encode()


def records(index: int) -> bool:
    """Whether the step with this index (from 0) asks for a number called `entries`."""
    return index % EVERY == EVERY - 1
