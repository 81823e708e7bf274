"""What a runbook makes before it writes there: an empty disk, a new database, a new instance.

What is new holds nothing that could be lost, so filling it is not the act that a restore's order is
measured from. Only what the text shows counts; a name that it also drops is not new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runbooks.lint.commands.calls import ProgramCall, SqlQuery
from runbooks.lint.commands.script import Script
from runbooks.lint.dangers.danger import Danger, in_order
from runbooks.lint.dangers.paths import places

#: What says that a disk is made or attached, or that it is a new one.
FOR_NEW_DISK = re.compile(
    r"\b(?:creat|attach|add|provision|order|plug in|insert)\w*\b[^.\n]{0,40}"
    r"\b(?:disk|volume|drive)s?\b|\b(?:new|empty|blank|fresh) (?:\w+ )?(?:disk|volume|drive)s?\b",
    re.IGNORECASE,
)
#: Calls that make or attach a disk: the program and words that stand in this order.
_MAKES_DISK: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("gcloud", ("compute", "disks", "create")),
    ("gcloud", ("compute", "instances", "attach-disk")),
    ("aws", ("ec2", "create-volume")),
    ("aws", ("ec2", "attach-volume")),
    ("az", ("disk", "create")),
    ("az", ("vm", "disk", "attach")),
    ("openstack", ("volume", "create")),
    ("openstack", ("server", "add", "volume")),
    ("doctl", ("compute", "volume", "create")),
    ("hcloud", ("volume", "create")),
    ("virsh", ("vol-create-as",)),
    ("virsh", ("attach-disk",)),
    ("qemu-img", ("create",)),
    ("rbd", ("create",)),
    ("lvcreate", ()),
)
#: Programs that make and remove things by a name, and their verbs.
_NAMED_BY = frozenset({"gcloud", "doctl", "hcloud", "openstack", "docker", "podman", "helm",
                       "kubectl", "virsh", "lxc"})  # fmt: skip
_MAKES = frozenset({"create", "install", "upgrade", "launch"})
_UNMAKES = frozenset({"delete", "uninstall", "rm", "remove", "destroy"})
#: Dangers that prepare a disk, by the program that is called.
_PREPARES = frozenset({"mkfs", "mke2fs", "mkswap", "wipefs", "sgdisk", "parted", "cryptsetup"})
_CREATED = re.compile(
    r"\bcreate\s+(?:database|schema|keyspace)\s+(?:if\s+not\s+exists\s+)?[\"`\[]?([\w.<>-]+)", re.I
)
_DROPPED = re.compile(
    r"\bdrop\s+(?:database|schema|keyspace)\s+(?:if\s+exists\s+)?[\"`\[]?([\w.<>-]+)", re.I
)
_NAMES = ("-d", "--dbname", "-D", "--database", "--db")
#: Options of the clients of databases that take a word of their own.
_TAKES_WORD = frozenset({"-h", "-p", "-P", "-U", "-u", "-O", "-T", "-E", "--host", "--port",
                         "--username", "--user", "--owner", "--template"})  # fmt: skip
#: Programs that put files back, and the options that name the folder.
_FOLDERS: dict[str, tuple[str, ...]] = {
    "restic": ("--target", "-t"),
    "tar": ("-C", "--directory"),
    "pgbackrest": ("--pg1-path",),
    "xtrabackup": ("--datadir",),
    "mariabackup": ("--datadir",),
    "etcdctl": ("--data-dir",),
    "etcdutl": ("--data-dir",),
}
#: What makes a new instance, table or disk of a backup, and cannot write over one that is there.
_BESIDE: tuple[tuple[str, str, str], ...] = (
    ("aws", r"restore-db-(?:instance|cluster)-(?:from|to)-[\w-]+", ""),
    ("aws", r"restore-table-(?:from-backup|to-point-in-time)", ""),
    ("aws", r"restore-from-cluster-snapshot", ""),
    ("aws", r"create-volume", "--snapshot-id"),
    ("gcloud", r"clone", ""),
    ("gcloud", r"create", "--source-snapshot"),
    ("az", r"restore", "--dest-name"),
    ("az", r"restore", "--source-server"),
    ("doctl", r"create|fork", "--restore-from-cluster-id"),
    ("zfs", r"clone", ""),
    ("etcdctl", r"restore", ""),
    ("etcdutl", r"restore", ""),
)
#: The options with which Velero writes over what the cluster has; without them it adds to it only.
_VELERO_OVER = "--existing-resource-policy"


def is_beside(call: ProgramCall | SqlQuery) -> bool:
    """Whether a call restores into something that it makes itself."""
    if not isinstance(call, ProgramCall):
        return False
    if call.program == "velero":
        return "restore" in call.texts and call.value(_VELERO_OVER) in (None, "none")
    return any(
        call.program == program
        and any(re.fullmatch(words, text) for text in call.texts)
        and (not option or call.has(option))
        for program, words, option in _BESIDE
    )


@dataclass(frozen=True)
class NewObjects:
    """What the steps up to one have made: whether a disk, the names of databases, and the folders
    that are new or that a new disk is mounted on; in steps before it, other things by name, such as
    a machine that is taken away again."""

    disk: bool
    databases: frozenset[str]
    folders: frozenset[str]
    things: frozenset[tuple[str, str]]

    def holds(self, place: ProgramCall | SqlQuery, danger: Danger | None = None) -> bool:
        """Whether a call only fills or prepares what was made; `danger` is what it does."""
        if isinstance(place, SqlQuery):
            filled = danger is not None and danger.restores and place.by is not None
            return filled and place.by is not None and self.holds(place.by)
        if danger is not None and prepares(place):
            return self.disk
        if any((place.program, text) in self.things for text in _deleted(place)):
            return True
        if not self.databases.isdisjoint(_into(place)):
            return not _drops(place)
        return any(_below(path, folder) for path in _unpacks_to(place) for folder in self.folders)


def prepares(place: ProgramCall | SqlQuery) -> bool:
    """Whether a call prepares a disk: makes a file system, a partition table, an encrypted one."""
    return isinstance(place, ProgramCall) and place.program.partition(".")[0] in _PREPARES


def new_objects(steps: Iterable[tuple[str, Iterable[Script]]]) -> Iterator[NewObjects]:
    """For each step, in order, what it and those before it have made. A step is its words and the
    scripts of its commands."""
    known = [(words, tuple(scripts)) for words, scripts in steps]
    dropped = frozenset(
        name for _, scripts in known for script in scripts for name in _dropped(script)
    )
    disk, names, folders = False, frozenset[str](), frozenset[str]()
    things = frozenset[tuple[str, str]]()
    for words, scripts in known:
        disk = disk or bool(FOR_NEW_DISK.search(words)) or any(map(_makes_disk, scripts))
        names |= frozenset(name for script in scripts for name in _created(script))
        folders |= frozenset(path for script in scripts for path in _folders(script, disk))
        yield NewObjects(disk, names - dropped, folders, things)
        things |= frozenset(thing for script in scripts for thing in _things(script))


def _makes_disk(script: Script) -> bool:
    return any(
        call.program == program and in_order(words, call.texts)
        for call in script.calls
        for program, words in _MAKES_DISK
    )


def _things(script: Script) -> Iterator[tuple[str, str]]:
    """What a script makes by name, each with the program."""
    for call in script.calls:
        if call.program in _NAMED_BY:
            yield from ((call.program, name) for name in _behind(call, _MAKES)[:1])


def _deleted(call: ProgramCall) -> list[str]:
    return _behind(call, _UNMAKES)[:1] if call.program in _NAMED_BY else []


def _behind(call: ProgramCall, verbs: frozenset[str]) -> list[str]:
    """The names behind the verb of a call; for kubectl behind the kind."""
    words = places(call)
    place = next((n for n, word in enumerate(words) if word in verbs), len(words))
    return words[place + (2 if call.program == "kubectl" else 1) :]


def _created(script: Script) -> Iterator[str]:
    for call in script.calls:
        if call.program == "createdb" or call.program == "mysqladmin" and "create" in call.texts:
            yield from _named(call)[-1:]
    for query in script.queries:
        yield from _CREATED.findall(query.text)


def _folders(script: Script, disk: bool) -> Iterator[str]:
    """Folders that cannot have been there, and those that a new disk is mounted on."""
    for call in script.calls:
        if call.program == "mkdir" and not call.has("-p", "--parents"):
            yield from places(call)
        if call.program == "mount" and disk:
            yield from places(call)[1:2]


def _unpacks_to(call: ProgramCall) -> list[str]:
    """The folder that a call puts a backup's files into."""
    if call.program == "rsync":
        return places(call)[-1:]
    given = call.value(*_FOLDERS.get(call.program, ())) if call.program in _FOLDERS else None
    return [given] if given else []


def _below(path: str, folder: str) -> bool:
    return path.rstrip("/") == folder.rstrip("/") or path.startswith(folder.rstrip("/") + "/")


def _dropped(script: Script) -> Iterator[str]:
    for call in script.calls:
        if call.program == "dropdb" or call.program == "mysqladmin" and "drop" in call.texts:
            yield from _named(call)
    for query in script.queries:
        yield from _DROPPED.findall(query.text)


def _into(call: ProgramCall) -> list[str]:
    """The databases that a call may name as the one that it works on."""
    if call.program not in ("psql", "pg_restore", "mysql", "mariadb", "mongorestore", "myloader"):
        return []
    given = call.value(*_NAMES)
    return [given] if given is not None else _named(call)[:1]


def _named(call: ProgramCall) -> list[str]:
    """The words of a call that name a database."""
    texts = ("", *call.texts)
    return [
        text
        for before, text in zip(texts, texts[1:], strict=False)
        if text in places(call) and before not in _TAKES_WORD and text not in ("create", "drop")
    ]


def _drops(call: ProgramCall) -> bool:
    return call.program == "pg_restore" and call.has("-C", "--create")
