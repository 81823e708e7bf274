"""Paths in commands: scratch folders, and the places where servers keep their data."""

from __future__ import annotations

import re

from runbooks.lint.commands.calls import ProgramCall

_LIVE = re.compile(
    r"\$\{?(?:PGDATA|DATADIR|DATA_DIR|MYSQL_DATA\w*)\b|^/dev/(?:sd|nvme|vd|mapper)"
    r"|/var/lib/(?:mysql|mariadb|postgres\w*|pgsql|mongo\w*|redis|etcd|elasticsearch|grafana"
    r"|clickhouse|influxdb|ldap|docker|jenkins|gitlab|cassandra)|/(?:pg|my)?data(?:/|$)"
)
#: Folders and files that a tool makes again by itself.
_MADE_AGAIN = re.compile(
    r"(?:\./|.*/)?(?:\.terraform(?:\.lock\.hcl)?|node_modules|__pycache__|\.venv|\.(?:pytest|mypy|ruff)"
    r"_cache|\.tox)/?|(?:\./)?(?:build|dist|coverage|tmp|\.cache)(?:/(?!\.\.)[\w.-]+)*/?"
    r"|\$\(mktemp[^)]*\)"
)
#: What a copy or a place beside the live data is called: `main.old`, `mysql-restored`, `/scratch/`.
_BESIDE_LIVE = re.compile(
    r"[._-](?:new|old|bak|backup|orig|prev|saved|aside|broken|wrong|restored?|beside|copy|scratch"
    r"|tmp|temp|test|<[\w.]+>|\d{8}\w*)/?$|/(?:restored?|beside|scratch|old|new|tmp|temp|test)(?:/|$)",
    re.IGNORECASE,
)


def is_scratch(path: str) -> bool:
    """Whether a path is below a folder for things that may vanish, or is made again by a tool."""
    below = bool(re.match(r"/(?:var/)?tmp/[\w<]", path)) and ".." not in path
    return below or bool(_MADE_AGAIN.fullmatch(path))


def is_live(path: str) -> bool:
    """Whether a path is one where servers keep their data, and not one beside it."""
    return bool(_LIVE.search(path)) and not _BESIDE_LIVE.search(path)


def places(call: ProgramCall) -> list[str]:
    """Its arguments that are no options: paths, as a rule."""
    return [text for text in call.texts if not text.startswith("-")]
