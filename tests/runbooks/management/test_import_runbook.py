"""The commands that read runbook files."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.enums import Role
from accounts.models import User
from runbooks.library import revisions
from runbooks.management.commands import import_runbook
from runbooks.models import Revision
from tests.factories.library import DESTROYING, PLAIN
from tests.factories.people import person

BROKEN = PLAIN + b"\n  ```guard\n  overwrites: x\n  ```\n"


def _file(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def _import(*arguments: str) -> tuple[str, str, int]:
    out, err = StringIO(), StringIO()
    try:
        call_command("import_runbook", *arguments, stdout=out, stderr=err)
    except SystemExit as left:
        return out.getvalue(), err.getvalue(), int(left.code or 0)
    return out.getvalue(), err.getvalue(), 0


def test_errors_that_keep_a_text_from_being_approved_are_announced(
    tmp_path: Path, author: User
) -> None:
    out, _, code = _import(_file(tmp_path, "pots.md", DESTROYING))
    assert (code, "it from being approved" in out) == (0, True)
    out, _, code = _import(_file(tmp_path, "plain.md", PLAIN.replace(b"the plants", b"a pot")))
    assert (code, "it from being approved" in out) == (0, False)


def test_files_become_revisions_of_the_runbook_with_their_title(
    author: User, tmp_path: Path
) -> None:
    plants = _file(tmp_path, "plants.md", PLAIN)
    out, _, code = _import(plants, _file(tmp_path, "Leave.md", b"- [ ] Go\n"), "--author", "author")
    assert code == 0
    assert "kept as revision 1 of “Water the plants”" in out
    assert "“Leave”" in out
    out, _, code = _import(plants)
    assert (code, "already saved" in out) == (0, True)
    _file(tmp_path, "plants.md", PLAIN + b"\r\n")
    _import(plants, "--summary", "One line more")
    newest = Revision.objects.get(number=2)
    assert bytes(newest.source) == PLAIN + b"\r\n"
    assert (newest.author, newest.summary) == (author, "One line more")


def test_a_file_that_is_kept_already_is_not_read_again(
    author: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plants = _file(tmp_path, "plants.md", PLAIN)
    _import(plants)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(import_runbook, "parse", never)
    out, _, code = _import(plants)
    assert (code, "revision 1 of “Water the plants”" in out) == (0, True)


def test_an_older_text_and_a_text_without_a_title_are_read(author: User, tmp_path: Path) -> None:
    assert revisions.kept(PLAIN) is None
    _import(_file(tmp_path, "plants.md", PLAIN), _file(tmp_path, "Leave.md", b"- [ ] Go\n"))
    assert revisions.kept(PLAIN) == Revision.objects.get(runbook__title="Water the plants")
    assert revisions.kept(b"- [ ] Go\n") is None  # under another name it is another runbook
    _import(_file(tmp_path, "plants.md", PLAIN + b"\r\n"))
    assert revisions.kept(PLAIN) is None
    out, _, code = _import(_file(tmp_path, "plants.md", PLAIN))
    assert (code, "kept as revision 3" in out) == (0, True)


def test_a_bad_file_does_not_hinder_the_others(author: User, tmp_path: Path) -> None:
    bad = _file(tmp_path, "bad.md", BROKEN)
    _, err, code = _import(bad, str(tmp_path / "none.md"), _file(tmp_path, "good.md", PLAIN))
    assert code == 1
    assert f"{bad}:10:" in err
    assert "none.md cannot be read" in err
    assert Revision.objects.count() == 1


def test_the_author_must_be_plain(author: User, tmp_path: Path) -> None:
    path = _file(tmp_path, "x.md", PLAIN)
    with pytest.raises(CommandError, match="no account 'nobody'"):
        _import(path, "--author", "nobody")
    person("other", "ot", Role.AUTHOR)
    with pytest.raises(CommandError, match="2 accounts may write runbooks"):
        _import(path)
    person("reader", "rd", Role.VIEWER)
    out, _, code = _import(path, "--author", "reader")
    assert (code, "may not write runbooks" in out) == (1, True)
