"""Files that are kept with a run: what is refused, where they go, and that they stay."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from lib.refusals import Invalid
from runbooks.runs import evidence


def kept(content: bytes, name: str, run: int = 7) -> evidence.Kept:
    return evidence.keep(run, ContentFile(content, name=name))


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_file_is_kept_under_its_digest(evidence_folder: Path) -> None:
    file = kept(b"listing", "pg_restore.TXT")
    digest = hashlib.sha256(b"listing").hexdigest()
    assert (file.sha256, file.size, file.content_type) == (digest, 7, "text/plain")
    assert file.path == f"run-7/{digest}"
    assert (evidence_folder / file.path).read_bytes() == b"listing"
    assert files(evidence_folder) == [file.path]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("/etc/cron.d/job.log", "job.log"),
        ("..\\..\\windows\\system.txt", "system.txt"),
        ("a\0b\n.txt", "a_b_.txt"),
        ("<script>.png", "_script_.png"),
        ("..txt.csv", "txt.csv"),
        ("Übersicht (1).pdf", "Übersicht (1).pdf"),
        ("x" * 300 + ".txt", "x" * 196 + ".txt"),
    ],
)
def test_a_name_is_a_label_and_no_path(evidence_folder: Path, given: str, name: str) -> None:
    file = ContentFile(b"x")
    file.name = given
    stored = evidence.keep(7, file)
    assert stored.name == name
    assert files(evidence_folder) == [f"run-7/{stored.sha256}"]


@pytest.mark.parametrize(
    "name", ["page.html", "picture.svg", "run.sh", "a.exe", "nothing", ".txt", "", "a.txt.js", "x."]
)
def test_what_a_browser_or_a_desktop_would_run_is_refused(evidence_folder: Path, name: str) -> None:
    file = ContentFile(b"x")
    file.name = name
    with pytest.raises(Invalid) as caught:
        evidence.keep(7, file)
    assert "not kept" in caught.value.errors["file"]
    assert not evidence_folder.exists() or files(evidence_folder) == []


def test_an_empty_and_a_too_large_file_leave_nothing(evidence_folder: Path, settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 1024 * 1024
    for content, sentence in ((b"", "empty"), (b"x" * (1024 * 1024 + 1), "larger than 1 MB")):
        with pytest.raises(Invalid) as caught:
            kept(content, "a.txt")
        assert sentence in caught.value.errors["file"]
    assert files(evidence_folder) == []
    assert kept(b"x" * (1024 * 1024), "a.txt").size == 1024 * 1024


def test_the_same_bytes_are_kept_once_and_never_written_over(evidence_folder: Path) -> None:
    first = kept(b"listing", "a.txt")
    place = evidence_folder / first.path
    before = place.stat()
    second = kept(b"listing", "b.log")
    assert second.path == first.path
    assert (place.stat().st_ino, place.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert kept(b"listing", "a.txt", run=8).path != first.path


def test_a_file_is_whole_or_not_there(evidence_folder: Path) -> None:
    class Broken:
        name = "a.txt"

        def chunks(self) -> Any:
            yield b"half"
            raise OSError("the line went dead")

    with pytest.raises(OSError, match="dead"):
        evidence.keep(7, Broken())
    assert files(evidence_folder) == []
