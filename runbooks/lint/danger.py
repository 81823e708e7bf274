"""Commands that destroy data: the list under L22, as a table.

A line of the table names programs, the words that must stand among their arguments in this
order, and options of which one must be given. It names rather too much than too little: a finding
costs a guard or a waiver, a command that nobody noticed costs the data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from runbooks.lint.script import Call, Query, Script


@dataclass(frozen=True)
class Danger:
    """One way to destroy data: `name` as people call it, `does` what it does, as a clause.

    `restores` tells that it puts other data in the place of what is there.
    """

    name: str
    does: str
    programs: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    restores: bool = False
    also: Callable[[Call], bool] | None = None

    def fits(self, call: Call) -> bool:
        return (
            call.program in self.programs
            and _in_order(self.words, call.texts)
            and (not self.options or call.has(*self.options))
            and (self.also is None or self.also(call))
        )


def dangers(script: Script) -> Iterator[tuple[Call | Query, Danger]]:
    """What a script destroys: each place, and how. One danger a place."""
    for call in script.calls:
        found = next((d for d in _BY_PROGRAM.get(call.program, ()) if d.fits(call)), None)
        if found is None and any(d.startswith("/dev/sd") for d in _written(call)):
            found = _DEVICE
        if found is not None:
            yield call, found
    for query in script.queries:
        danger = next((d for pattern, d in _SQL if pattern.search(query.text)), None)
        if danger is not None and not (danger.name in _FILTERED and _WHERE.search(query.text)):
            yield query, danger


def _in_order(words: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    """Whether each of `words` (alternatives are parted by `|`) stands in `texts`, in this order."""
    left = iter(texts)
    return all(any(text in word.split("|") for text in left) for word in words)


def is_scratch(path: str) -> bool:
    """Whether a path is below a folder for things that may vanish."""
    return bool(re.match(r"/(?:var/)?tmp/[\w<]", path)) and ".." not in path


def is_live(path: str) -> bool:
    """Whether a path is one where servers keep their data."""
    return bool(_LIVE.search(path))


def _places(call: Call) -> list[str]:
    return [text for text in call.texts if not text.startswith("-")]


def _written(call: Call) -> list[str]:
    return [word.text for mark, word in call.statement.redirects if mark.startswith(">")]


def _removes_data(call: Call) -> bool:
    """`rm -r` of something else than a scratch folder."""
    return not (places := _places(call)) or not all(map(is_scratch, places))


def _onto_live(call: Call) -> bool:
    return len(places := _places(call)) > 1 and is_live(places[-1])


def _unpacks_live(call: Call) -> bool:
    into = call.value("-C", "--directory") or ""
    unpacks = any(re.match(r"-?[a-zA-Z]*x", text) for text in call.texts[:2]) or call.has("-x")
    return unpacks and (is_live(into) or into == "/")


def _reads_input(call: Call) -> bool:
    """SQL from a file or another program, that is: a dump, as a rule. A here-document is read for
    what it says."""
    redirected = any(mark == "<" for mark, _ in call.statement.redirects)
    return redirected or call.piped and call.statement.document is None


def _not_harmless_kind(call: Call) -> bool:
    """Pods, jobs and the like are made anew; volumes, namespaces and the rest are not."""
    kinds = [text for text in _places(call) if text != "delete"]
    return not kinds or kinds[0].partition("/")[0] not in _HARMLESS_KINDS


def _writes_device(call: Call) -> bool:
    into = [text[3:] for text in call.texts if text.startswith("of=")]
    return any(not is_scratch(path) and path != "/dev/null" for path in into)


def _empties(call: Call) -> bool:
    return any(text in ("0", "-s0", "--size=0") for text in call.texts)


_LIVE = re.compile(
    r"\$\{?(?:PGDATA|DATADIR|DATA_DIR|MYSQL_DATA\w*)\b|^/dev/(?:sd|nvme|vd|mapper)"
    r"|/var/lib/(?:mysql|mariadb|postgres\w*|pgsql|mongo\w*|redis|etcd|elasticsearch|grafana"
    r"|clickhouse|influxdb|ldap|docker|jenkins|gitlab|cassandra)|/(?:pg|my)?data(?:/|$)"
)
_HARMLESS_KINDS = frozenset(
    {"pod", "pods", "po", "job", "jobs", "event", "events", "replicaset", "rs", "lease"}
)
_WHERE = re.compile(r"\bwhere\b", re.IGNORECASE)
_FILTERED = frozenset({"DELETE without WHERE", "UPDATE without WHERE"})
_DEVICE = Danger("> /dev/…", "writes over a whole disk")


def _d(
    programs: str,
    words: str,
    does: str,
    *,
    options: str = "",
    restores: bool = False,
    also: Callable[[Call], bool] | None = None,
) -> Danger:
    """A line of the table. `programs`, `words`, `options` are parted by blanks."""
    names = programs.split()
    name = " ".join([names[0], *words.split(), *options.split()[:1]])
    return Danger(
        name, does, frozenset(names), tuple(words.split()), tuple(options.split()), restores, also
    )


_PROGRAMS: tuple[Danger, ...] = (
    _d("rm", "", "removes a whole tree of files", options="-r -R --recursive", also=_removes_data),
    _d("unlink", "", "removes a file"),
    _d("dropdb", "", "removes a database"),
    _d("tar bsdtar", "", "unpacks over live data", restores=True, also=_unpacks_live),
    _d("psql", "", "runs a dump against a live database", restores=True, also=_reads_input),
    _d("pg_restore", "", "drops objects before it restores them", options="--clean -c",
       restores=True),
)  # fmt: skip


def _by_program(table: tuple[Danger, ...]) -> dict[str, tuple[Danger, ...]]:
    found: dict[str, tuple[Danger, ...]] = {}
    for danger in table:
        for program in danger.programs:
            found[program] = (*found.get(program, ()), danger)
    return found


_BY_PROGRAM = _by_program(_PROGRAMS)


def _q(
    pattern: str, name: str, does: str, *, restores: bool = False
) -> tuple[re.Pattern[str], Danger]:
    return re.compile(pattern, re.IGNORECASE), Danger(name, does, restores=restores)


_SQL: tuple[tuple[re.Pattern[str], Danger], ...] = (
    _q(r"\bdrop\s+(?:table|database|schema)\b", "DROP", "removes it with all that is in it"),
    _q(r"^\s*truncate\b", "TRUNCATE", "empties the table"),
    _q(r"\bdelete\s+from\b", "DELETE without WHERE", "removes every row"),
)
