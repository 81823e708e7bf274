"""A run of the guards about copies, in the machine alone: a copy, a target, what is answered."""

from __future__ import annotations

from typing import Any

from runbooks.enums import RunKind
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Start
from runbooks.machine.reducers import genesis
from runbooks.machine.state import ParameterFacts
from tests.runbooks.machine.table import OPERATOR, ROLES, Game, prepared
from tests.runbooks.texts import procedure, text

SHA, OTHER = "0f" * 32, "1e" * 32
RPO = 3600
FRONT = """parameters:
  dump: {type: copy, label: Backup}
  target: {type: instance, label: Live}
  vault: {type: text, label: Vault}"""
FACTS = {
    "dump": ParameterFacts(
        "ledger-0606.dump",
        {
            "name": "ledger-0606.dump",
            "place": "backup-1:/srv/backup",
            "medium": "disk",
            "sha256": SHA,
            "size": "4096",
            "rpo": str(RPO),
        },
    ),
    "target": ParameterFacts("ledger", {"name": "ledger", "host": "db-1", "rpo": str(RPO)}),
    "vault": ParameterFacts("vault-1:/srv/vault"),
}


def guarded(
    *items: str,
    facts: dict[str, ParameterFacts] | None = None,
    front: str = FRONT,
    live: bool = False,
    started: bool = True,
) -> Game:
    """A run of these steps with four people, under way unless `started` is False; a drill unless
    `live`."""
    given = {**FACTS, **(facts or {})}
    line = prepared(given, kind=RunKind.LIVE if live else RunKind.DRILL)
    game = Game(genesis(7, procedure(text(*items, front=front)), line), [line])
    for person, role in ROLES.items():
        game.must(TakeRole, person, role=role.value)
    if started:
        game.must(Start, OPERATOR, acknowledged=True, conditions=True)
    return game


def with_fields(name: str, **fields: str) -> dict[str, ParameterFacts]:
    """The facts of one parameter, with other fields."""
    return {name: replace_fields(FACTS[name], fields)}


def replace_fields(facts: ParameterFacts, fields: dict[str, Any]) -> ParameterFacts:
    return ParameterFacts(facts.value, {**facts.fields, **fields}, facts.identifiers, facts.kinds)
