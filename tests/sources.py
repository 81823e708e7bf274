"""The sources of the project, as its architecture tests read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FLOORS = (
    "accounts", "jobs", "notices", "inventory", "runbooks", "incidents", "webhooks", "demo",
    "config",
)  # fmt: skip
#: Below all floors; and beside them, for a copy of everything must not need what it copies.
GROUND, BESIDE = ("lib", "richtext"), "backup"
PACKAGES = (*GROUND, BESIDE, *FLOORS)


@cache
def tracked(*patterns: str) -> tuple[Path, ...]:
    """Files of the project: what Git keeps, and what is new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(ROOT / name for name in sorted(set(names.split("\n"))) if (ROOT / name).is_file())


def sources(*packages: str) -> list[Path]:
    return [
        path
        for path in tracked("*.py")
        if path.relative_to(ROOT).parts[0] in packages and "migrations" not in path.parts
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def where(path: Path, node: ast.AST | None = None) -> str:
    """The file, and the line of `node`, for a message."""
    line = f":{node.lineno}" if isinstance(node, ast.stmt | ast.expr) else ""
    return f"{path.relative_to(ROOT)}{line}"


def imported(node: ast.AST) -> list[str]:
    """The modules that an import statement names; none for any other node."""
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
