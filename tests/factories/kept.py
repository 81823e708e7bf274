"""A database with runs, events and evidence in it, committed, to be backed up and restored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.test import override_settings

from runbooks.machine.moves.log import Attach, Note
from tests.factories.runs import Play, play
from tests.runbooks.live.live_world import World, open_world
from tests.runbooks.texts import PLAIN


@dataclass
class Kept:
    """The world, the folder of its evidence, and a run that can be moved on."""

    world: World
    evidence: Path
    play: Play

    def grow(self, text: str = "later") -> None:
        """One more event."""
        self.play.move(Note, text=text)

    def attach(self, content: bytes) -> Path:
        """One more file, by its path in the evidence folder."""
        file = ContentFile(content, name="listing.txt")
        self.play.move(Attach, file=file)
        newest = self.play.run.evidence.order_by("-pk")[0]
        return self.evidence / str(newest.file.name)


@contextmanager
def kept_world(blocker: Any, folder: Path, at: datetime) -> Iterator[Kept]:
    """Made with the product's own verbs: a run under way, with a tick and a file."""
    evidence = folder / "evidence"
    with (
        open_world(blocker, folder) as world,
        override_settings(MEDIA_ROOT=evidence, DATA=folder),
    ):
        made = Kept(world, evidence, play(PLAIN, at))
        made.play.tick(0)
        made.attach(b"ls -l\n")
        yield made
