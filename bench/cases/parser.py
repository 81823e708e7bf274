"""T22: reading a thousand runbooks, against the two libraries that it stands on."""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median

import yaml
from django.core.management import call_command
from markdown_it import MarkdownIt

from bench import procedures
from bench.people import Cast
from bench.results import Result
from bench.session import Session
from runbooks.models import Revision
from runbooks.procedure.parser import parse

FILES = 1000
BATCH = 50
STEPS = 25
IMPORTED = 50


def reading(session: Session) -> Iterable[Result]:
    """Made-up runbooks; and those of the folder COUNTERSIGN_CORPUS, when it is set."""
    made = [procedures.sheet(f"Runbook {number}", STEPS) for number in range(FILES)]
    if session.effort.repeats == 1:
        made = made[:100]
    yield _against_bare(session, f"{len(made)} made-up runbooks", made)
    folder = os.environ.get("COUNTERSIGN_CORPUS")
    if folder:
        sources = [path.read_bytes() for path in sorted(Path(folder).rglob("*.md"))]
        yield _against_bare(session, f"{len(sources)} files of the corpus", sources)


def importing(session: Session) -> Iterable[Result]:
    """T22: a folder imported for the second time, against the first."""
    cast = session.cast(session.world("1k"))
    stamp = time.time_ns()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(IMPORTED):
            source = procedures.sheet(f"Imported {stamp}, {number}", STEPS)
            (Path(folder) / f"{number}.md").write_bytes(source)
        files = [str(path) for path in Path(folder).iterdir()]
        first, again = (_import(cast, files) for _ in range(2))
    assert Revision.objects.filter(runbook__title__contains=str(stamp)).count() == IMPORTED
    note = f"{IMPORTED} files, {first:.1f} s, then {again:.2f} s"
    share = 100 * again / first
    yield Result("T22", "importing unchanged files, by the first", share, 5, "%", note=note)


def _import(cast: Cast, files: Sequence[str]) -> float:
    began = time.perf_counter()
    call_command("import_runbook", *files, author=cast.author.username, stdout=io.StringIO())
    return time.perf_counter() - began


def _against_bare(session: Session, label: str, sources: Sequence[bytes]) -> Result:
    """Batch by batch, one way after the other."""
    pairs = []
    for start in range(0, len(sources), BATCH):
        batch = sources[start : start + BATCH]
        pairs.append((_seconds(_bare, batch), _seconds(lambda source: parse(source), batch)))
    theirs, mine = (sum(times) for times in zip(*pairs, strict=True))
    note = f"{len(sources) / mine:.0f} files/s, bare {len(sources) / theirs:.0f}"
    ratio = median(mine / theirs for theirs, mine in pairs)
    return Result("T22", f"{label}, by the bare libraries", ratio, 1.3, note=note)


def _seconds(read: Callable[[bytes], object], sources: Sequence[bytes]) -> float:
    began = time.perf_counter()
    for source in sources:
        read(source)
    return time.perf_counter() - began


_markdown = MarkdownIt("commonmark").enable("table")


def _bare(source: bytes) -> object:
    """The front matter by the C loader, the rest into tokens."""
    text = source.decode("utf-8", "replace")
    head = ""
    if text.startswith("---\n") and "\n---\n" in text[4:]:
        head, text = text[4:].split("\n---\n", 1)
    with suppress(yaml.YAMLError):  # a file of the corpus may say anything
        yaml.load(head, yaml.CSafeLoader)
    return _markdown.parse(text)
