"""Rules about what commands destroy, and how they name it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book.blocks import CommandBlock
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.commands.calls import ProgramCall
from runbooks.lint.commands.shell import VARIABLE, is_left_open
from runbooks.lint.dangers.kept_copies import OVERWRITTEN
from runbooks.lint.dangers.paths import is_scratch
from runbooks.lint.dangers.sql import RENAMED
from runbooks.lint.rule import RuleGroup
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.irreversible import deletes

RULES = RuleGroup()
_QUOTED = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.""", re.DOTALL)
_MARK = (
    "Give the step `overwrite: {target: …, from: …}`, or `destroy: {target: …}` where nothing takes"
    " its place: the command is then shown only when every condition of the guard is met."
)
_OR_WAIVE = 'If what it removes can be made again, say how: `waive: {L22: "…"}`.'
#: For what was made in this run: it holds nothing, if it is the one that is meant.
_NEW = (
    "nothing here proves that it is the one that this run made.",
    "Read first what is there, and record that it is empty or that it is from this run.",
)
_REPLACES = (
    "The step is marked as a deletion, which has no source, and this command restores.",
    "Give the step `overwrite: {target: …, from: …}`, which asks for the direction and for two good"
    " copies; delete in a step of its own.",
)
_REMOVERS = frozenset({"rm", "shred", "unlink", "find", "rsync", "rclone", "dd", "mv"})


@RULES.add(
    "L22",
    Level.ERROR,
    "A command that destroys data in a step without `overwrite` or `destroy`",
    "A step that is not marked as irreversible asks for nothing before it; its command is seen and"
    " copied like any other (M2 and M3 of the story).",
)
def unmarked(book: Book) -> Iterator[Remark]:
    inline = (c for step in book.procedure.steps for c in book.inline_commands(step))
    for command in (*book.commands, *inline):
        yield from _over_copies(command)
        if Overwrite in command.step.guard:
            continue
        if deletes(command.step.guard):
            yield from (command.at(place, *_REPLACES) for place in command.restores)
            continue
        aside = command.step.section in book.procedure.asides
        for place, danger in command.dangers:
            # The way back renames what was renamed; L55 looks at it.
            if danger is OVERWRITTEN or aside and danger.name == RENAMED:
                continue
            if book.effects.made(command).holds(place, danger):
                yield command.at(
                    place, f"`{place.summary}` {danger.does}; {_NEW[0]}", _NEW[1], Level.WARNING
                )
                continue
            yield command.at(
                place,
                f"`{place.summary}` {danger.does}, but the step is not marked as irreversible.",
                _MARK if book.effects.restores else f"{_MARK} {_OR_WAIVE}",
            )


def _over_copies(command: CommandBlock) -> Iterator[Remark]:
    """Remarks on commands that write over a kept copy, whatever guard their step has."""
    for place, danger in command.dangers:
        if danger is OVERWRITTEN:
            yield command.at(
                place,
                f"`{place.summary}` {danger.does}.",
                "Write to a new place, with the run in its name: `…_<run>.dump`.",
            )


@RULES.add(
    "L23",
    Level.ERROR,
    "A variable that may be empty, or a wild card, in what a command removes",
    "With an empty variable `rm -rf $X/*` removes everything below `/` (Steam 2015); a wild card"
    " takes what nobody listed (Pixar 1998).",
)
def open_path(book: Book) -> Iterator[Remark]:
    for command in book.blocks:
        destroying = {id(place) for place, _ in command.dangers}
        for call in command.script.calls:
            removes = call.program == "rm" or id(call) in destroying
            if removes and call.program in _REMOVERS:
                yield from _open_words(command, call)


def _open_words(command: CommandBlock, call: ProgramCall) -> Iterator[Remark]:
    """The first word of a call that may name more than was meant."""
    for word in call.words:
        variable = next(
            (v for v in VARIABLE.finditer(word.raw) if is_left_open(v, command.assigned)), None
        )
        if variable is not None:
            name = variable["bare"] or variable["braced"]
            yield command.at(
                call,
                f"If `{name}` is empty or not set, `{call.summary}` works on"
                f" `{VARIABLE.sub('', word.text) or 'nothing'}`.",
                f'Name the path in full, or write `"${{{name}:?}}"`, which stops when it is empty.',
            )
            return
        wild = re.search(r"[*?]|\[\w", _QUOTED.sub("", word.raw))
        if wild and not is_scratch(word.text) and not word.text.startswith("-"):
            yield command.at(
                call,
                f"`{call.summary}` takes whatever fits `{word.text}` at that moment.",
                "List first what it takes and compare the count, or name the path in full.",
            )
            return
