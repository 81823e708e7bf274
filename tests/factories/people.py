"""People for tests. They are made directly, because the verb that invites wants an admin first."""

from __future__ import annotations

from django.contrib.auth.models import Group

from accounts.enums import Role
from accounts.models import User

PASSWORD = "countersign-demo"


def person(username: str, initials: str, *roles: Role) -> User:
    """An enabled person with `roles`, who signs in with `PASSWORD`."""
    someone = User.objects.create_user(
        username=username,
        email=f"{username}@example.org",
        password=PASSWORD,
        name=username.capitalize(),
        initials=initials,
    )
    someone.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    return someone
