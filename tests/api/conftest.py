"""What the tests of the API begin with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import caches

from accounts.enums import Role
from tests.factories import inventory
from tests.factories.people import person
from tests.factories.story import story
from tests.factories.tokens import token
from tests.incidents import world


@pytest.fixture(autouse=True)
def counters() -> Iterator[None]:
    """The limits of one test are not those of the next."""
    caches["throttle"].clear()
    yield
    caches["throttle"].clear()


@pytest.fixture
def stage(db: None, settings: Any) -> dict[str, Any]:
    """A house with one thing of each kind, and somebody who may do everything."""
    settings.API_READS_PER_MINUTE = settings.API_WRITES_PER_MINUTE = 10**9
    at = datetime.now(UTC) - timedelta(hours=1)
    cast = {name: person(name, name[:2], *Role) for name in ("operator", "verifier", "decider")}
    cast |= {"author": person("author", "au", *Role), "approver": person("approver", "ap", *Role)}
    everyone = cast["operator"]
    ledger = inventory.system(everyone, at)
    instance = inventory.instance(ledger, everyone, at)
    copy = inventory.copy(ledger, everyone, at, good=True)
    incident = world.incident(everyone, at, system=ledger)
    run = story(cast, at).start().run
    return {
        "headers": {"Authorization": f"Bearer {token(everyone, at=at).text}"},
        "incidents": incident.pk,
        "instances": instance.pk,
        "copies": copy.pk,
        "runs": run.pk,
        "people": cast["verifier"].pk,
        "systems": ledger.slug,
        "runbooks": run.revision.runbook.slug,
    }
