"""Attempts to have a command approved that stands in a block of another kind than a shell's."""

from __future__ import annotations

from demo.attempts.attempt import RESTORE, Attempt, World, demand
from inventory.models import Copy
from runbooks.library.linting import of_revision
from runbooks.library.revisions import approve, save
from runbooks.models import Revision, Runbook
from runbooks.procedure.serialization import from_json

_STEP = """
- [ ] Look at it once more

  ```{label}
  {command}
  ```
"""
_DESTROYERS = (
    ("console", "$ ls -l\n  total 0\n  $ dropdb -h <target.host> ledger"),
    ("console", "ledger=# drop table entry;\n  DROP TABLE"),
    ("bash", "$ dropdb -h <target.host> ledger"),
    ("shell-session", "# rm -rf /srv/ledger"),
    ("powershell", "PS C:\\> Remove-Item C:\\ledger -Recurse"),
    ("cmd", "rd /s /q C:\\ledger"),
    ("python", "subprocess.run(['dropdb', 'ledger'], check=True)"),
    ("ruby", "FileUtils.rm_rf('/srv/ledger')"),
    ("javascript", "db.entry.deleteMany({})"),
    ("a-word-of-their-own", "dropdb ledger"),
)


def _saved(world: World, label: str, command: str) -> Revision:
    """The demonstration's restore with one more step, without a guard, at its end."""
    runbook = Runbook.objects.get(slug=RESTORE)
    source = bytes(runbook.revisions.latest("number").source).decode()
    head, mark, rest = source.partition("\n- [ ] ")
    step = _STEP.format(label=label, command=command).lstrip("\n")
    text = f"{head}\n{step}{mark}{rest}"
    return save(source=text.encode(), by=world.person("author"), at=world.verbs.at, runbook=runbook)


def _refused(world: World, label: str, command: str) -> str:
    saved = _saved(world, label, command)
    seen = [code for code, _ in saved.procedure["waive"]]
    approver = world.person("approver")
    answer = world.refused(
        "open_errors",
        lambda: approve(saved, by=approver, at=world.verbs.at, waivers_seen=seen),
    )
    findings = [
        finding for finding in of_revision(saved, at=world.verbs.at).errors if finding.code == "L22"
    ]
    demand(findings, f"No rule speaks of the command in a `{label}` block: {answer}")
    return answer


def _in_another_block(world: World) -> str:
    return [_refused(world, label, command) for label, command in _DESTROYERS][-1]


def _over_a_copy(world: World) -> str:
    place = Copy.objects.filter(name__startswith="ledger-2").latest("taken_at").place
    answer = _refused(world, "sh", f"pg_dump ledger > {place}")
    return f"{answer} {_refused(world, 'sh', 'pg_dump ledger > <dump.place>')}"


def _output_is_copied(world: World) -> str:
    """What is copied of a session is what was linted: neither its prompts nor its output."""
    saved = _saved(world, "console", "$ ls -l\n  rm -rf /srv\n  $ df")
    step = next(
        step for step in from_json(saved.procedure).steps if step.title == "Look at it once more"
    )
    demand(step.commands == (("sh", "ls -l"), ("sh", "df")), f"Copied: {step.commands}")
    demand("rm -rf" in step.body_html, "The output is not shown.")
    return f"Copied are {' and '.join(text for _, text in step.commands)}."


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(
        22, "A command that destroys, in a console or a script, is approved", _in_another_block
    ),
    Attempt(22, "A dump over a registered copy is approved", _over_a_copy),
    Attempt(22, "The output of a session is copied and run", _output_is_copied),
)
