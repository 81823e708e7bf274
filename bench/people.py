"""The people of a world. They are made directly: inviting them would send mail."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import Group

from accounts.enums import Role
from accounts.models import User


@dataclass(frozen=True)
class Cast:
    """Who plays: the one at the keyboard, the others whom a run needs, and a superuser."""

    operator: User
    verifier: User
    decider: User
    author: User
    approver: User
    viewer: User
    superuser: User


def cast() -> Cast:
    """The people of the world that was entered last; made at the first call."""
    roles = {
        "operator": Role.RESPONDER,
        "verifier": Role.RESPONDER,
        "decider": Role.RESPONDER,
        "author": Role.AUTHOR,
        "approver": Role.APPROVER,
        "viewer": Role.VIEWER,
    }
    people = {name: _person(name, role) for name, role in roles.items()}
    return Cast(**people, superuser=_superuser())


def _person(name: str, role: Role) -> User:
    person = User.objects.filter(username=f"bench-{name}").first()
    if person is None:
        person = User.objects.create_user(
            f"bench-{name}",
            f"{name}@example.org",
            None,
            name=f"{name.capitalize()} of the bench",
            initials=name[:2],
        )
        person.groups.set(Group.objects.filter(name=role.value))
    return person


def _superuser() -> User:
    superuser = User.objects.filter(username="bench-superuser").first()
    return superuser or User.objects.create_superuser(
        "bench-superuser", "su@example.org", None, name="Superuser", initials="su"
    )
