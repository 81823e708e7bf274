"""A person and their rights come in one query, and are what Django's own backend would find."""

from __future__ import annotations

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import may
from accounts.backend import Backend
from accounts.enums import Right, Role
from accounts.models import User
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def read(user: User) -> User:
    known = Backend().get_user(user.pk)
    assert known == user
    return known


@pytest.mark.parametrize("roles", [(), (Role.VIEWER,), (Role.RESPONDER, Role.AUTHOR), tuple(Role)])
@pytest.mark.parametrize("own", [(), ("manage_people", "decide_runs", "add_session")])
def test_the_rights_are_those_that_django_finds(
    roles: tuple[Role, ...], own: tuple[str, ...]
) -> None:
    user = person("somebody", "sb", *roles)
    user.user_permissions.set(Permission.objects.filter(codename__in=own))
    other = person("other", "ot", Role.ADMIN)
    other.user_permissions.set(Permission.objects.filter(codename="write_runbooks"))
    assert read(user).get_all_permissions() == ModelBackend().get_all_permissions(user)


def test_one_query_is_asked_and_no_other_for_any_right(operator: User) -> None:
    with CaptureQueriesContext(connection) as asked:
        known = read(operator)
        assert [right for right in Right if may(known, right)]
    assert len(asked) == 1


def test_a_right_that_was_taken_away_is_gone_at_the_next_request(operator: User) -> None:
    assert may(read(operator), Right.OPERATE)
    operator.groups.remove(Group.objects.get(name=Role.RESPONDER.value))
    assert not may(read(operator), Right.OPERATE)


def test_the_disabled_and_the_unknown_are_nobody(operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(is_active=False)
    assert Backend().get_user(operator.pk) is None
    assert Backend().get_user(10**9) is None


def test_a_superuser_may_everything() -> None:
    root = User.objects.create_superuser("root", "root@example.org", "correct horse battery")
    assert all(may(read(root), right) for right in Right)
