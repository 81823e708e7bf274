"""People. They are never deleted, only disabled: logs name them for years."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from accounts.enums import RIGHT_LABELS


class User(AbstractUser):
    """A person who signs in. `name` is what other people read; `initials` sign a step."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    initials = models.CharField(max_length=4)

    class Meta:
        ordering = ["name", "pk"]
        permissions = [(right.value.split(".")[1], f"May {label}") for right, label in RIGHT_LABELS.items()]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.initials
