"""Put the restored data in the place of the live one, which is moved aside and never removed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from backup import Stopped, files, postgres, sqlite
from backup.restoring import Restored, beside_evidence

Step = tuple[Callable[[], None], Callable[[], None]]


def target() -> str:
    """What must be typed before the live data is replaced: the name of its database."""
    return Path(str(connection.settings_dict["NAME"])).name


def way_back(restored: Restored) -> list[str]:
    """Commands that put things back as they were, when server and worker are stopped. Ask before
    `replace`: they depend on what is live."""
    live, kept = Path(settings.MEDIA_ROOT), beside_evidence(restored.stamp, "replaced")
    back = [f"mv {live} {live}.undone-{restored.stamp}"]
    back += [f"mv {kept} {live}"] if live.exists() else []
    if connection.vendor == "sqlite":
        path = sqlite.live_path(connection.settings_dict)
        undone = [f"mv {path} {path}.undone-{restored.stamp}", f"mv {_aside(restored)} {path}"]
        return [*undone, *back]
    name = connection.settings_dict["NAME"]
    psql = 'psql -d postgres -c \'ALTER DATABASE "{}" RENAME TO "{}"\''
    return [
        psql.format(name, f"{name}_undone_{restored.stamp}"),
        psql.format(_aside(restored), name),
        *back,
    ]


def _aside(restored: Restored) -> str:
    if connection.vendor == "sqlite":
        return f"{sqlite.live_path(connection.settings_dict)}.replaced-{restored.stamp}"
    return f"{connection.settings_dict['NAME']}_replaced_{restored.stamp}"


def replace(restored: Restored) -> str:
    """Swap, and say where the live data is now. Raises `Stopped` while somebody uses it, or when a
    step fails; then what was moved before it is moved back."""
    if connection.vendor == "sqlite":
        path = sqlite.live_path(connection.settings_dict)
        with files.disk_errors_as_sentences("Nothing was replaced"), sqlite.alone(path):
            _in_order(_files_of(path, restored))
    else:
        name = str(connection.settings_dict["NAME"])
        check_nobody(name)
        with files.disk_errors_as_sentences("Nothing was replaced"):
            _in_order(_databases(name, restored))
    return _aside(restored)


def check_nobody(name: str) -> None:
    """Raise `Stopped` while anybody else is connected to the live database `name`."""
    connection.close()
    number = postgres.others(name)
    if number:
        raise Stopped(
            f"{number} connections to {name} are open: the server or a worker runs. Stop them"
            " (systemctl stop countersign-web countersign-worker countersign-beat) and start again."
        )


def _files_of(path: Path, restored: Restored) -> list[Step]:
    live = [path, *sqlite.companions(path)] if path.exists() else []
    moves = [(file, Path(str(file).replace(str(path), _aside(restored), 1))) for file in live]
    moves.append((Path(str(restored.database["NAME"])), path))
    return [_move(*move) for move in [*moves, *_evidence(restored)]]


def _databases(name: str, restored: Restored) -> list[Step]:
    renames = [(name, _aside(restored)), (str(restored.database["NAME"]), name)]
    steps: list[Step] = [
        (
            lambda before=before, after=after: postgres.rename(before, after),  # type: ignore[misc]
            lambda before=before, after=after: postgres.rename(after, before),  # type: ignore[misc]
        )
        for before, after in renames
    ]
    return steps + [_move(*move) for move in _evidence(restored)]


def _evidence(restored: Restored) -> list[tuple[Path, Path]]:
    live = Path(settings.MEDIA_ROOT)
    aside = [(live, beside_evidence(restored.stamp, "replaced"))] if live.exists() else []
    return [*aside, (restored.evidence, live)]


def _move(before: Path, after: Path) -> Step:
    def there() -> None:
        if after.exists():
            raise Stopped(f"{after} is there already; nothing is ever overwritten.")
        os.rename(before, after)
        files.flush(after.parent)

    return there, lambda: os.rename(after, before)


def _in_order(steps: list[Step]) -> None:
    done: list[Callable[[], None]] = []
    try:
        for there, back in steps:
            there()
            done.append(back)
    except BaseException:
        for back in reversed(done):
            back()
        raise
