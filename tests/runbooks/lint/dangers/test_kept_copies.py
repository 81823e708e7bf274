"""Copies that are kept: nothing writes over one, whatever its step is marked as."""

from __future__ import annotations

import pytest

from runbooks.lint.facts import LintFacts
from tests.runbooks.lint.linting import findings

_PLACES = ("/srv/backup/ledger.dump", "vault:/srv/vault/ledger.dump", "s3://backups/ledger/1.dump",
           "A safe, shelf 3", "D:\\Backup\\ledger.bak")  # fmt: skip
FACTS = LintFacts(copies=frozenset(_PLACES))
TEXT = """---
title: Save the ledger
parameters:
  dump: {{type: copy, label: The backup}}
  into: {{type: copy, label: The copy that is written over}}
  target: {{type: instance, label: The server}}
---

- [ ] Do it

  ```{label}
  {command}
  ```

  ```guard
  direction: {{from: target, into: into}}
  {guard}
  ```
"""


def sentences(command: str, guard: str = "identify: target", label: str = "sh") -> list[str]:
    """What L22 says of a command."""
    text = TEXT.format(command=command, guard=guard, label=label)
    return [finding.sentence for finding in findings(text, FACTS) if finding.code == "L22"]


_OVER = """
pg_dump ledger > /srv/backup/ledger.dump ~ pg_dump -Fc ledger -f /srv/backup/ledger.dump
pg_dump --file=/srv/backup/ledger.dump ledger ~ pg_dump ledger | tee /srv/backup/ledger.dump
pg_dump ledger >> /srv/vault/ledger.dump ~ cp new.dump /srv/backup/ledger.dump
cp /srv/new/ledger.dump /srv/backup/ ~ cp -t /srv/backup /srv/new/ledger.dump
mv new.dump vault:/srv/vault/ledger.dump ~ rsync -a new.dump root@vault:/srv/vault/ledger.dump
install -m 600 a /srv/backup/ledger.dump ~ dd if=/dev/zero of=/srv/backup/ledger.dump
tar -cf /srv/backup/ledger.dump /srv ~ tar czf /srv/backup/ledger.dump /srv
aws s3 cp a s3://backups/ledger/1.dump ~ rm /srv/backup/ledger.dump
sed -i s/a/b/ /srv//backup/ledger.dump
pg_dump ledger > <dump.place> ~ cp a '<dump.place>' ~ cp a backup-1:<dump.place>
pg_dump -f <dump> ledger
pg_basebackup -D <dump.place> ~ ssh vault 'pg_dump ledger > /srv/vault/ledger.dump'
mv a <Dump.place>
"""
_BESIDE = """
pg_dump ledger > /srv/backup/ledger_<run>.dump ~ cp /srv/backup/ledger.dump /srv/new/
cat <dump.place>
cp <dump.place> /srv/new/a.dump ~ pg_restore -d new <dump.place> ~ sha256sum /srv/backup/ledger.dump
tar -tf /srv/backup/ledger.dump ~ rsync -a /srv/backup/ledger.dump /srv/new/
pg_dump ledger > <into.place>
cp other.dump /srv/backup/ ~ aws s3 cp s3://backups/ledger/1.dump a
tar -C /srv/new -xf <dump.place>
sha256sum <dump.place> > /srv/sums_<run> ~ echo <dump.place> ~ cp a <dump.place>.<run>
ls > /srv/backup/x_<run>
"""


def commands(table: str) -> list[str]:
    return [part for line in table.strip().splitlines() for part in line.split(" ~ ")]


@pytest.mark.parametrize("command", commands(_OVER))
@pytest.mark.parametrize("guard", ["identify: target", "overwrite: {target: target, from: dump}"])
def test_over_a_copy_that_is_kept(command: str, guard: str) -> None:
    (sentence,) = sentences(command, guard)
    assert "writes over a copy that is kept, or removes it" in sentence


@pytest.mark.parametrize("command", commands(_BESIDE))
def test_beside_a_copy_that_is_kept(command: str) -> None:
    assert not sentences(command)


@pytest.mark.parametrize(
    ("label", "command", "over"),
    [
        ("powershell", "Copy-Item new.bak -Destination D:\\Backup\\ledger.bak", True),
        ("powershell", "Get-Content a | Out-File -FilePath D:\\Backup\\ledger.bak", True),
        ("powershell", "Copy-Item D:\\Backup\\ledger.bak -Destination C:\\new.bak", False),
        ("cmd", "copy new.bak D:\\Backup\\ledger.bak", True),
        ("cmd", "copy D:\\Backup\\ledger.bak C:\\new.bak", False),
        ("console", "$ pg_dump ledger > /srv/backup/ledger.dump", True),
        ("python", "os.system('cp a /srv/backup/ledger.dump')", True),
    ],
)
def test_in_code_of_another_kind(label: str, command: str, over: bool) -> None:
    assert bool(sentences(command, label=label)) is over


def test_nothing_is_guessed_without_facts() -> None:
    text = TEXT.format(
        command="pg_dump a > /srv/backup/ledger.dump", guard="identify: target", label="sh"
    )
    assert "L22" not in {finding.code for finding in findings(text)}
