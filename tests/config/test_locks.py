"""What is installed: complete locks, by hashes, without resolving. `make locks` installs them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
INSTALLS = [ROOT / "README.md", ROOT / ".ci/run", *sorted((ROOT / "docs").rglob("*.md"))]


def names(requirements: list[str]) -> set[str]:
    """The packages that are asked for, as locks spell them."""
    names = {re.match(r"[A-Za-z0-9._-]+", line).group() for line in requirements}
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def locked(lock: str) -> set[str]:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    return set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))


def test_each_lock_has_what_the_project_asks_for() -> None:
    always = names(PROJECT["project"]["dependencies"])
    extras = names(sum(PROJECT["project"]["optional-dependencies"].values(), []))
    groups = names(sum(PROJECT["dependency-groups"].values(), []))
    assert always <= locked("run.lock")
    assert always | extras <= locked("production.lock")
    assert always | extras | groups <= locked("dev.lock")


def test_production_has_what_the_broker_imports_with_redis() -> None:
    assert {"redis", "packaging"} <= locked("production.lock")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_each_version_has_hashes_and_nothing_else(lock: Path) -> None:
    pinned = re.compile(r"[a-z0-9-]+==[\w.]+( ; [^\n]+?)? \\\n(    --hash=sha256:\w{64}( \\)?\n)+")
    assert pinned.sub("", lock.read_text("utf-8")) == ""


def test_every_documented_installation_resolves_nothing_and_looks_it_over() -> None:
    installs = 0
    for path in INSTALLS:
        lines = path.read_text("utf-8").splitlines()
        for line, after in zip(lines, [*lines[1:], ""], strict=True):
            if "pip install" in line and ".lock" in line:
                installs += 1
                assert "--no-deps --require-hashes" in line, (path.name, line)
                assert "pip check" in line + after, (path.name, line)
    assert installs >= 4
