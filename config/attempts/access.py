"""Attempts on what people type: patterns and options."""

from __future__ import annotations

from config.attempts.trying import Attempt, World, demand
from runbooks import patterns, runs
from runbooks.enums import RunKind, ValueType
from runbooks.library import save
from runbooks.models import Revision
from runbooks.parser import parse
from runbooks.procedure import ValueSpec
from runbooks.values import judge

_SLOW = "([a-z0-9]+[-_.]?)+"
_PASTED = "dbprodledgerprimary01internalexampleorg$ "
_TEXT = """---
title: Tried with what people type
parameters:
  nm: {type: text, label: Name, pattern: "%s"}
---

- [ ] Look at it

  ```sh
  ls -l <nm>
  ```
"""


def _revision(world: World, pattern: str) -> Revision:
    return save(source=(_TEXT % pattern).encode(), by=world.person("author"), at=world.at)


def _prepared(world: World, pattern: str, value: str) -> str:
    revision = _revision(world, pattern)
    return world.refused(
        "invalid",
        lambda: runs.prepare(
            revision=revision,
            kind=RunKind.DRILL,
            parameters={"nm": value},
            by=world.person("operator"),
            at=world.at,
        ),
    )


def _slow_parameter(world: World) -> str:
    return _prepared(world, "(a+)+b", "a" * 60 + "!")


def _slow_value(world: World) -> str:
    spec = ValueSpec("nm", ValueType.TEXT, "Name", matches=_SLOW, blind=False)
    said = judge(spec, _PASTED, earlier={}, at=world.at, kinds={}).wrong
    demand(said == patterns.refusal(_SLOW), f"It said: {said}")
    return said


def _look_around(world: World) -> str:
    found = parse((_TEXT % "(?=(a+))a*b").encode()).findings
    said = [f"line {f.line}: {f.sentence}" for f in found if f.code == "syntax.pattern"]
    demand(said, "Nothing was found.")
    return said[0]


def _contradiction(world: World) -> str:
    text = _TEXT.replace("pattern:", "default: L1, pattern:") % "[a-z]+"
    said = [f.sentence for f in parse(text.encode()).findings if f.code == "syntax.contradiction"]
    demand(said, "Nothing was found.")
    return said[0]


def _option(world: World) -> str:
    return _prepared(world, "[a-z-]+", "-rf")


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(17, "A text parameter that a command would take for an option", _option),
    Attempt(17, "A default that its own pattern refuses", _contradiction),
    Attempt(19, "A parameter whose pattern tries every way to split the text", _slow_parameter),
    Attempt(19, "A prompt, pasted as a value whose pattern is slow", _slow_value),
    Attempt(19, "A pattern that looks ahead, which no linear engine reads", _look_around),
)
