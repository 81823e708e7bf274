"""Who may do what, outside of a run. `check` raises with a reason; `may` is its shadow."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from accounts.enums import RIGHT_LABELS, SCOPES, Right, Role
from accounts.models import User
from lib.refusals import Refused
from lib.sql import sql


def check(person: User, right: Right) -> None:
    """Raise `Refused` (403) unless `person` is enabled and holds `right`, and the token they came
    with, if any, has a scope that holds it too ("token_scope")."""
    if not person.is_active or not person.has_perm(right.value):
        raise Refused(
            "no_right",
            f"Your account may not {RIGHT_LABELS[right]}.",
            "Ask an admin for a role that may, or ask somebody who has it.",
            status=403,
        )
    check_scope(person, right)


def check_scope(person: User, right: Right) -> None:
    """Raise `Refused` (403, "token_scope") when `person` came with a token whose scopes do not hold
    `right`, whether they hold it themselves or not. For what needs no more than a look from its
    sender, and of a token that it is made for that kind of work."""
    if person.narrowed_to is not None and right not in person.narrowed_to:
        scopes = " or ".join(f"“{scope}”" for scope, held in SCOPES.items() if right in held)
        raise Refused(
            "token_scope",
            f"This token may not {RIGHT_LABELS[right]}.",
            f"Use a token with the scope {scopes}.",
            status=403,
        )


def may(person: User, right: Right) -> bool:
    """Whether `check` would let `person` through: decides which buttons are drawn."""
    try:
        check(person, right)
    except Refused:
        return False
    return True


def holding(*roles: Role) -> QuerySet[User]:
    """The enabled people who hold one of `roles`, each once."""
    named = [role.value for role in roles]
    return User.objects.filter(is_active=True, groups__name__in=named).distinct()


_HOLDS = sql(
    """
    {person}.{person.is_active} AND {person}.{person.id} IN (
        SELECT member.{member.user} FROM {member} member
        JOIN {granted} granted ON granted.{granted.group} = member.{member.group}
        JOIN {permission} permission ON permission.{permission.id} = granted.{granted.permission}
        WHERE permission.{permission.codename} = %s
        UNION
        SELECT own.{own.user} FROM {own} own
        JOIN {permission} permission ON permission.{permission.id} = own.{own.permission}
        WHERE permission.{permission.codename} = %s
    )
    """,
    person=User,
    member=User.groups.through,
    granted=Group.permissions.through,
    own=User.user_permissions.through,
    permission=Permission,
)


def holds(right: Right) -> RawSQL:
    """For a query of people: whether the person of a row is enabled and was given `right`."""
    codename = right.value.split(".")[1]
    return RawSQL(_HOLDS, [codename, codename], BooleanField())  # noqa: S611 - a constant


def with_right(right: Right) -> QuerySet[User]:
    """The enabled people who were given `right`."""
    return User.objects.annotate(holds=holds(right)).filter(holds=True)
