"""`manage.py load_demonstration`: people, the ledger, its copies, runbooks and the incident."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from demo import load


class Command(BaseCommand):
    """Loads the demonstration once; says so when it is there already."""

    help = "Load the demonstration. Its passwords are public: production refuses it."

    def handle(self, *args: object, **options: object) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration's passwords are public; production refuses it.")
        with transaction.atomic():
            loaded = load.load(at=timezone.now())
        self.stdout.write("Demonstration loaded." if loaded else "Demonstration is there already.")
