"""Further conditions of the danger tables: when a call destroys data, or restores a backup."""

from __future__ import annotations

import re

from runbooks.lint.commands.calls import ProgramCall
from runbooks.lint.dangers.paths import (
    _BESIDE_LIVE,
    is_live,
    is_scratch,
    places,
)

_HARMLESS_KINDS = frozenset(
    {"pod", "pods", "po", "job", "jobs", "event", "events", "replicaset", "rs", "lease"}
)
_ONE_THING = re.compile(r"delete-(?:item|object|message|tags?|object-tagging|alarms|dashboards)")
_KUBECTL_TAKES = frozenset({"-n", "--namespace", "-l", "--selector", "--context", "--cluster",
                            "--field-selector", "--grace-period", "--timeout"})  # fmt: skip
_SPEAKERS = frozenset({"echo", "printf", ""})
_IS_NEW = re.compile(r"^(?!/dev/).*<run>|^/dev/null$")
_DUMP = re.compile(r"dump|backup|\.bak|restor", re.IGNORECASE)


def not_scratch(call: ProgramCall) -> bool:
    """It names something else than scratch folders."""
    return not (named := places(call)) or not all(map(is_scratch, named))


def names_live(call: ProgramCall) -> bool:
    """It names a place where a server keeps its data."""
    return any(map(is_live, call.texts))


def onto_live(call: ProgramCall) -> bool:
    """What it writes last is where a server keeps its data."""
    return len(named := places(call)) > 1 and is_live(named[-1])


def copies_back_live(call: ProgramCall) -> bool:
    """A physical backup is copied back to where a server keeps its data."""
    into = call.value("--datadir")
    return into is None or is_live(into) or not _BESIDE_LIVE.search(into)


def unpacks_live(call: ProgramCall) -> bool:
    """An archive is unpacked where a server keeps its data, or over the whole machine."""
    into = call.value("-C", "--directory") or call.folder
    unpacks = any(re.match(r"-?[a-zA-Z]*x", text) for text in call.texts[:2])
    return (unpacks or call.has("--extract")) and (is_live(into) or into == "/")


def at_live(call: ProgramCall) -> bool:
    """It works in a folder where a server keeps its data, or in `/`."""
    return is_live(call.folder) or call.folder == "/"


def onto_live_or_root(call: ProgramCall) -> bool:
    """What it writes last is `/`, or where a server keeps its data."""
    return onto_live(call) or places(call)[-1:] == ["/"]


def restores_live(call: ProgramCall) -> bool:
    """`--target /`, or where a server keeps its data."""
    into = call.value("--target", "-t") or ""
    return is_live(into) or into == "/"


def unzips_live(call: ProgramCall) -> bool:
    """`-d` names `/` or where a server keeps its data, or it works there."""
    into = call.value("-d")
    return (is_live(into) or into == "/") if into is not None else at_live(call)


def fills_live(call: ProgramCall) -> bool:
    """`-D` names where a server keeps its data."""
    return is_live(call.value("-D", "--pgdata") or "")


def updates_existing(call: ProgramCall) -> bool:
    """`--existing-resource-policy=update`."""
    return call.value("--existing-resource-policy") == "update"


def overwrites_conflicts(call: ProgramCall) -> bool:
    """`--resolve-conflict overwrite`, `--overwrite`."""
    conflict = (call.value("--resolve-conflict") or "").lower()
    return conflict == "overwrite" or call.has("--overwrite")


def replaces_tables(call: ProgramCall) -> bool:
    """`table_exists_action=replace` or `truncate`."""
    wanted = re.compile(r"table_exists_action=(?:replace|truncate)", re.IGNORECASE)
    return any(wanted.fullmatch(text) for text in call.texts)


def follows_another(call: ProgramCall) -> bool:
    """It is told to follow another server: `NO ONE` ends that, and loses nothing."""
    return "no" not in (text.lower() for text in call.texts)


def removes_tree(call: ProgramCall) -> bool:
    """With `-r`."""
    return call.has("-r", "-R")


def writes_partitions(call: ProgramCall) -> bool:
    """It reads a table of partitions, or removes one."""
    looks = call.has("-d", "--dump", "-l", "--list", "-V", "--verify", "-n", "--no-act")
    return not looks or call.has("--delete")


def reads_script(call: ProgramCall) -> bool:
    """A file whose name says that it restores or is a dump."""
    redirected = [word.text for mark, word in call.statement.redirects if mark == "<"]
    given = [call.value("-inputfile", "-i", "-f", "--file") or "", *redirected]
    given += [text.lstrip("@") for text in call.texts if text.startswith("@")]
    given += [text for text in call.texts if re.match(r"(?i)cmdfile=?", text)]
    return any(map(_DUMP.search, given)) or (
        "cmdfile" in call.texts and any(map(_DUMP.search, call.texts))
    )


def asks_to_restore(call: ProgramCall) -> bool:
    """`curl` to `…/_restore` or `…/_delete_by_query`."""
    return any(re.search(r"/_(?:restore|delete_by_query)\b", text) for text in call.texts)


def reads_dump(call: ProgramCall) -> bool:
    """SQL comes from a file or from another program: a dump, as a rule. What `echo` says and what
    stands in a here-document is read itself."""
    redirected = any(mark == "<" for mark, _ in call.statement.redirects)
    script = call.value("-f", "--file") or ""
    return (
        redirected
        or bool(_DUMP.search(script))
        or (call.fed_by not in _SPEAKERS and call.statement.document is None)
    )


def not_made_anew(call: ProgramCall) -> bool:
    """Pods, jobs and the like are made again by their owner; volumes and namespaces are not."""
    named = _deleted(call)
    each = named if "/" in "".join(named[:1]) else named[:1]
    kinds = {kind for text in each for kind in text.partition("/")[0].split(",")}
    return not kinds or not kinds <= _HARMLESS_KINDS


def _deleted(call: ProgramCall) -> list[str]:
    """What `kubectl delete` names, without options and what they are set to."""
    texts = call.texts[call.texts.index("delete") + 1 :] if "delete" in call.texts else ()
    pairs = zip(("", *texts), texts, strict=False)
    return [text for before, text in pairs if text[:1] != "-" and before not in _KUBECTL_TAKES]


def writes_device(call: ProgramCall) -> bool:
    """`dd` onto a disk, or a file without `<run>` in its name."""
    into = [text[3:] for text in call.texts if text.startswith("of=")]
    return any(not is_scratch(path) and not _IS_NEW.search(path) for path in into)


def to_nothing(call: ProgramCall) -> bool:
    """`truncate` to no length at all."""
    return (call.value("-s", "--size") or "") == "0"


def cleans(call: ProgramCall) -> bool:
    """`-c`, alone or behind options without values: `-Fc` is a format."""
    return any(re.fullmatch(r"-[aCeOsvxwW1]*c.*|--clean", text) for text in call.texts)


def deletes_something(call: ProgramCall) -> bool:
    """A client of a cloud whose verb is `delete`, `delete-volume`, `terminate-instances`. One row
    or one object that is named by its key is left out, as `DELETE … WHERE` and `rm` of a file."""
    verbs = (text for text in call.texts if not _ONE_THING.fullmatch(text))
    return any(re.match(r"(?:delete|terminate|purge|close-account)(?:-|$)", text) for text in verbs)


def asks_to_delete(call: ProgramCall) -> bool:
    """`curl -X DELETE`, or `-XDELETE`."""
    return (call.value("-X", "--request", "--method") or "").upper() == "DELETE"


def finds_and_removes(call: ProgramCall) -> bool:
    """`find … -delete`, or with `-exec rm`."""
    runs = {"-exec", "-execdir", "-ok"}
    texts = call.texts
    removes = any(a in runs and b == "rm" for a, b in zip(texts, texts[1:], strict=False))
    below = next(iter(texts), "")
    scratch = is_scratch(below) or below.rstrip("/") in ("/tmp", "/var/tmp")  # noqa: S108 - compared
    return ("-delete" in texts or removes) and not scratch


def writes_somewhere(call: ProgramCall) -> bool:
    """`pg_restore` that does more than list, or print to a file."""
    printed = call.value("-f", "--file") is not None
    return not printed and not call.has("-l", "--list") and call.value("-d", "--dbname") is not None


_LISTERS = frozenset({"get-childitem", "gci", "dir", "ls", "where-object", "where", "?",
                      "sort-object", "select-object"})  # fmt: skip


def recurses(call: ProgramCall) -> bool:
    """`-Recurse`, however short; or what a list of files is piped into."""
    given = (text.partition(":")[0].lower() for text in call.texts)
    below = any(len(text) > 1 and "-recurse".startswith(text) for text in given)
    listed = call.program.lower() in ("remove-item", "ri") and call.fed_by.lower() in _LISTERS
    return (below and not_scratch(call)) or listed


def whole_tree(call: ProgramCall) -> bool:
    """`/s`, alone or as `/s/q`."""
    return any(re.fullmatch(r"(?:/[a-z])*/s(?:/[a-z])*", text) for text in call.texts)


def mirrors(call: ProgramCall) -> bool:
    """`/mir`, `/purge`."""
    return bool({"/mir", "/purge"} & set(call.texts))


def names_drive(call: ProgramCall) -> bool:
    """It names a drive: `format d:`."""
    return any(re.fullmatch(r"[A-Za-z]:", text) for text in call.texts)


def in_live(call: ProgramCall) -> bool:
    """It names a place where a server keeps its data, or works in one."""
    named = any(re.match(r"[^/~$<-]", text) for text in call.texts)
    return names_live(call) or (named and is_live(call.folder))


def takes_list(call: ProgramCall) -> bool:
    """`xargs` gives it whatever is listed."""
    return any(word.text == "xargs" for word in call.statement.words)


def onto_device(call: ProgramCall) -> bool:
    """What it writes last is a disk."""
    return bool(re.match(r"/dev/(?!null)\w", next(iter(places(call)[-1:]), "")))


def shrinks(call: ProgramCall) -> bool:
    """A size with a minus."""
    return (call.value("-L", "--size", "-l", "--extents") or "").startswith("-")


def makes_absent(call: ProgramCall) -> bool:
    """`state=absent` for a file, a volume or a database."""
    module = call.value("-m", "--module-name") or ""
    kept = re.search(
        r"file|lvol|filesystem|parted|mysql_|postgres|mongodb|zfs|docker_volume", module
    )
    return bool(kept) and any("state=absent" in text for text in call.texts)


def reuses_dumps(call: ProgramCall) -> bool:
    """`reuse_dumpfiles=y`."""
    return any(re.fullmatch(r"(?i)reuse_dumpfiles=y(?:es)?", text) for text in call.texts)


def is_a_line(call: ProgramCall) -> bool:
    """Nothing or `all` stands behind it."""
    return call.texts in ((), ("all",)) and not call.statement.redirects
