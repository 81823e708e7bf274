"""The roles as rows: one group for each role, with the permissions of `accounts.enums.RIGHTS`."""

from __future__ import annotations

from django.apps.registry import Apps

from accounts.enums import RIGHT_LABELS, RIGHTS, Right


def write(apps: Apps, alias: str) -> None:
    """Write the groups of the table to the database `alias`; other groups are left alone.

    For migrations, with their historical `apps`. The permissions are made here too, because
    Django makes them only after the last migration. A migration calls this again after every
    change of the table; `tests/accounts/test_roles.py` fails until one does.
    """
    types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    person, _ = types.get_or_create(app_label="accounts", model="user")
    made = {}
    for right, label in RIGHT_LABELS.items():
        made[right], _ = permissions.update_or_create(
            content_type=person, codename=_codename(right), defaults={"name": f"May {label}"}
        )
    for role, rights in RIGHTS.items():
        group, _ = groups.get_or_create(name=role.value)
        group.permissions.set([made[right] for right in sorted(rights)])


def _codename(right: Right) -> str:
    return right.value.split(".")[1]
