"""The generated pages are current and complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import reference

DOCS = reference.ROOT / "docs/reference"


def test_the_generated_pages_are_current() -> None:
    assert reference.stale(DOCS) == [], "run `manage.py document`"


def test_every_variable_that_is_read_is_documented() -> None:
    source = (reference.ROOT / "config/settings.py").read_text("utf-8")
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source)) | {"COUNTERSIGN_SECRET_KEY"}
    page = reference.settings_page(source)
    assert [name for name in sorted(read) if f"`{name}`" not in page] == []


def test_a_remark_that_is_not_written_as_agreed_is_refused() -> None:
    with pytest.raises(ValueError, match="Write"):
        reference.settings_page("#: lower case\nX = 1\n")


def test_every_link_in_the_docs_leads_somewhere() -> None:
    assert reference.broken_links(reference.ROOT) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text("[b](b.md) [web](https://example.org) [top](#top)")
    assert reference.broken_links(tmp_path) == ["docs/a.md: b.md"]
