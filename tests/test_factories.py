"""What the factories make is what the names say."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from inventory.enums import CopyState
from tests.factories.inventory import copy, instance, system


def test_an_inventory(operator: User, at: datetime) -> None:
    ledger = system(by=operator, at=at)
    production = instance(ledger, by=operator, at=at)
    dump = copy(ledger, taken_from=production, by=operator, at=at)
    assert (dump.system, dump.taken_from) == (ledger, production)
    assert dump.state == CopyState.UNVERIFIED.value
