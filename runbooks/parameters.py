"""Parameters of a run: choosing them against the inventory, and filling them into the text."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Mapping
from datetime import datetime, timedelta

from inventory.board import is_last_good
from inventory.durations import age, words
from inventory.enums import CopyState, Lifecycle
from inventory.models import Copy, Instance, System
from runbooks import interlocks, typed
from runbooks.destinations import Chosen, forbidden
from runbooks.enums import ParameterType, RunKind
from runbooks.freshness import went_back
from runbooks.machine import Facts, RunState
from runbooks.parser.bodies import SHELL_LABELS, SQL_LABELS
from runbooks.parser.parameters import RESERVED
from runbooks.procedure import ParameterSpec, Procedure

#: Kinds of identifier that are told of a machine and not read off it.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*|\d+(\.\d+)?")
_VAR = re.compile(r'<var data-parameter="([^"]+)">(.*?)</var>', re.DOTALL)
_CODE = re.compile(r"(<pre>)?<code([^>]*)>(.*?)</code>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
# Text outside of quotes, closed strings, comments. Atomic: no second guess, linear in time.
_CLOSED_SHELL = re.compile(
    r"""(?>[^'"\\#]|\\.|(?<!\S)\#[^\n]*|\#|'[^']*'|"(?:[^"\\]|\\.)*")*+""", re.DOTALL
)
_CLOSED_SQL = re.compile(r"""(?>[^'"-]|--[^\n]*|-|'[^']*'|"[^"]*")*+""")
_PARTS_WORDS = re.compile(r"[\s;&|()<>`]")
_NO_LETTER_YET = re.compile(r"""["'\\$]*(?:\w+=["'\\$]*)?""")
_LONGEST_WORD = 2000
#: Labels of blocks whose values are quoted for a shell.
SHELL = SHELL_LABELS | {""}
_PLACEHOLDER = re.compile(r"<([A-Za-z][\w -]*?)(?:\.(\w+))?>")


def choose(
    procedure: Procedure,
    system: System | None,
    raw: Mapping[str, str],
    *,
    kind: RunKind,
    at: datetime,
) -> tuple[dict[str, Chosen], dict[str, str]]:
    """What was chosen, and what is wrong: parameter name → sentence.

    `raw` gives each parameter as text; an instance or a copy by its primary key.
    """
    chosen: dict[str, Chosen] = {}
    errors = {
        name: "This runbook has no such parameter."
        for name in raw
        if name not in procedure.parameters_by_name
    }
    for spec in procedure.parameters:
        text = (raw.get(spec.name) or spec.default).strip()
        try:
            chosen[spec.name] = _choose(spec, system, text, at)
            _check_text(procedure, spec, chosen[spec.name].facts)
        except ValueError as error:
            errors[spec.name] = str(error)
    errors |= forbidden(procedure, system, chosen, kind)
    return chosen, errors | _unfit(procedure, chosen)


def _unfit(procedure: Procedure, chosen: Mapping[str, Chosen]) -> dict[str, str]:
    """What the guards of the steps do not take: as what is identified an instance that nothing
    observed tells apart (db-01 and db-02), as what is written into the last good copy (M12)."""
    locks = [step.guard.locks for step in procedure.steps]
    errors = {}
    for name, choice in chosen.items():
        identified = any(lock.get("identify", {}).get("of") == name for lock in locks)
        if choice.instance and identified and set(choice.facts.kinds) <= interlocks.NAMED:
            errors[name] = (
                f"{choice.instance} is known only by what people call it"
                f" ({' and '.join(choice.facts.kinds)}). Give it an identifier in the inventory"
                " that is read off the machine itself, such as its machine id."
            )
        into = any(lock.get("direction", {}).get("into") == name for lock in locks)
        if choice.copy and into and is_last_good(choice.copy):
            errors[name] = (
                f"{choice.copy} is the LAST GOOD COPY of {choice.copy.system}: nothing is written"
                " into it. Make a second copy first, and verify it."
            )
    return errors


def _choose(spec: ParameterSpec, system: System | None, text: str, at: datetime) -> Chosen:
    if not text:
        raise ValueError(f"Choose: {spec.label}.")
    if spec.type is ParameterType.INSTANCE:
        return _instance(spec, system, text)
    if spec.type is ParameterType.COPY:
        return _copy(spec, system, text, at)
    return Chosen(Facts(typed.plain(spec, text, at)))


def _instance(spec: ParameterSpec, system: System | None, text: str) -> Chosen:
    found = Instance.objects.select_related("system").filter(pk=text if text.isdecimal() else 0)
    row = found.filter(system=system).first() if system else found.first()
    if row is None:
        raise ValueError("There is no such instance of this system in the inventory.")
    if row.lifecycle == Lifecycle.DECOMMISSIONED.value:
        raise ValueError(f"{row} is decommissioned.")
    if spec.environment and row.environment not in spec.environment:
        raise ValueError(f"{row} is {row.environment}; wanted is {' or '.join(spec.environment)}.")
    if row.environment in spec.not_environment:
        raise ValueError(
            f"{row} is {row.environment}; that is what this runbook never takes here. Choose"
            " another instance."
        )
    fields = {
        "name": row.name,
        "host": row.host,
        "environment": row.environment,
        "system": row.system.name,
        "lifecycle": row.lifecycle,
        **_promised(row.system),
    }
    identifiers, kinds = (row.first_value, row.second_value), (row.first_kind, row.second_kind)
    return Chosen(Facts(row.name, fields, identifiers, kinds), instance=row)


def _copy(spec: ParameterSpec, system: System | None, text: str, at: datetime) -> Chosen:
    found = Copy.objects.select_related("system").filter(pk=text if text.isdecimal() else 0)
    row = found.filter(system=system).first() if system else found.first()
    if row is None:
        raise ValueError("There is no such copy of this system in the inventory.")
    if row.state in {CopyState.DESTROYED.value, CopyState.QUARANTINED.value}:
        raise ValueError(f"{row} is {row.state}.")
    as_of = row.data_as_of or row.taken_at
    if spec.max_age is not None and went_back(as_of, at):
        raise ValueError(
            f"The data in {row} is dated in the future, so its age is not known. Read its newest"
            " record again."
        )
    if spec.max_age is not None and at - as_of > timedelta(seconds=spec.max_age):
        most = words(timedelta(seconds=spec.max_age))
        raise ValueError(
            f"The data in {row} is {age(at, as_of)} old; at most {most} is allowed here."
        )
    fields = {
        "name": row.name,
        "place": row.place,
        "holder": row.holder,
        "medium": row.medium,
        "sha256": row.sha256,
        "data_as_of": as_of.isoformat(),
        "size": "" if row.size_bytes is None else str(row.size_bytes),
        **_promised(row.system),
    }
    return Chosen(Facts(row.name, fields), copy=row)


def _promised(system: System) -> dict[str, str]:
    """What the owner of a system was promised: its RPO in seconds."""
    return {"rpo": str(int(system.rpo.total_seconds()))} if system.rpo is not None else {}


def _check_text(procedure: Procedure, spec: ParameterSpec, facts: Facts) -> None:
    """Refuse a value that would have to be quoted where it cannot be: in SQL, and between quotes in
    a shell command; and one that a shell command would take for an option. Guessing the quoting of
    a command that overwrites data is no option."""
    for step in procedure.steps:
        for label, text in step.commands:
            for found in _PLACEHOLDER.finditer(text):
                if _normalised(found.group(1)) != spec.name:
                    continue
                value = facts.fields.get((found.group(2) or "").lower(), facts.value)
                sql = label in SQL_LABELS
                before = text[: found.start()]
                if label in SHELL and value.startswith("-") and _begins_a_word(before):
                    raise ValueError(_option(value, step.number))
                between = _quoted(before, sql=sql)
                if sql and not between and not _PLAIN.fullmatch(value):
                    raise ValueError(_unsafe(value, step.number, "SQL"))
                # Inside "$(…)" a blank would part one word into two: a shell gets none.
                plain = r"[\w@%+=:,./ -]*" if sql else r"[\w@%+=:,./-]*"
                if between and not re.fullmatch(plain, value):
                    raise ValueError(_unsafe(value, step.number, "quotes"))


def _begins_a_word(before: str) -> bool:
    """Whether what follows `before` in a shell command begins a word, or the value of a variable
    that may stand as a word later. After `--option=`, or in a word, nobody takes it for an option.
    """
    piece = _PARTS_WORDS.split(before[-_LONGEST_WORD:])[-1]
    return _NO_LETTER_YET.fullmatch(piece) is not None


def _option(value: str, number: str) -> str:
    return (
        f"{value!r} begins with a hyphen: the command of step {number} would take it for an option."
        f" Write a path as {'./' + value!r}; anything else needs another name."
    )


def _unsafe(value: str, number: str, where: str) -> str:
    return (
        f"{value!r} would need quoting inside {where} in the command of step {number}."
        " Choose a name of letters, digits and underscores."
    )


def _quoted(before: str, *, sql: bool = False) -> bool:
    """Whether what follows `before` stands between quotes. A comment ends with its line, however
    many apostrophes it has."""
    return (_CLOSED_SQL if sql else _CLOSED_SHELL).fullmatch(before) is None


def _normalised(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def in_run(state: RunState) -> dict[str, Facts]:
    """What `fill` may reach in a run: its parameters, and `<run>` and `<run.token>`."""
    return {**state.facts, RESERVED: Facts(str(state.number), {"token": state.stated.token})}


def fill(source: str, facts: Mapping[str, Facts]) -> str:
    """The safe HTML `source` of a step with every marked placeholder inside code replaced by the
    value chosen, shell-quoted in shell commands, in `<var class="filled">`. Safe HTML again."""
    if "<var " not in source:
        return source

    def code(found: re.Match[str]) -> str:
        block, attributes, text = found.group(1) or "", found.group(2), found.group(3)
        label = (re.findall(r"language-([\w+-]+)", attributes) or [""])[0]
        # A span is read by people, not by a shell.
        shell = bool(block) and label in SHELL

        def variable(match: re.Match[str]) -> str:
            value = value_of(match.group(1), facts)
            if value is None:
                return match.group(0)
            before = html.unescape(_TAG.sub("", text[: match.start()]))
            quoted = shlex.quote(value) if shell and not _quoted(before) else value
            return f'<var class="filled">{html.escape(quoted)}</var>'

        return f"{block}<code{attributes}>{_VAR.sub(variable, text)}</code>"

    return _CODE.sub(code, source)


def value_of(name: str, facts: Mapping[str, Facts]) -> str | None:
    """The value of `dump`, `dump.place` or `run`; None when nothing of that name was chosen."""
    head, _, tail = name.partition(".")
    if head not in facts:
        return None
    return facts[head].fields.get(tail) if tail else facts[head].value
