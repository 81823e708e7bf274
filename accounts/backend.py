"""Who a session belongs to, and what they may do: both in one question to the database."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from accounts.models import User
from lib.sql import sql

#: A row for each right, by role or of one's own; one without a right for those who hold none. In
#: SQL, because to build this from models takes longer than to run it, at every request.
_WITH_RIGHTS = sql(
    """
    SELECT person.*,
        kind.{kind.app_label} AS app_label, permission.{permission.codename} AS codename
    FROM {person} person
    LEFT JOIN (
        SELECT granted.{granted.permission} AS permission
        FROM {member} member
        JOIN {granted} granted ON granted.{granted.group} = member.{member.group}
        WHERE member.{member.user} = %(person)s
        UNION ALL
        SELECT {own.permission} FROM {own} WHERE {own.user} = %(person)s
    ) held ON TRUE
    LEFT JOIN {permission} permission ON permission.{permission.id} = held.permission
    LEFT JOIN {kind} kind ON kind.{kind.id} = permission.{permission.content_type}
    WHERE person.{person.id} = %(person)s
    """,
    person=User,
    member=User.groups.through,
    granted=Group.permissions.through,
    own=User.user_permissions.through,
    permission=Permission,
    kind=ContentType,
)


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """The library's backend for signing in. For every request after that it reads the person with
    their rights, where Django would ask three times, and only members, not superusers, would pay.

    The rights live as long as the request, as they do with Django's own backend: a role that was
    taken away is gone at the next request.
    """

    def get_user(self, user_id: int) -> User | None:
        """The person with this key, their rights loaded; None if unknown or disabled."""
        rows = list(User.objects.raw(_WITH_RIGHTS, {"person": user_id}))
        if not rows or not self.user_can_authenticate(rows[0]):
            return None
        person = rows[0]
        if not person.is_superuser:  # who may do everything anyway
            rights = [(vars(row)["app_label"], vars(row)["codename"]) for row in rows]
            # Django's `ModelBackend` keeps here what it read, and looks here before it reads.
            person._perm_cache = {f"{app}.{name}" for app, name in rights if name}  # type: ignore[attr-defined]
        return person
