"""The rules of the house that a machine can read. CONTRIBUTING.md names the test of each."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.template.loader import get_template
from django.urls import URLResolver, get_resolver
from django.utils.module_loading import import_string

from accounts.api.views import address_name
from jobs import rules
from runbooks.machine.events.kinds import KINDS
from tests.sources import (
    BESIDE,
    FLOORS,
    GROUND,
    PACKAGES,
    ROOT,
    functions,
    imported,
    sources,
    tracked,
    tree,
    where,
)

BANNED = {"utils", "helpers", "common", "misc", "base", "services"}
WRITES = {
    "save", "delete", "update", "create", "bulk_create", "bulk_update", "get_or_create",
    "update_or_create",
}  # fmt: skip
# `at` without `by`: the moment is the system's, or its row gives it, not one person's act.
UNPAIRED = {
    "Delivery.created_at", "Delivery.tried_at", "ReadCursor.read_at",
    "Copy.taken_at", "Copy.restore_proven_at", "Runbook.archived_at", "Revision.created_at",
    "Run.started_at", "Run.ended_at", "RunPerson.taken_at", "RunPerson.released_at",
    "Presence.seen_at", "Incident.closed_at", "TimelineEntry.happened_at",
    "Notification.notified_at",
    "Job.put_at", "Job.due_at", "Job.handed_at", "Job.ended_at", "Heartbeat.seen_at",
    "Notice.read_at", "Notice.over_at", "Token.issued_at", "Token.expires_at",
    "Token.used_at",
}  # fmt: skip


def at_the_edge(path: Path) -> bool:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return bool({"views", "forms", "api", "tasks", "templatetags", "admin"} & set(parts))


def test_floors() -> None:
    # The attempts at a deployment look at its settings.
    exempt = {"demo/attempts/secrets_in_logs.py"}

    def faults() -> Iterator[str]:
        for path in sources(*PACKAGES):
            here = path.relative_to(ROOT).parts[0]
            if where(path) in exempt:
                continue
            allowed = {here} | ({*GROUND} - {here} if here not in GROUND else set())
            if here in FLOORS:
                allowed |= set(FLOORS[: FLOORS.index(here) + 1])
            if here == "config":
                allowed.add(BESIDE)
            for node in ast.walk(tree(path)):
                for module in imported(node):
                    if module.split(".")[0] in {*PACKAGES, "tests"} - allowed:
                        yield f"{where(path, node)} imports {module}"

    assert not list(faults())


@pytest.mark.parametrize(
    "place",
    [
        "lib/units",
        "runbooks/lint",
        "runbooks/machine",
        "runbooks/procedure",
        "incidents/lifecycle",
        "jobs/rules",
    ],
)
def test_pure_modules_know_no_database_no_clock_and_no_request(place: str) -> None:
    paths = [path for path in sources(*PACKAGES) if where(path).removesuffix(".py") == place]
    paths += [path for path in sources(*PACKAGES) if where(path).startswith(f"{place}/")]
    assert paths
    faults = [
        f"{where(path, node)} imports {module}"
        for path in paths
        for node in ast.walk(tree(path))
        for module in imported(node)
        if module.split(".")[0] == "django" or re.search(r"\.models\b|\.views\b", module)
    ]
    assert not faults


def test_edges_write_no_model() -> None:
    def faults() -> Iterator[str]:
        for path in filter(at_the_edge, sources(*FLOORS)):
            nodes = list(ast.walk(tree(path)))
            modules = {
                alias.asname or alias.name
                for node in nodes
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            }
            for node in nodes:
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                receiver, verb = ast.unparse(node.func.value), node.func.attr
                on_rows = "objects" in receiver and verb in WRITES
                # A form of a library saves by itself; ours only add to it.
                on_a_row = verb in {"save", "delete"} and receiver not in {"super()", *modules}
                if on_rows or on_a_row:
                    yield f"{where(path, node)} calls {receiver}.{verb}()"

    assert not list(faults())


def test_the_clock_is_read_only_at_the_edges() -> None:
    edges = {"views", "api", "tasks", "management", "presence", "live", "notify", "launcher"}
    edges |= {"clock"}  # the one that runs are judged by
    edges |= {"commands"}  # of a terminal, as those of the rehearsal
    faults = [
        where(path, node)
        for path in sources(*PACKAGES)
        if not edges & set(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"timezone.now", "datetime.now", "datetime.utcnow", "now"}
    ]
    assert not faults


def test_no_field_cuts_a_text() -> None:
    """Text fields are `accounts.fields`, which count; a browser cuts at `maxlength`."""
    theirs = {"forms.CharField", "forms.EmailField", "forms.URLField", "forms.RegexField"}
    faults = [
        where(path, node)
        for path in sources(*PACKAGES)
        if path.relative_to(ROOT) != Path("accounts/fields.py")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Call) and ast.unparse(node.func) in theirs)
        or (isinstance(node, ast.ClassDef) and theirs & {ast.unparse(b) for b in node.bases})
    ]
    faults += [
        where(path) for path in tracked("templates") if "maxlength" in path.read_text("utf-8")
    ]
    assert not faults


def test_no_import_of_the_project_inside_a_function() -> None:
    faults = [
        where(path, node)
        for path in sources(*PACKAGES, "bench", "tests")
        for function in functions(path)
        for node in ast.walk(function)
        for module in imported(node)
        if module.split(".")[0] in PACKAGES
    ]
    assert not faults


def test_no_signal_receivers() -> None:
    faults = [
        where(path)
        for path in sources(*PACKAGES)
        if re.search(r"@receiver|(pre|post)_(save|delete)\b|m2m_changed", path.read_text("utf-8"))
    ]
    assert not faults


def test_only_tasks_speak_to_the_broker() -> None:
    """The web process never does, so a lost broker neither blocks nor delays a page."""
    faults = [
        f"{where(path, node)} imports {module}"
        for path in sources(*PACKAGES)
        if where(path)
        not in {"jobs/tasks.py", "config/celery.py", "config/broker.py", "config/beat.py"}
        for node in ast.walk(tree(path))
        for module in imported(node)
        if module.split(".")[0] in {"celery", "kombu", "redis"}
        or module in {"jobs.tasks", "config.celery", "config.broker", "config.beat"}
    ]
    assert not faults


def test_every_kind_of_job_has_a_handler_and_every_schedule_a_rule() -> None:
    for kind, handler in settings.JOB_HANDLERS.items():
        assert callable(import_string(handler)), kind
    for kind, (rule, purpose) in settings.JOB_SCHEDULES.items():
        assert kind in settings.JOB_HANDLERS
        assert str(rules.parse(rule)) == rule, kind
        assert purpose.endswith("."), kind


def test_no_module_with_a_name_that_says_nothing() -> None:
    assert not [where(path) for path in sources(*PACKAGES, "bench", "tests") if path.stem in BANNED]


def test_sizes() -> None:
    def length(node: ast.stmt) -> int:
        return (node.end_lineno or node.lineno) - node.lineno + 1

    def faults() -> Iterator[str]:
        for path in sources(*PACKAGES, "bench", "tests"):
            ours = "tests" not in path.relative_to(ROOT).parts
            lines = len(path.read_text("utf-8").splitlines())
            if lines > (300 if ours else 500):
                yield f"{where(path)} has {lines} lines"
            for node in ast.walk(tree(path)) if ours else ():
                if isinstance(node, ast.ClassDef) and length(node) > 200:
                    yield f"{where(path, node)}: class {node.name} has {length(node)} lines"
                if isinstance(node, ast.FunctionDef) and length(node) > 40:
                    yield f"{where(path, node)}: {node.name} has {length(node)} lines"
        for path in tracked("templates"):
            lines = len(path.read_text("utf-8").splitlines())
            if lines > 120:
                yield f"{where(path)} has {lines} lines"

    assert not list(faults())


def test_only_richtext_calls_text_safe() -> None:
    faults = [
        where(path)
        for path in sources(*PACKAGES)
        if path.relative_to(ROOT).parts[0] != "richtext"
        and re.search(r"\bmark_safe\b|SafeString\(", path.read_text("utf-8"))
    ]
    faults += [
        where(path)
        for path in tracked("templates")
        if re.search(r"\|safe\b", path.read_text("utf-8"))
    ]
    assert not faults


def test_templates_carry_no_script_no_style_and_no_outside_host() -> None:
    rules = {
        "inline style": r"<style|\sstyle=",
        "inline script": r"<script(?![^>]*\ssrc=)",
        "event attribute": r"\son[a-z]+=",
        "outside host": r"(src|href|action)=[\"']?(https?:)?//",
    }
    faults = [
        f"{where(path)}: {name}"
        for path in tracked("templates/*.html")
        for name, pattern in rules.items()
        if re.search(pattern, path.read_text("utf-8"), re.IGNORECASE)
    ]
    assert not faults


def test_every_template_compiles() -> None:
    for path in tracked("templates/*.html"):
        get_template(str(path.relative_to(ROOT / "templates")))


def test_the_name_of_an_address_is_the_name_of_its_view() -> None:
    def faults(resolver: URLResolver) -> Iterator[str]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from faults(entry)
                continue
            view = entry.callback
            kind = getattr(view, "cls", None)
            name = address_name(kind) if kind else view.__name__
            if not view.__module__.startswith("allauth.") and name != entry.name:
                yield f"{entry.name} leads to {name}"

    assert not list(faults(get_resolver()))


def test_who_and_when_are_kept_together() -> None:
    def faults() -> Iterator[str]:
        for model in apps.get_models():
            if model.__module__.split(".")[0] not in FLOORS:
                continue
            names = {field.name for field in model._meta.get_fields()}
            constrained = " ".join(c.name for c in model._meta.constraints)
            for name in sorted(names):
                stem = name.removesuffix("_at")
                if stem == name or f"{model.__name__}.{name}" in UNPAIRED:
                    continue
                field = model._meta.get_field(name)
                if f"{stem}_by" not in names:
                    yield f"{model.__name__}.{name} has no {stem}_by"
                elif field.null and f"{stem}_at_and_by_together" not in constrained:
                    yield f"{model.__name__}.{name} and {stem}_by are not constrained"

    assert not list(faults())


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_migrations_are_named() -> None:
    numbers = [path for path in tracked("*/migrations/0*.py") if "_auto_" in path.name]
    assert not numbers


def test_vendored_files_are_listed_with_their_digests() -> None:
    files = [path for path in tracked("static/vendor") if path.name != "vendor.json"]
    listed = ROOT / "static/vendor/vendor.json"
    known = json.loads(listed.read_text("utf-8")) if listed.exists() else {}
    digests = {
        str(path.relative_to(listed.parent)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    assert digests == {name: entry["sha256"] for name, entry in known.items()}


def test_no_file_names_a_registry_a_machine_or_unfinished_work() -> None:
    banned = re.compile(
        r"\b(TO" + r"DO|FIX" + r"ME)\b|py" + r"pi\.org|python" + r"hosted|registry\.npm|"
        r"(?<![\w.])/(work|root)/\w|(?m:^(?:<{7}|>{7}) )",
    )
    faults = [
        f"{where(path)}: {hit.group()}"
        for path in tracked()
        if path.suffix in {".py", ".md", ".html", ".toml", ".txt", ".js", ".css", ".json", ".lock"}
        or path.name in {"Makefile", "run"}
        for hit in banned.finditer(path.read_text("utf-8"))
    ]
    assert not faults


def test_every_kind_of_event_is_documented() -> None:
    page = (ROOT / "docs/reference/events.md").read_text("utf-8")
    assert KINDS
    assert not [kind for kind in KINDS if f"`{kind}`" not in page]
