"""`manage.py create_admin`: the first person of a new installation."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import people
from lib.refusals import Invalid

VARIABLE = "COUNTERSIGN_ADMIN_PASSWORD"


class Command(BaseCommand):
    """Asks for what the arguments leave open. A password is never an argument, where every user
    of the machine could read it: it is asked for, or taken from an environment variable."""

    help = f"Add an admin who can sign in. The password is asked for, or taken from {VARIABLE}."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in ("username", "email", "name", "initials"):
            parser.add_argument(f"--{name}", default="")

    def handle(self, *args: object, **options: Any) -> None:
        known = {
            name: options[name] or input(f"{name.capitalize()}: ")
            for name in ("username", "email", "name", "initials")
        }
        password = os.environ.get(VARIABLE) or getpass("Password (at least 12 characters): ")
        try:
            person = people.create_admin(**known, password=password, at=timezone.now())
        except Invalid as invalid:
            problems = [f"{field}: {sentence}" for field, sentence in invalid.errors.items()]
            raise CommandError("\n".join(problems)) from invalid
        self.stdout.write(f"{person.name} ({person.username}) is an admin and can sign in.")
