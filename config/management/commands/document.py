"""`manage.py document`: write the generated pages of docs/reference, or check them."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from config import reference


class Command(BaseCommand):
    """Writes nothing with --check, and fails when a page is stale or a link leads nowhere."""

    help = "Make the generated pages of docs/reference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say what is not current")

    def handle(self, *args: object, check: bool = False, **options: object) -> None:
        folder = reference.ROOT / "docs/reference"
        names = reference.stale(folder)
        if not check:
            for name in names:
                (folder / name).write_text(reference.PAGES[name](), encoding="utf-8")
                self.stdout.write(f"docs/reference/{name} is written.")
            return
        faults = [f"docs/reference/{name} is stale: run manage.py document" for name in names]
        faults += [f"broken link in {link}" for link in reference.broken_links(reference.ROOT)]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("The generated pages are current and every link leads somewhere.")
