"""The app of the whole project: its system checks and its commands."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register

from config import checks


class ConfigApp(AppConfig):
    """Registers the checks when Django is ready."""

    name = "config"

    def ready(self) -> None:
        register(checks.connections_persist)
        register(checks.mail_goes_out, deploy=True)
