"""Fails when a link in a Markdown document of the project leads to a file that is not there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|<img[^>]*src=\"([^\"]+)\"")


def broken(document: Path) -> list[str]:
    """The local targets that `document` names and that do not exist."""
    text = re.sub(r"(?ms)^ *```.*?^ *```", "", document.read_text(encoding="utf-8"))
    targets = [a or b for a, b in LINK.findall(text)]
    local = [t for t in targets if not re.match(r"[a-z]+:", t)]
    return [t for t in local if not (document.parent / t).exists()]


if __name__ == "__main__":
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    found = [f"{d.relative_to(ROOT)}: {t}" for d in documents for t in broken(d)]
    print("\n".join(found) or f"{len(documents)} documents, every local link leads somewhere")  # noqa: T201
    sys.exit(bool(found))
