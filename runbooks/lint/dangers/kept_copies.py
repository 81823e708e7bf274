"""Copies that must be kept: commands that write over one of them, perhaps the last good one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from runbooks.lint.commands.calls import ProgramCall
from runbooks.lint.dangers.danger import Danger
from runbooks.lint.dangers.paths import places

#: Options that name the file or the folder that a program writes.
_FILES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("pg_dump", "pg_dumpall"), ("-f", "--file")),
    **dict.fromkeys(("mysqldump", "mariadb-dump"), ("-r", "--result-file")),
    "mongodump": ("--archive", "-o", "--out"),
    "redis-cli": ("--rdb",),
    "pg_basebackup": ("-D", "--pgdata"),
    "curl": ("-o", "--output"),
    "wget": ("-O", "--output-document"),
    "gpg": ("-o", "--output"),
    "openssl": ("-out",),
    "sort": ("-o", "--output"),
    "influx": ("backup",),
    "xtrabackup": ("--target-dir",),
    "out-file": ("-filepath", "-path"),
    "set-content": ("-path", "-literalpath"),
    "backup-sqldatabase": ("-backupfile",),
}
#: Programs whose last word is what they write, or the folder in which they write it.
_LAST = frozenset(
    {"cp", "mv", "install", "rsync", "scp", "rclone", "copy", "move", "xcopy", "copy-item",
     "move-item", "ln", "gsutil", "ddrescue"}
)  # fmt: skip
#: Those that write, empty or remove every file that they name.
_ALL = frozenset({"tee", "rm", "unlink", "shred", "truncate", "del", "erase", "remove-item", "ri",
                  "out-file", "set-content", "tee-object", "gunzip", "unxz", "unzstd"})  # fmt: skip
_PLACEHOLDER = re.compile(r"<([A-Za-z][\w -]*)(?:\.(\w+))?>")
_MACHINE = re.compile(r"^(?:[\w.-]+@)?[\w.-]{2,}:(?=/)(?!//)")
_PACKS = re.compile(r"-?[A-Za-z]*[cru][A-Za-z]*|--create|--append|--update")
OVERWRITTEN = Danger("> a copy", "writes over a copy that is kept, or removes it")


@dataclass(frozen=True)
class KeptCopies:
    """The copies that a runbook's text must leave alone: the `places` of those that are registered,
    and the names of its `parameters` that are copies and are not written into on purpose."""

    places: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()

    def endangered_by(self, call: ProgramCall) -> Danger | None:
        """The danger of a call that writes over one of them, or removes it; None for none."""
        if not (self.places or self.parameters):
            return None
        for target in written(call):
            path = _path(target)
            if path in self._paths or self._is_parameter(target):
                return OVERWRITTEN
            # A folder takes the file under the name that it had.
            inside = [f"{path}/{name}" for name in _sources(call) & self._names]
            if any(inner in self._paths for inner in inside):
                return OVERWRITTEN
        return None

    @cached_property
    def _paths(self) -> frozenset[str]:
        """The places that are files or folders, as `_path` writes them."""
        return frozenset(path for path in map(_path, self.places) if "/" in path)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(path.rpartition("/")[2] for path in self._paths)

    def _is_parameter(self, target: str) -> bool:
        placeholder = _PLACEHOLDER.fullmatch(target) or _PLACEHOLDER.search(_path(target))
        if placeholder is None or not target.endswith(placeholder[0]):
            return False
        return placeholder[1].lower().replace("-", "_").replace(" ", "_") in self.parameters and (
            placeholder[2] in (None, "place")
        )


NOTHING_KEPT = KeptCopies()


def written(call: ProgramCall) -> Iterator[str]:
    """The files and folders that a call writes, empties or removes."""
    program = call.program.lower()
    yield from (w.text for mark, w in call.statement.redirects if mark in (">", ">|", ">>", "&>"))
    if program in _FILES and (named := call.value(*_FILES[program])):
        yield named
    if program in ("tar", "bsdtar"):
        yield from _archive(call)
    if program == "dd":
        yield from (text[3:] for text in call.texts if text.startswith("of="))
    if program in _ALL:
        yield from places(call)
    if program in ("zip", "7z", "7za"):
        yield from places(call)[program != "zip" :][:1]
    if program == "sed" and call.has("-i", "--in-place"):
        yield from places(call)[-1:]
    if program in ("etcdctl", "etcdutl") and call.texts[:2] == ("snapshot", "save"):
        yield from call.texts[2:3]
    if program == "aws" and "s3" in call.texts and {"cp", "mv", "sync"} & set(call.texts):
        yield from places(call)[-1:]
    if program in _LAST:
        given = call.value("-t", "--target-directory", "-destination")
        yield from [given] if given and program not in ("rsync", "ln") else places(call)[-1:]


def _archive(call: ProgramCall) -> Iterator[str]:
    """The archive that `tar` makes or adds to."""
    if not any(_PACKS.fullmatch(text) for text in call.texts[:2]):
        return
    bundled = re.match(r"-?[A-Za-z]*f$", call.texts[0]) if call.texts else None
    named = call.texts[1:2] if bundled else [call.value("-f", "--file") or ""]
    yield from (name for name in named if name)


def _sources(call: ProgramCall) -> set[str]:
    """The names of the files that a call names."""
    return {text.rstrip("/").rpartition("/")[2] for text in places(call)}


def _path(place: str) -> str:
    """A place without its machine, in one spelling: single `/` as separators, none at the end."""
    return re.sub(r"/+", "/", _MACHINE.sub("", place.strip().replace("\\", "/"))).rstrip("/")
