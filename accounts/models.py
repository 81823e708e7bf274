"""People. They are never deleted, only disabled: logs name them for years."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from accounts.enums import RIGHT_LABELS, Role


class User(AbstractUser):
    """A person who signs in. `name` is what other people read; `initials` sign a step."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    initials = models.CharField(max_length=4)

    class Meta:
        ordering = ["name", "pk"]
        permissions = [
            (right.value.split(".")[1], f"May {label}") for right, label in RIGHT_LABELS.items()
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.initials

    @property
    def roles(self) -> list[Role]:
        """The standing roles, in the order of the table in `accounts.enums`."""
        held = {group.name for group in self.groups.all()}
        return [role for role in Role if role.value in held]


class PersonChange(models.Model):
    """One line of the history of people: who invited, disabled, enabled whom, or gave which roles.

    Append-only by triggers. An admin can give themselves any role; this is where it shows.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="changes")
    verb = models.CharField(max_length=20)
    fields = models.JSONField()  # {"roles": ["viewer", "viewer, author"]}: old, new

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.by_name} {self.verb} {self.person_id}"
