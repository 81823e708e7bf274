"""What `manage.py check` asks of the settings beyond Django's own questions."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error


def connections_persist(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """A new connection for each request costs several times the request itself, and on SQLite it
    sets the journal mode anew each time: refuse a database that closes after every request."""
    return [
        Error(
            f"The database {alias!r} closes its connection after every request.",
            hint="Set CONN_MAX_AGE to some minutes, or to None.",
            id="countersign.E001",
        )
        for alias, database in settings.DATABASES.items()
        if database.get("CONN_MAX_AGE", 0) == 0
    ]


def mail_goes_out(app_configs: Sequence[AppConfig] | None, **options: object) -> list[CheckMessage]:
    """In production nobody is told that a run was stopped, and nobody can set a password, while no
    mail server is set: refuse to deploy so."""
    if settings.EMAIL_HOST or not settings.PRODUCTION:
        return []
    return [
        Error(
            "No mail server is set: invitations, new passwords and calls to a run reach nobody.",
            hint="Set COUNTERSIGN_EMAIL_HOST and, when it asks for them, the user and password.",
            id="countersign.E002",
        )
    ]
