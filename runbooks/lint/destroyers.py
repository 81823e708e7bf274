"""The list under L22: commands that destroy data. And those that put a backup's data somewhere.

The tables name rather too much than too little: a finding costs a guard or a waiver, a command that
nobody noticed costs the data. What is left out on purpose stands in `docs/decisions/linter.md`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from runbooks.lint import danger as is_it
from runbooks.lint.calls import Call, Query
from runbooks.lint.danger import Danger
from runbooks.lint.fresh import is_beside
from runbooks.lint.script import Script


def _d(
    programs: str,
    words: str,
    does: str,
    *,
    options: str = "",
    also: Callable[[Call], bool] | None = None,
    restores: bool = False,
) -> Danger:
    """A line of a table. `programs`, `words` and `options` are parted by blanks."""
    names = programs.split()
    name = " ".join([names[0], *words.split(), *options.split()[:1]])
    return Danger(
        name, does, tuple(names), tuple(words.split()), tuple(options.split()), restores, also
    )


_FILES = (
    _d("rm srm", "", "removes a whole tree of files", options="-r -R --recursive",
       also=is_it.not_scratch),
    _d("remove-item ri", "", "removes a whole tree of files", options="-recurse -Recurse -r"),
    _d("rm unlink", "", "removes the data of a server", also=is_it.names_live),
    _d("unlink", "", "removes a file", also=is_it.not_scratch),
    _d("shred wipe", "", "makes the file unreadable for good"),
    _d("truncate", "", "empties the file", also=is_it.to_nothing),
    _d("find", "", "removes every file that it finds", also=is_it.finds_and_removes),
    _d("mv cp install", "", "writes over live data", also=is_it.onto_live),
    _d("tar bsdtar", "", "unpacks over live data", also=is_it.unpacks_live, restores=True),
    _d("rsync", "", "removes what the source does not have",
       options="--delete --del --delete-before --delete-after --delete-during --delete-excluded"),
    _d("rclone", "sync|purge|delete|move|cleanup", "removes what the source does not have"),
    _d("dd", "", "writes over the whole target", also=is_it.writes_device),
    _d("crontab", "", "removes every scheduled job of the account", options="-r"),
    _d("git", "push", "replaces the history that others have", options="--force -f --mirror"),
    _d("git", "reset", "throws away what was not committed", options="--hard"),
    _d("git", "clean", "removes files that Git does not know", options="-f --force"),
)  # fmt: skip

_DISKS = (
    _d("mkfs mke2fs mkswap", "", "makes an empty file system of it"),
    _d("wipefs blkdiscard", "", "makes the disk unreadable"),
    _d("sgdisk", "", "removes the partition table", options="--zap-all -Z -z -o"),
    _d("parted", "mklabel|mktable|rm", "removes partitions"),
    _d("lvremove vgremove pvremove lvreduce", "", "removes the volume"),
    _d("lvconvert", "", "turns the volume back to a snapshot", options="--merge", restores=True),
    _d("zfs", "destroy", "removes the data set"),
    _d("zfs", "rollback", "throws away all since the snapshot", restores=True),
    _d("zfs", "receive|recv", "throws away what is there", options="-F", restores=True),
    _d("zpool", "destroy|labelclear", "removes the pool"),
    _d("btrfs", "subvolume|sub delete", "removes the subvolume"),
    _d("snapper", "rollback|delete|undochange", "throws away a state of the system"),
    _d("mdadm", "", "removes the disk from its array for good", options="--zero-superblock"),
    _d("cryptsetup", "luksformat|erase|lukserase", "makes the disk unreadable for good"),
    _d("rbd rados", "rm|purge|rollback", "removes the image or its objects"),
    _d("ceph", "osd purge|destroy", "removes the disk from the cluster"),
    _d("virsh", "undefine|vol-delete|snapshot-revert", "removes the machine or its state"),
    _d("qm pct", "destroy|rollback", "removes the machine or its state"),
)  # fmt: skip

_DATABASES = (
    _d("dropdb pg_dropcluster", "", "removes the database"),
    _d("pg_resetwal pg_resetxlog", "", "throws away transactions that were promised to be kept"),
    _d("pg_restore", "", "drops what is there before it restores", also=is_it.cleans,
       restores=True),
    _d("psql mysql mariadb cockroach", "", "runs what it reads over what is there",
       also=is_it.reads_dump, restores=True),
    _d("mysqladmin mariadb-admin", "drop", "removes the database"),
    _d("myloader", "", "drops the tables that it loads", options="-o --overwrite-tables",
       restores=True),
    _d("xtrabackup mariabackup mariadb-backup innobackupex", "", "writes into the data directory",
       options="--copy-back --move-back", restores=True),
    _d("mongorestore", "", "drops each collection before it restores it", options="--drop",
       restores=True),
    _d("redis-cli valkey-cli", "flushall|flushdb", "empties the database"),
    _d("etcdctl", "del", "removes every key below the prefix", options="--prefix"),
    _d("consul vault", "snapshot restore", "replaces the state of the cluster", restores=True),
    _d("consul", "kv delete", "removes every key below the prefix", options="-recurse"),
    _d("influx influxd", "delete|restore", "removes or replaces measurements"),
    _d("nodetool", "clearsnapshot", "removes the snapshots"),
    _d("kafka-topics kafka-topics.sh", "", "removes the topic", options="--delete"),
    _d("rabbitmqctl", "reset|force_reset|purge_queue|delete_queue", "removes what is queued"),
    _d("rails rake", "db:drop|db:reset|db:schema:load|db:migrate:reset", "empties the database"),
    _d("python python3 manage.py", "flush|reset_db|sqlflush", "empties the database"),
    _d("heroku", "pg:reset", "empties the database"),
    _d("heroku", "pg:backups:restore", "replaces the database", restores=True),
)  # fmt: skip

_BACKUPS = (
    _d("restic", "forget|prune", "removes backups"),
    _d("restic", "restore", "removes what the backup does not have", options="--delete",
       restores=True),
    _d("borg", "delete|prune|compact", "removes backups"),
    _d("kopia", "snapshot delete", "removes backups"),
    _d("pgbackrest", "restore", "writes over the data directory", options="--delta --force",
       restores=True),
    _d("pgbackrest", "stanza-delete|expire", "removes backups"),
    _d("barman", "delete", "removes backups"),
    _d("barman", "recover|restore", "writes into the data directory", restores=True),
    _d("wal-g wal-e", "delete", "removes backups"),
    _d("velero", "delete", "removes backups"),
    _d("duplicity", "remove-older-than|remove-all-but-n-full|cleanup", "removes backups"),
    _d("tmutil vssadmin wbadmin", "delete", "removes backups"),
)  # fmt: skip

_CLOUDS = (
    _d("aws", "s3 rm|rb", "removes objects"),
    _d("aws", "s3 sync", "removes what the source does not have", options="--delete"),
    _d("aws az gcloud doctl openstack ibmcloud oci linode-cli hcloud", "",
       "removes something in the cloud", also=is_it.deletes_something),
    _d("gsutil", "rm|rb", "removes objects"),
    _d("gsutil", "rsync", "removes what the source does not have", options="-d"),
    _d("s3cmd", "del|rm|rb", "removes objects"),
    _d("mc", "rm|rb", "removes objects"),
    _d("mc", "mirror", "removes what the source does not have", options="--remove"),
    _d("terraform tofu pulumi", "destroy", "removes what it has made"),
    _d("terraform tofu", "apply", "changes all without asking again",
       options="-auto-approve --auto-approve"),
    _d("kubectl oc", "delete", "removes objects of the cluster", also=is_it.not_made_anew),
    _d("kubectl oc", "replace", "removes the object before it makes it again", options="--force"),
    _d("helm", "uninstall|delete|del|un", "removes a release with what it has made"),
    _d("docker podman nerdctl", "volume rm|prune|remove", "removes volumes"),
    _d("docker podman nerdctl", "system prune", "removes what is not used at this moment"),
    _d("docker podman docker-compose", "down", "removes the volumes", options="-v --volumes"),
    _d("docker-compose", "rm", "removes the volumes", options="-v"),
    _d("curl", "", "asks a server to delete", also=is_it.asks_to_delete),
    _d("http https", "delete", "asks a server to delete"),
)  # fmt: skip

#: Programs that put a backup's data somewhere, over something or not.
_RESTORERS = (
    _d("pg_restore", "", "restores", also=is_it.writes_somewhere),
    _d("mongorestore myloader sstableloader slapadd", "", "restores"),
    _d("pgbackrest restic kopia duplicity clickhouse-backup", "restore", "restores"),
    _d("borg", "extract", "restores"),
    _d("wal-g wal-e", "backup-fetch", "restores"),
    _d("velero", "restore", "restores"),
    _d("etcdctl etcdutl", "snapshot restore", "restores"),
    _d("neo4j-admin", "load|restore", "restores"),
    _d("gitlab-backup", "restore", "restores"),
    _d("aws gcloud az doctl zfs", "", "restores into something new", also=is_beside),
)

_RENAMES = re.compile(
    r"\balter\s+(?:database|schema|table)\s.*\b(?:rename\s+to|modify\s+name)\b"
    r"|^\s*rename\s+(?:table|database)\b",
    re.IGNORECASE | re.DOTALL,
)
_WHERE = re.compile(r"\bwhere\b", re.IGNORECASE)
_UNFILTERED = frozenset({"DELETE without WHERE", "UPDATE without WHERE"})
_DEVICE = Danger("> /dev/…", "writes over a whole disk")
_EMPTIED = Danger("> …", "empties the file")
#: What stands behind `>` where something is compared, and where nothing is kept: `metric > 0.8`.
_NO_FILE = re.compile(r"=?-?[\d.]+(?:e[+-]?\d+)?\w{0,3}%?|=|bool|/dev/null", re.IGNORECASE)

_SQL: tuple[tuple[re.Pattern[str], Danger], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), Danger(name, does, restores=restores))
    for pattern, name, does, restores in (
        (r"\bdrop\s+(?:table|database|schema|tablespace|keyspace|collection|owned|column"
         r"|materialized|index)\b", "DROP", "removes it with all that is in it", False),
        (r"^\s*truncate\b", "TRUNCATE", "empties the table", False),
        (r"^\s*restore\s+(?:database|log|table)\b", "RESTORE DATABASE",
         "writes over the database", True),
        (r"\bwith\s+(?:[\w,= ]{0,80}[, ])?replace\b", "WITH REPLACE",
         "writes over the database", True),
        (r"\bdelete\s+from\b", "DELETE without WHERE", "removes every row", False),
        (r"^\s*update\s+\S+(?:\s+(?:as\s+)?\w+)?\s+set\b", "UPDATE without WHERE",
         "changes every row", False),
        (r"^\s*(?:reset\s+master|purge\s+(?:binary|master)\s+logs|discard\s+tablespace)\b",
         "RESET MASTER", "removes the log that a restore needs", False),
        (r"\.(?:dropDatabase|drop|deleteMany|remove)\s*\(\s*(?:\{\s*\})?\s*\)", "drop()",
         "removes it with all that is in it", False),
        (r"\bflush(?:all|db)\b", "FLUSHALL", "empties the database", False),
    )
)  # fmt: skip


#: Every kind of SQL that destroys data.
QUERIES = tuple(danger for _, danger in _SQL)


def _by_program(table: Iterable[Danger]) -> dict[str, tuple[Danger, ...]]:
    found: dict[str, tuple[Danger, ...]] = {}
    for danger in table:
        for program in danger.programs:
            found[program] = (*found.get(program, ()), danger)
    return found


_TRIES_BY_N = frozenset({"rsync", "restic", "borg", "rclone", "gsutil"})
#: Every command that destroys data.
DESTROYERS = (*_FILES, *_DISKS, *_DATABASES, *_BACKUPS, *_CLOUDS)
_DESTROYS = _by_program(DESTROYERS)
_RESTORES = _by_program(_RESTORERS)


def dangers(script: Script) -> Iterator[tuple[Call | Query, Danger]]:
    """What a script destroys: each place, and how. One danger a place."""
    for call in script.calls:
        found = _first(call, _DESTROYS) or _by_redirection(call)
        if found is not None and not _only_shows(call):
            yield call, found
    for query in script.queries:
        found = next((danger for pattern, danger in _SQL if pattern.search(query.text)), None)
        if found is not None and not (found.name in _UNFILTERED and _WHERE.search(query.text)):
            yield query, found


def renames(script: Script) -> bool:
    """Whether a script puts one database in the place of another, or out of its place. That
    destroys nothing yet, but nobody may do it to data that people write into."""
    return any(_RENAMES.search(query.text) for query in script.queries)


def restores(script: Script) -> Iterator[Call | Query]:
    """Where a script puts a backup's data somewhere, over something or not."""
    for place, danger in dangers(script):
        if danger.restores:
            yield place
    for call in script.calls:
        destroys = _first(call, _DESTROYS)
        if _first(call, _RESTORES) and not (destroys and destroys.restores):
            yield call


def _only_shows(call: Call) -> bool:
    """Whether a call is a trial: it says what it would do."""
    if call.has("--dryrun", "--what-if") or call.program in _TRIES_BY_N and call.has("-n"):
        return True
    return call.has("--dry-run") and call.value("--dry-run") not in ("none", "false")


def _first(call: Call, table: dict[str, tuple[Danger, ...]]) -> Danger | None:
    program = "mkfs" if call.program.startswith("mkfs.") else call.program
    return next((d for d in table.get(program.lower(), ()) if d.fits(call)), None)


def _by_redirection(call: Call) -> Danger | None:
    """A redirection onto a disk, or one that only empties a file."""
    written = [word.text for mark, word in call.statement.redirects if mark in (">", ">|")]
    if any(re.match(r"/dev/(?:sd|nvme|vd|mapper)", path) for path in written):
        return _DEVICE
    # Behind a bracket it takes what a group prints, or compares what a formula gives.
    alone = call.program == "" and call.statement.joint != ")"
    nothing = alone or call.program in (":", "true") or call.texts == ("/dev/null",)
    kept = [path for path in written if not is_it.is_scratch(path) and not _NO_FILE.fullmatch(path)]
    return _EMPTIED if nothing and kept else None
