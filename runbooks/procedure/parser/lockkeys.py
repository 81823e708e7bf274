"""The keys of the interlocks: how an author says them. What they do is in
`runbooks.machine.interlocks`."""

from __future__ import annotations

from typing import Any

from inventory.enums import Answer, Medium
from runbooks.enums import ParameterType, Purpose, Rearmed
from runbooks.procedure.parser.readers import (
    Context,
    Key,
    Reader,
    duration,
    keys,
    parameter,
    text,
    texts,
    word,
    wrong_type,
)
from runbooks.procedure.parser.yamltext import Value

_INSTANCE, _COPY, _TEXT = ParameterType.INSTANCE, ParameterType.COPY, ParameterType.TEXT
_instance = parameter(_INSTANCE)
_copy = parameter(_COPY)
_source = parameter(_COPY, _INSTANCE)
_PURPOSES = (Purpose.SAFETY, Purpose.BACKUP, Purpose.TRANSFER)
_rearmed_word = word(Rearmed)


def _of(read: Reader, *more: Key) -> Reader:
    """A parameter by its name alone, or a group whose `of` names it; always a group afterwards."""
    as_group = keys(Key("of", read, required=True), *more)

    def found(value: Value, name: str, context: Context) -> dict[str, Any] | None:
        if value.pairs() is not None:
            got: dict[str, Any] | None = as_group(value, name, context)
            return got
        of = read(value, name, context)
        return None if of is None else {"of": of}

    return found


def _recorded_time(value: Value, name: str, context: Context) -> str | None:
    """The name of a date and time that an earlier step records."""
    written = text(value, name, context)
    if written is None:
        return None
    if context.recorded.get(written) != "datetime":
        context.error(
            "comparison",
            value,
            f"`{name}` names `{written}`, which is no date and time recorded before this step.",
            "Record it first, as `{type: datetime}`: the newest record of the live data.",
        )
        return None
    return written


def _rearmed(value: Value, name: str, context: Context) -> dict[str, Any] | None:
    items = value.items()
    if not items:
        hint = f"Write `{name}: [{', '.join(Rearmed)}]`."
        wrong_type(value, name, "a list of what is switched on again", context, hint)
        return None
    read = [_rearmed_word(item, name, context) for item in items]
    return {"what": list(dict.fromkeys(str(item) for item in read if item))}


def _list(value: Value, name: str, context: Context) -> list[str] | None:
    found = texts(value, name, context)
    if found == ():
        wrong_type(value, name, "a text or a list of texts", context, f"Write `{name}: [a, b]`.")
    return list(found) if found else None


_WHERE = (Key("into", text), Key("medium", word(Medium)), Key("encrypted", word(Answer)))

LOCK_KEYS: tuple[Key, ...] = (
    Key(
        "identify",
        _of(_instance),
        "name of an instance parameter",
        "target",
        "Two identifiers of different kinds, typed blind, compared with the inventory.",
    ),
    Key(
        "mark",
        _of(_instance),
        "name of an instance parameter",
        "target",
        "The token of the run, `<run.token>`, is put on a harmless place there and read back.",
    ),
    Key(
        "direction",
        keys(
            Key("from", _source, required=True),
            Key("into", parameter(_INSTANCE, _COPY, _TEXT), required=True),
        ),
        "`{from, into}`, names of parameters",
        "{from: dump, into: target}",
        "The operator states both; the name of what is written into is typed.",
    ),
    Key(
        "freeze",
        _of(_instance),
        "name of an instance parameter",
        "target",
        "Its writers are stopped, with evidence; the inventory says frozen.",
    ),
    Key(
        "thaw",
        _of(_instance),
        "name of an instance parameter",
        "target",
        "Its writers are started; the inventory says active.",
    ),
    Key(
        "copy",
        keys(
            Key("of", _instance, required=True), Key("purpose", word(Purpose, _PURPOSES)), *_WHERE
        ),
        "`{of, purpose, into, medium, encrypted}`; `of` is an instance parameter",
        "{of: target, purpose: safety, into: /srv/vault}",
        "A new copy is registered, elsewhere than its source, and read back. One that holds"
        " nothing, or has the bytes of other data, is refused; one far smaller than earlier copies"
        " waits for the decider's signature.",
    ),
    Key(
        "protect",
        _of(_copy, *_WHERE),
        "name of a copy parameter, or `{of, into, medium, encrypted}`",
        "dump",
        "Two copies with one SHA-256 in two places, both read in this run. A doubt about the"
        " copy is handled as at `copy`.",
    ),
    Key(
        "verify",
        _of(_copy, Key("live", _recorded_time)),
        "name of a copy parameter, or `{of, live}`",
        "{of: dump, live: newest_found}",
        "The copy is opened with its own tool; the loss is within the RPO, or the decider signs. A"
        " doubt about the copy is handled as at `copy`.",
    ),
    Key(
        "overwrite",
        keys(Key("target", _instance, required=True), Key("from", _source, required=True)),
        "`{target, from}`, names of parameters",
        "{target: target, from: dump}",
        "The irreversible act that replaces what is there with other data, once every condition is"
        " met.",
    ),
    Key(
        "destroy",
        keys(Key("target", _instance, required=True), Key("part", text)),
        "`{target, part}`; `target` is an instance parameter, `part` what of it is deleted, all of"
        " it when left out",
        "{target: target}",
        "An irreversible deletion. It has no source, and asks for a safety copy or the decider's"
        " signature that there is nothing to keep.",
    ),
    Key(
        "team_check",
        keys(Key("fresh_for", duration, required=True)),
        "`{fresh_for}`, a duration",
        "{fresh_for: 10m}",
        "Everyone with a role confirms target, direction, copy and way back.",
    ),
    Key(
        "wait",
        keys(Key("expect", _list, required=True), Key("bad", _list), Key("cancel", text)),
        "`{expect, bad, cancel}`; `expect` and `bad` are texts or lists of texts",
        "{expect: restoring, bad: writing backup, cancel: press Ctrl-C once}",
        "A long command: its first line is compared; a bad one stops the run.",
    ),
    Key(
        "rearm",
        _rearmed,
        "list of what is switched on again",
        f"[{', '.join(Rearmed)}]",
        "Each is said to be on again, or not used here.",
    ),
    Key(
        "quarantine",
        _of(_instance),
        "name of an instance parameter",
        "target",
        "What was replaced is kept apart, with the day before which nobody deletes it.",
    ),
    Key(
        "compare",
        _of(_copy),
        "name of a copy parameter",
        "dump",
        "The restored data's newest record is what `verify` read in that copy.",
    ),
)
