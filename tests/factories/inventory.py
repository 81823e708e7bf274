"""The inventory of the story, made with the product's own verbs."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from inventory import copies, instances, systems
from inventory.enums import (
    CopyState,
    DataClass,
    Environment,
    IdentifierKind,
    Medium,
    YesNoUnknown,
)
from inventory.models import Copy, Instance, System

SHA256 = "0f" * 32
_DUMP = "ledger-0606.dump"


def system(by: User, at: datetime, **facts: Any) -> System:
    """A system called ledger with an RPO of one hour, unless `facts` say otherwise."""
    given: dict[str, Any] = {
        "name": "ledger",
        "owner": by,
        "data_class": DataClass.INTERNAL,
        "rpo": timedelta(hours=1),
        "rto": timedelta(hours=2),
        "mtd": timedelta(days=2),
    }
    return systems.register(**given | facts, by=by, at=at)


def instance(system: System, by: User, at: datetime, **facts: Any) -> Instance:
    """The production instance of a system; each a machine of its own."""
    others = Instance.objects.count()
    given: dict[str, Any] = {
        "name": "ledger",
        "environment": Environment.PRODUCTION,
        "host": "db-prod-1",
        "first_kind": IdentifierKind.SYSTEM_IDENTIFIER,
        "first_value": "7301234567890123456",
        "second_kind": IdentifierKind.MACHINE_ID,
        "second_value": f"b08dfa6083e7567a1921a71500000{0x1FB + others:03x}",
    }
    return instances.register(system=system, **given | facts, by=by, at=at)


def copy(system: System, by: User, at: datetime, *, good: bool = False, **facts: Any) -> Copy:
    """A dump on a disk whose newest record is 26 h old at `at`, each with bytes of its own;
    verified when `good`."""
    name = str(facts.get("name", _DUMP))
    given: dict[str, Any] = {
        "name": name,
        "taken_at": at - timedelta(hours=25),
        "data_as_of": at - timedelta(hours=26),
        "medium": Medium.DISK,
        "place": "backup-1:/srv/backup",
        "holder": "backup-1",
        "size_bytes": 734003200,
        "sha256": SHA256 if name == _DUMP else hashlib.sha256(name.encode()).hexdigest(),
        "encrypted": YesNoUnknown.YES,
    }
    kept = copies.register(system=system, **given | facts, by=by, at=at)
    if not good:
        assert kept.state == CopyState.UNVERIFIED
        return kept
    return copies.verify(kept, how="read back on db-scratch-1", by=by, at=at)
