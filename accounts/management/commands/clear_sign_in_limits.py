"""`manage.py clear_sign_in_limits`: let somebody try their password again at once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import limits, people


class Command(BaseCommand):
    """Forgets the wrong passwords of one person, at sign-ins and signatures, or of everybody."""

    help = "Forget wrong passwords: of the person with this user name or address, or all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = None
        if options["name"]:
            person = people.by_login(options["name"])
            if person is None:
                raise CommandError(f"Nobody who is enabled signs in as {options['name']}.")
            accounts = [limits.account_of(person, "")]
        cleared = limits.clear(accounts)
        self.stdout.write(f"{cleared} counters of wrong passwords were cleared.")
