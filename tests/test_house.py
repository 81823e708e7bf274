"""The walls of the house, counted: docs/architecture.md draws them, docs/decisions/house.md says
why."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.sources import PACKAGES, ROOT, sources, tree, where

#: The rooms of `runbooks`, top to ground: each may import those behind it.
ROOMS = (
    "urls", "api", "views", "templatetags", "management", "tasks", "screen", "audit", "forms",
    "runs", "library", "log", "live", "lint", "machine", "models", "procedure", "enums",
)  # fmt: skip
ENTRIES, ARROWS = 20, 100
SHORTEST = 25
#: What Django and Python ask for by name, however little stands in it.
_FACES = {"__init__", "urls", "apps", "asgi", "wsgi"}


@cache
def module_of(path: Path) -> str:
    """`runbooks/log/__init__.py` → `runbooks.log`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def imports() -> dict[str, set[str]]:
    """Every module of the product and those that it imports, if only for types."""
    paths = {module_of(path): path for path in sources(*PACKAGES, "bench")}
    graph: dict[str, set[str]] = {}
    for module, path in paths.items():
        named: set[str] = set()
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                named |= {name if name in paths else node.module for name in inner}
            elif isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
        graph[module] = {name for name in named if name in paths} - {module}
    return graph


def arrows() -> set[tuple[str, str]]:
    """Pairs of rooms of `runbooks` of which the first imports the second."""
    pairs = set()
    for module, named in imports().items():
        for other in named:
            rooms = module.split(".")[1:2] + other.split(".")[1:2]
            if {module.split(".")[0], other.split(".")[0]} == {"runbooks"} and len(rooms) == 2:
                pairs.add((rooms[0], rooms[1]))
    return {(here, there) for here, there in pairs if here != there}


def test_the_biggest_room_has_few_entries() -> None:
    entries = {path.relative_to(ROOT).parts[1] for path in sources("runbooks")} | {"migrations"}
    assert entries - {"__init__.py", "migrations"} == {
        name if (ROOT / "runbooks" / name).is_dir() else f"{name}.py" for name in ROOMS
    }
    assert len(entries) <= ENTRIES


def test_no_arrow_between_its_rooms_climbs_and_they_are_few() -> None:
    climbing = [pair for pair in arrows() if ROOMS.index(pair[0]) > ROOMS.index(pair[1])]
    assert climbing == []
    assert len(arrows()) <= ARROWS


def test_no_circle_of_files() -> None:
    try:
        TopologicalSorter(imports()).prepare()
    except CycleError as error:
        raise AssertionError(f"A circle: {' → '.join(error.args[1])}") from None


def test_no_module_is_a_crumb() -> None:
    """What is shorter belongs to the module that needs it."""
    crumbs = [
        f"{where(path)} has {lines} lines"
        for path in sources(*PACKAGES)
        if path.stem not in _FACES and "commands" not in path.parts
        if (lines := len(path.read_text("utf-8").splitlines())) < SHORTEST
    ]
    assert not crumbs


#: Class names that stand twice for a reason: each twin is the same thing in another form.
TWINS: frozenset[str] = frozenset()
MOST_TWINS = 8
#: Uses of `Any`, in thousandths of the lines of all packages: what is truly unknown.
ANY_PER_THOUSAND = 3
#: Django's own names for inner and command classes.
_DJANGOS = {"Meta", "Migration", "Command"}


def test_class_names_are_unique() -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    for path in sources(*PACKAGES, "bench"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and node.name not in _DJANGOS:
                homes[node.name].add(where(path))
    twins = {name: sorted(paths) for name, paths in homes.items() if len(paths) > 1}
    assert {name: paths for name, paths in twins.items() if name not in TWINS} == {}
    assert len(TWINS) <= MOST_TWINS


def test_any_is_rare() -> None:
    paths = sources(*PACKAGES, "bench")
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in paths)
    uses = sum(
        isinstance(node, ast.Name) and node.id == "Any"
        for path in paths
        for node in ast.walk(tree(path))
    )
    assert uses * 1000 <= ANY_PER_THOUSAND * lines, f"{uses} in {lines} lines"


#: A variable has the word for the thing that it holds: event, error, rows, person, match.
_EMPTY_WORDS = {"told", "said", "found", "one"}
_EMPTY_NAMES = _EMPTY_WORDS | {"of"}
_EMPTY_CLASSES = {"What", "Told", "Seen"}


def _says_nothing(node: ast.AST) -> bool:
    """Whether the statement or name binds a word that stands for anything."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return name in _EMPTY_WORDS
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name in _EMPTY_NAMES
        case ast.ClassDef(name=name):
            return name in _EMPTY_CLASSES
    return False


def test_names_say_what_they_hold() -> None:
    nameless = [
        f"{where(path)}:{getattr(node, 'lineno', '')}"
        for path in sources(*PACKAGES, "bench", "tests")
        for node in ast.walk(tree(path))
        if _says_nothing(node)
    ]
    assert nameless == []
