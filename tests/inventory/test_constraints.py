"""The database itself refuses what no verb would write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import User
from inventory.models import Change, Copy, Instance, System
from tests.factories import inventory as make


def _refused(write: Callable[[], object], constraint: str | None = None) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


def test_mtd_is_not_below_rto(operator: User, at: datetime) -> None:
    make.system(operator, at)
    _refused(lambda: System.objects.update(mtd=timedelta(minutes=1)), "system_mtd_not_below_rto")


def test_identifiers_differ_in_kind(operator: User, at: datetime) -> None:
    make.instance(make.system(operator, at), operator, at)
    _refused(
        lambda: Instance.objects.update(first_kind="name", second_kind="name"),
        "instance_identifiers_differ_in_kind",
    )


def test_names_are_unique_in_a_system(operator: User, at: datetime) -> None:
    ledger = make.system(operator, at)
    for kind in (make.instance, make.copy):
        kind(ledger, operator, at)
        second = kind(ledger, operator, at, name="second")
        second.name = type(second).objects.exclude(pk=second.pk).values_list("name", flat=True)[0]
        _refused(second.save)


def test_a_copy_is_good_only_when_verified(operator: User, at: datetime) -> None:
    make.copy(make.system(operator, at), operator, at)
    _refused(lambda: Copy.objects.update(state="good"), "copy_good_only_when_verified")
    _refused(lambda: Copy.objects.update(verified_at=at), "copy_verified_at_and_by_together")


def test_history_cannot_be_edited_or_deleted(operator: User, at: datetime) -> None:
    ledger = make.system(operator, at)
    _refused(lambda: Change.objects.update(by_name="Nobody"), "append-only")
    _refused(lambda: Change.objects.all().delete(), "append-only")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE inventory_change SET verb = 'seen'")
    assert Change.objects.about(ledger)[0].verb == "registered"
