"""What it takes for a command to destroy data, or to put a backup's data somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from runbooks.lint.calls import Call


@dataclass(frozen=True)
class Danger:
    """One thing that commands do to data: `name` as people call it, `does` what it does, as a
    clause.

    A call of one of `programs` fits when `words` stand among its arguments in this order
    (alternatives are parted by `|`), one of `options` is given, and `also` holds. `restores` tells
    that it puts other data in the place of what is there.
    """

    name: str
    does: str
    programs: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    restores: bool = False
    also: Callable[[Call], bool] | None = None

    def fits(self, call: Call) -> bool:
        """Whether it does this, given that it is a call of one of the programs."""
        return (
            _in_order(self.words, call.texts)
            and (not self.options or call.has(*self.options))
            and (self.also is None or self.also(call))
        )


def _in_order(words: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    left = iter(texts)
    return all(any(text.lower() in word.split("|") for text in left) for word in words)


def entry(
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


_LIVE = re.compile(
    r"\$\{?(?:PGDATA|DATADIR|DATA_DIR|MYSQL_DATA\w*)\b|^/dev/(?:sd|nvme|vd|mapper)"
    r"|/var/lib/(?:mysql|mariadb|postgres\w*|pgsql|mongo\w*|redis|etcd|elasticsearch|grafana"
    r"|clickhouse|influxdb|ldap|docker|jenkins|gitlab|cassandra)|/(?:pg|my)?data(?:/|$)"
)
_HARMLESS_KINDS = frozenset(
    {"pod", "pods", "po", "job", "jobs", "event", "events", "replicaset", "rs", "lease"}
)
_ONE_THING = re.compile(r"delete-(?:item|object|message|tags?|object-tagging|alarms|dashboards)")
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
_KUBECTL_TAKES = frozenset({"-n", "--namespace", "-l", "--selector", "--context", "--cluster",
                            "--field-selector", "--grace-period", "--timeout"})  # fmt: skip
_SPEAKERS = frozenset({"echo", "printf", ""})
_IS_NEW = re.compile(r"^(?!/dev/).*<run>|^/dev/null$")
_DUMP = re.compile(r"dump|backup|\.bak|restor", re.IGNORECASE)


def is_scratch(path: str) -> bool:
    """Whether a path is below a folder for things that may vanish, or is made again by a tool."""
    below = bool(re.match(r"/(?:var/)?tmp/[\w<]", path)) and ".." not in path
    return below or bool(_MADE_AGAIN.fullmatch(path))


def is_live(path: str) -> bool:
    """Whether a path is one where servers keep their data, and not one beside it."""
    return bool(_LIVE.search(path)) and not _BESIDE_LIVE.search(path)


def places(call: Call) -> list[str]:
    """Its arguments that are no options: paths, as a rule."""
    return [text for text in call.texts if not text.startswith("-")]


def not_scratch(call: Call) -> bool:
    """It names something else than scratch folders."""
    return not (named := places(call)) or not all(map(is_scratch, named))


def names_live(call: Call) -> bool:
    """It names a place where a server keeps its data."""
    return any(map(is_live, call.texts))


def onto_live(call: Call) -> bool:
    """What it writes last is where a server keeps its data."""
    return len(named := places(call)) > 1 and is_live(named[-1])


def copies_back_live(call: Call) -> bool:
    """A physical backup is copied back to where a server keeps its data."""
    into = call.value("--datadir")
    return into is None or is_live(into) or not _BESIDE_LIVE.search(into)


def unpacks_live(call: Call) -> bool:
    """An archive is unpacked where a server keeps its data, or over the whole machine."""
    into = call.value("-C", "--directory") or call.folder
    unpacks = any(re.match(r"-?[a-zA-Z]*x", text) for text in call.texts[:2])
    return (unpacks or call.has("--extract")) and (is_live(into) or into == "/")


def at_live(call: Call) -> bool:
    """It works in a folder where a server keeps its data, or in `/`."""
    return is_live(call.folder) or call.folder == "/"


def onto_live_or_root(call: Call) -> bool:
    """What it writes last is `/`, or where a server keeps its data."""
    return onto_live(call) or places(call)[-1:] == ["/"]


def restores_live(call: Call) -> bool:
    """`--target /`, or where a server keeps its data."""
    into = call.value("--target", "-t") or ""
    return is_live(into) or into == "/"


def unzips_live(call: Call) -> bool:
    """`-d` names `/` or where a server keeps its data, or it works there."""
    into = call.value("-d")
    return (is_live(into) or into == "/") if into is not None else at_live(call)


def fills_live(call: Call) -> bool:
    """`-D` names where a server keeps its data."""
    return is_live(call.value("-D", "--pgdata") or "")


def updates_existing(call: Call) -> bool:
    """`--existing-resource-policy=update`."""
    return call.value("--existing-resource-policy") == "update"


def overwrites_conflicts(call: Call) -> bool:
    """`--resolve-conflict overwrite`, `--overwrite`."""
    conflict = (call.value("--resolve-conflict") or "").lower()
    return conflict == "overwrite" or call.has("--overwrite")


def replaces_tables(call: Call) -> bool:
    """`table_exists_action=replace` or `truncate`."""
    wanted = re.compile(r"table_exists_action=(?:replace|truncate)", re.IGNORECASE)
    return any(wanted.fullmatch(text) for text in call.texts)


def follows_another(call: Call) -> bool:
    """It is told to follow another server: `NO ONE` ends that, and loses nothing."""
    return "no" not in (text.lower() for text in call.texts)


def removes_tree(call: Call) -> bool:
    """With `-r`."""
    return call.has("-r", "-R")


def writes_partitions(call: Call) -> bool:
    """It reads a table of partitions, or removes one."""
    looks = call.has("-d", "--dump", "-l", "--list", "-V", "--verify", "-n", "--no-act")
    return not looks or call.has("--delete")


def reads_script(call: Call) -> bool:
    """A file whose name says that it restores or is a dump."""
    redirected = [word.text for mark, word in call.statement.redirects if mark == "<"]
    given = [call.value("-inputfile", "-i", "-f", "--file") or "", *redirected]
    given += [text.lstrip("@") for text in call.texts if text.startswith("@")]
    given += [text for text in call.texts if re.match(r"(?i)cmdfile=?", text)]
    return any(map(_DUMP.search, given)) or (
        "cmdfile" in call.texts and any(map(_DUMP.search, call.texts))
    )


def asks_to_restore(call: Call) -> bool:
    """`curl` to `…/_restore` or `…/_delete_by_query`."""
    return any(re.search(r"/_(?:restore|delete_by_query)\b", text) for text in call.texts)


def reads_dump(call: Call) -> bool:
    """SQL comes from a file or from another program: a dump, as a rule. What `echo` says and what
    stands in a here-document is read itself."""
    redirected = any(mark == "<" for mark, _ in call.statement.redirects)
    script = call.value("-f", "--file") or ""
    return (
        redirected
        or bool(_DUMP.search(script))
        or (call.fed_by not in _SPEAKERS and call.statement.document is None)
    )


def not_made_anew(call: Call) -> bool:
    """Pods, jobs and the like are made again by their owner; volumes and namespaces are not."""
    named = _deleted(call)
    each = named if "/" in "".join(named[:1]) else named[:1]
    kinds = {kind for text in each for kind in text.partition("/")[0].split(",")}
    return not kinds or not kinds <= _HARMLESS_KINDS


def _deleted(call: Call) -> list[str]:
    """What `kubectl delete` names, without options and what they are set to."""
    texts = call.texts[call.texts.index("delete") + 1 :] if "delete" in call.texts else ()
    pairs = zip(("", *texts), texts, strict=False)
    return [text for before, text in pairs if text[:1] != "-" and before not in _KUBECTL_TAKES]


def writes_device(call: Call) -> bool:
    """`dd` onto a disk, or a file without `<run>` in its name."""
    into = [text[3:] for text in call.texts if text.startswith("of=")]
    return any(not is_scratch(path) and not _IS_NEW.search(path) for path in into)


def to_nothing(call: Call) -> bool:
    """`truncate` to no length at all."""
    return (call.value("-s", "--size") or "") == "0"


def cleans(call: Call) -> bool:
    """`-c`, alone or behind options without values: `-Fc` is a format."""
    return any(re.fullmatch(r"-[aCeOsvxwW1]*c.*|--clean", text) for text in call.texts)


def deletes_something(call: Call) -> bool:
    """A client of a cloud whose verb is `delete`, `delete-volume`, `terminate-instances`. One row
    or one object that is named by its key is left out, as `DELETE … WHERE` and `rm` of a file."""
    verbs = (text for text in call.texts if not _ONE_THING.fullmatch(text))
    return any(re.match(r"(?:delete|terminate|purge|close-account)(?:-|$)", text) for text in verbs)


def asks_to_delete(call: Call) -> bool:
    """`curl -X DELETE`, or `-XDELETE`."""
    return (call.value("-X", "--request", "--method") or "").upper() == "DELETE"


def finds_and_removes(call: Call) -> bool:
    """`find … -delete`, or with `-exec rm`."""
    runs = {"-exec", "-execdir", "-ok"}
    texts = call.texts
    removes = any(a in runs and b == "rm" for a, b in zip(texts, texts[1:], strict=False))
    below = next(iter(texts), "")
    scratch = is_scratch(below) or below.rstrip("/") in ("/tmp", "/var/tmp")  # noqa: S108 - compared
    return ("-delete" in texts or removes) and not scratch


def writes_somewhere(call: Call) -> bool:
    """`pg_restore` that does more than list, or print to a file."""
    printed = call.value("-f", "--file") is not None
    return not printed and not call.has("-l", "--list") and call.value("-d", "--dbname") is not None
