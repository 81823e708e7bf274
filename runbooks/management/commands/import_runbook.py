"""Keep runbook files as revisions."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from lib.refusals import Invalid, Refused
from runbooks.library import linting, revisions
from runbooks.library.reading import title_key
from runbooks.library.revisions import UnreadableText
from runbooks.models import Revision, Runbook
from runbooks.procedure.parser import parse
from runbooks.procedure.runnable import not_runnable
from runbooks.procedure.serialization import from_json


class Command(BaseCommand):
    help = (
        "Keep each file as the next revision of the runbook with its title, or as a new runbook. "
        "A file that has not changed is left alone. Ends with 1 when a file was not kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument(
            "--author", metavar="USERNAME", help="who wrote it (else the only author there is)"
        )
        parser.add_argument("--summary", default="", help="what changed, one line")

    def handle(
        self, *args: object, files: list[Path], author: str | None, summary: str, **options: object
    ) -> None:
        by = _author(author)
        kept = [self._keep(path, by, summary) for path in files]
        if not all(kept):
            raise SystemExit(1)

    def _keep(self, path: Path, by: User, summary: str) -> bool:
        try:
            source = path.read_bytes()
        except OSError as error:
            self.stderr.write(f"{path} cannot be read: {error.strerror}.")
            return False
        if known := revisions.kept(source):
            self.stdout.write(
                f"{path}: this is, byte for byte, revision {known.number} of “{known.runbook}”,"
                " which is already saved."
            )
            return True
        try:
            revision = revisions.save(
                source=source,
                by=by,
                at=timezone.now(),
                runbook=_same_title(source, path),
                summary=summary,
                name=path.stem,
            )
        except UnreadableText as unreadable:
            for f in unreadable.findings:
                self.stderr.write(
                    f"{path}:{f.line}:{f.column}: {f.level.value} {f.code} {f.sentence}"
                    f" {f.suggestion}".rstrip()
                )
            return False
        except Invalid as invalid:
            self.stderr.write(f"{path}: {invalid}")
            return False
        except Refused as refusal:
            self.stdout.write(f"{path}: {refusal.sentence} {refusal.remedy}")
            return refusal.code == "unchanged"
        self.stdout.write(
            f"{path}: kept as revision {revision.number} of “{revision.title}”,"
            f" {revision.step_count} (/runbooks/{revision.runbook.slug}/{revision.number}/)."
            f"{_holds(revision)}"
        )
        return True


def _holds(revision: Revision) -> str:
    """What stands between a text that was kept and its approval, or its runs; '' for nothing."""
    if sentence := not_runnable(from_json(revision.procedure)):
        return f" {sentence}"
    errors = len(linting.of_revision(revision, at=revision.created_at).errors)
    if not errors:
        return ""
    many = "an error keeps" if errors == 1 else f"{errors} errors keep"
    return f" But {many} it from being approved: lint_runbook says where."


def _author(username: str | None) -> User:
    if username is not None:
        try:
            return User.objects.get(username=username)
        except User.DoesNotExist:
            raise CommandError(f"There is no account {username!r}.") from None
    authors = [user for user in User.objects.with_perm("accounts.write_runbooks") if user.is_active]
    if len(authors) != 1:
        raise CommandError(
            f"{len(authors)} accounts may write runbooks: say which one with --author USERNAME."
        )
    return authors[0]


def _same_title(source: bytes, path: Path) -> Runbook | None:
    """The runbook that the file belongs to: the one with its title."""
    procedure = parse(source, name=path.stem).procedure
    key = title_key(procedure.title) if procedure else ""
    return Runbook.objects.filter(title_key=key).first() if key else None
