"""People. They are never deleted, only disabled: logs name them for years."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from accounts.enums import RIGHT_LABELS, SCOPES, Right, Role, Scope


class User(AbstractUser):
    """A person who signs in. `name` is what other people read; `initials` sign a step."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    initials = models.CharField(max_length=4)

    #: What the token of this request leaves of the person's rights; None without a token. It is no
    #: column: `accounts.access.check` reads it, and so every verb does.
    narrowed_to: frozenset[Right] | None = None

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


class TryCounter(models.Model):
    """Wrong passwords under one thing that is counted (`accounts.limits`): an account from an
    address, a device, a screen. Both digests are keyed; no name and no address stands here."""

    key = models.CharField(max_length=64, unique=True)
    account = models.CharField(max_length=64, blank=True, db_index=True)  # whose; '' for an address
    failures = models.PositiveIntegerField(default=0)
    last_try = models.DateTimeField(db_index=True)
    next_try = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.failures} until {self.next_try:%H:%M:%S}"


class Token(models.Model):
    """A key with which a program acts as its owner, within scopes and for a time.

    Only a digest is kept: SHA-256 is enough for a secret of 256 random bits, which nobody guesses.
    `prefix` is public; it finds the row and tells tokens apart. Nothing is deleted: a revoked or
    expired token stays, so that a log's reader can see what there was.
    """

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    scopes = models.CharField(max_length=40)  # words of `Scope`, with blanks between
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)  # to the minute
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="token_revoked_at_and_by_together",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rights(self) -> frozenset[Right]:
        """The most that this token may do; its owner may have to stay below it."""
        return frozenset[Right]().union(*(SCOPES[Scope(word)] for word in self.scopes.split()))

    @property
    def only_reads(self) -> bool:
        """Whether it changes nothing, not even where looking is the only right that is needed (an
        observer's note in a run)."""
        return self.scopes == Scope.READ.value
