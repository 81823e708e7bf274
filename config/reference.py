"""The generated pages of docs/reference: made from the code, so that they cannot differ from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver

from config.api import document
from runbooks.lint.reference import lint_rules_page
from runbooks.management import reference as rules
from webhooks.reference import webhook_events_page

ROOT = Path(__file__).resolve().parent.parent
_MADE = "<!-- Made by `manage.py document`. Do not edit. -->\n\n"
_SETTING = re.compile(r"^(?P<name>[A-Z_]+) \((?P<default>.+?)\) — (?P<sentence>.+)$")


def settings_page(source: str) -> str:
    """The page of settings, from the `#: NAME (default) — sentence` lines of settings.py.

    Raises `ValueError` for a line that is not written so.
    """
    lines = [
        f"| `{setting['name']}` | {setting['default']} | {setting['sentence']} |"
        for setting in map(_read, _remarks(source))
    ]
    head = "# Settings\n\nAll are environment variables; a bad value stops the start.\n\n"
    table = "| variable | default | what it does |\n|---|---|---|\n" + "\n".join(lines)
    return f"{_MADE}{head}{table}\n"


def _remarks(source: str) -> Iterator[str]:
    """Each run of `#:` lines, joined to one."""
    for block in re.findall(r"(?:^#: .+\n)+", source, flags=re.MULTILINE):
        text = ""
        for line in block.splitlines():
            part = line.removeprefix("#: ")
            if text and re.match(r"[A-Z_]{4,} \(", part):
                yield text
                text = part
            else:
                text = f"{text} {part}".strip()
        yield text


def _read(remark: str) -> re.Match[str]:
    match = _SETTING.match(remark)
    if not match:
        raise ValueError(f"Write `#: NAME (default) — sentence`, not {remark!r}.")
    return match


def urls_page() -> str:
    """The page of addresses: each name, its path, and the first line of its view's docstring."""
    rows = sorted(_named(get_resolver(), "", ""))
    lines = [f"| `{name}` | `/{route}` | {line} |" for name, route, line in rows]
    head = "# Addresses\n\nThe name of an address is the name of its view and its template.\n\n"
    table = "| name | path | what it answers |\n|---|---|---|\n" + "\n".join(lines)
    return f"{_MADE}{head}{table}\n"


def _named(resolver: URLResolver, space: str, prefix: str) -> Iterator[tuple[str, str, str]]:
    for entry in resolver.url_patterns:
        route = prefix + _readable(str(entry.pattern))
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from _named(entry, space + inner, route)
        elif isinstance(entry, URLPattern) and entry.name:
            yield space + entry.name, route, _first_line(entry.callback)


def _readable(pattern: str) -> str:
    """A regular expression's route as a path converter would write it."""
    return re.sub(r"\(\?P<(\w+)>.*?\)(?=[-/]|$)", r"<\1>", pattern).strip("^$")


def _first_line(view: Callable[..., object]) -> str:
    if view.__module__.startswith("allauth."):
        return "A page of django-allauth in our frame."
    return (view.__doc__ or "").strip().split("\n")[0]


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": lambda: settings_page((ROOT / "config/settings.py").read_text("utf-8")),
    "urls.md": urls_page,
    "run-states.md": lambda: _MADE + rules.run_states_page(),
    "webhook-events.md": lambda: _MADE + webhook_events_page(),
    "events.md": lambda: _MADE + rules.events_page(),
    "lint-rules.md": lambda: _MADE + lint_rules_page(),
    "openapi.yml": document.as_yaml,
}


def stale(folder: Path) -> list[str]:
    """The names of the pages in `folder` that are not what the code says now."""
    return [
        name
        for name, make in PAGES.items()
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != make()
    ]


def broken_links(root: Path) -> list[str]:
    """Links of the Markdown pages of the project to files that do not exist, as `page: target`."""
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return [
        f"{page.relative_to(root)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
        if "://" not in target and not target.startswith("mailto:")
        if not (page.parent / target).exists()
    ]
