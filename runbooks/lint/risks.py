"""More of what it takes for a command to destroy data: on Windows, and with tools for disks and
backups."""

from __future__ import annotations

import re

from runbooks.lint.calls import Call
from runbooks.lint.danger import is_live, names_live, not_scratch, places

_LISTERS = frozenset({"get-childitem", "gci", "dir", "ls", "where-object", "where", "?",
                      "sort-object", "select-object"})  # fmt: skip


def recurses(call: Call) -> bool:
    """`-Recurse`, however short; or what a list of files is piped into."""
    given = (text.partition(":")[0].lower() for text in call.texts)
    below = any(len(text) > 1 and "-recurse".startswith(text) for text in given)
    listed = call.program.lower() in ("remove-item", "ri") and call.fed_by.lower() in _LISTERS
    return (below and not_scratch(call)) or listed


def whole_tree(call: Call) -> bool:
    """`/s`, alone or as `/s/q`."""
    return any(re.fullmatch(r"(?:/[a-z])*/s(?:/[a-z])*", text) for text in call.texts)


def mirrors(call: Call) -> bool:
    """`/mir`, `/purge`."""
    return bool({"/mir", "/purge"} & set(call.texts))


def names_drive(call: Call) -> bool:
    """It names a drive: `format d:`."""
    return any(re.fullmatch(r"[A-Za-z]:", text) for text in call.texts)


def in_live(call: Call) -> bool:
    """It names a place where a server keeps its data, or works in one."""
    named = any(re.match(r"[^/~$<-]", text) for text in call.texts)
    return names_live(call) or (named and is_live(call.folder))


def takes_list(call: Call) -> bool:
    """`xargs` gives it whatever is listed."""
    return any(word.text == "xargs" for word in call.statement.words)


def onto_device(call: Call) -> bool:
    """What it writes last is a disk."""
    return bool(re.match(r"/dev/(?!null)\w", next(iter(places(call)[-1:]), "")))


def shrinks(call: Call) -> bool:
    """A size with a minus."""
    return (call.value("-L", "--size", "-l", "--extents") or "").startswith("-")


def makes_absent(call: Call) -> bool:
    """`state=absent` for a file, a volume or a database."""
    module = call.value("-m", "--module-name") or ""
    kept = re.search(
        r"file|lvol|filesystem|parted|mysql_|postgres|mongodb|zfs|docker_volume", module
    )
    return bool(kept) and any("state=absent" in text for text in call.texts)


def reuses_dumps(call: Call) -> bool:
    """`reuse_dumpfiles=y`."""
    return any(re.fullmatch(r"(?i)reuse_dumpfiles=y(?:es)?", text) for text in call.texts)


def is_a_line(call: Call) -> bool:
    """Nothing or `all` stands behind it."""
    return call.texts in ((), ("all",)) and not call.statement.redirects
