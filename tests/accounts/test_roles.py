"""The groups in the database match the table of rights."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from accounts import roles
from accounts.access import check, may
from accounts.enums import RIGHTS, Right, Role
from accounts.models import User
from lib.refusals import Refused


def granted(role: Role) -> set[str]:
    group = Group.objects.get(name=role.value)
    return {f"accounts.{codename}" for (codename,) in group.permissions.values_list("codename")}


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
def test_the_migrations_made_each_group_as_the_table_says(role: Role) -> None:
    assert granted(role) == {right.value for right in RIGHTS[role]}


@pytest.mark.django_db
def test_writing_again_takes_away_what_the_table_does_not_grant() -> None:
    group = Group.objects.get(name=Role.VIEWER.value)
    group.permissions.add(Permission.objects.get(codename="manage_people"))
    count = Permission.objects.count()
    roles.write(apps, "default")
    assert granted(Role.VIEWER) == {Right.VIEW.value}
    assert Permission.objects.count() == count


@pytest.mark.django_db
def test_each_permission_exists_once() -> None:
    names = Permission.objects.filter(
        content_type__app_label="accounts",
        codename__in=[right.value.split(".")[1] for right in Right],
    )
    assert names.count() == len(Right)


def test_nobody_who_only_writes_runbooks_may_also_approve_them() -> None:
    assert not [
        role
        for role, rights in RIGHTS.items()
        if {Right.WRITE_RUNBOOKS, Right.APPROVE_RUNBOOKS} <= rights
    ]


def test_check_names_what_is_missing(viewer: User) -> None:
    with pytest.raises(Refused) as refusal:
        check(viewer, Right.MANAGE_PEOPLE)
    assert refusal.value.status == 403
    assert "invite and disable people" in refusal.value.sentence


def test_a_disabled_person_may_nothing(admin: User) -> None:
    assert may(admin, Right.MANAGE_PEOPLE)
    admin.is_active = False
    assert not may(admin, Right.MANAGE_PEOPLE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", [1, 2])
def test_the_roles_outlive_the_flush_of_a_test_with_real_transactions(
    time: int, operator: User
) -> None:
    assert may(operator, Right.OPERATE)
