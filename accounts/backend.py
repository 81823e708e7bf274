"""Who a session belongs to, and what they may do: both in one question to the database."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User

#: A row for each right, by role or of one's own; one without a right for those who hold none. In
#: SQL, because to build this from models takes longer than to run it, at every request.
_WITH_RIGHTS = """
    SELECT person.*, kind.app_label, permission.codename
    FROM accounts_user person
    LEFT JOIN (
        SELECT granted.permission_id
        FROM accounts_user_groups member
        JOIN auth_group_permissions granted ON granted.group_id = member.group_id
        WHERE member.user_id = %(person)s
        UNION ALL
        SELECT permission_id FROM accounts_user_user_permissions WHERE user_id = %(person)s
    ) held ON TRUE
    LEFT JOIN auth_permission permission ON permission.id = held.permission_id
    LEFT JOIN django_content_type kind ON kind.id = permission.content_type_id
    WHERE person.id = %(person)s
"""


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
            found = [(vars(row)["app_label"], vars(row)["codename"]) for row in rows]
            # Django's `ModelBackend` keeps here what it read, and looks here before it reads.
            person._perm_cache = {f"{app}.{name}" for app, name in found if name}  # type: ignore[attr-defined]
        return person
