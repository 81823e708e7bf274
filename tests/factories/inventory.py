"""Systems, instances and copies for tests, made by the product's own verbs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from inventory import copies, instances, systems
from inventory.enums import DataClass, Environment, IdentifierKind, Medium
from inventory.models import Copy, Instance, System


def system(*, by: User, at: datetime, **changed: Any) -> System:
    """The ledger, unless `changed` says otherwise: RPO 1 h, RTO 4 h, MTD 8 h."""
    known: dict[str, Any] = {
        "name": "ledger",
        "owner": by,
        "data_class": DataClass.CONFIDENTIAL,
        "rpo": timedelta(hours=1),
        "rto": timedelta(hours=4),
        "mtd": timedelta(hours=8),
    }
    return systems.register(**{**known, **changed}, by=by, at=at)


def instance(of: System, *, by: User, at: datetime, **changed: Any) -> Instance:
    """The production instance of a system."""
    known: dict[str, Any] = {
        "name": "ledger-production",
        "environment": Environment.PRODUCTION,
        "host": "db-prod-1",
        "first_kind": IdentifierKind.NAME,
        "first_value": "ledger",
        "second_kind": IdentifierKind.SYSTEM_IDENTIFIER,
        "second_value": "7291834756120934812",
    }
    return instances.register(system=of, **{**known, **changed}, by=by, at=at)


def copy(of: System, *, by: User, at: datetime, **changed: Any) -> Copy:
    """An unverified dump of a system, taken an hour before `at`."""
    known: dict[str, Any] = {
        "name": "dump-1",
        "taken_at": at - timedelta(hours=1),
        "data_as_of": at - timedelta(hours=1),
        "medium": Medium.DISK,
        "place": "backup-1:/dumps/ledger",
        "holder": "Operations",
    }
    return copies.register(system=of, **{**known, **changed}, by=by, at=at)
