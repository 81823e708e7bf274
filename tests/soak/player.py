"""One process of a round: it presses, writes down what it sent and heard, and may be killed."""

from __future__ import annotations

import base64
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from django.db import connection, connections

from accounts.models import User
from tests.soak.person import Heard, Press, choose, send


@dataclass
class Diary:
    """What a player wrote down, read after its death: a line is whole or is not there."""

    sent: list[Press] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    trouble: str = ""

    @classmethod
    def read(cls, path: Path) -> Diary:
        diary = cls()
        for line in path.read_bytes().split(b"\n")[:-1] if path.exists() else []:
            entry = pickle.loads(base64.b64decode(line))
            if isinstance(entry, Press):
                diary.sent.append(entry)
            elif isinstance(entry, Heard):
                diary.heard.append(entry)
            else:
                diary.trouble = str(entry)
        return diary

    @property
    def cut_off(self) -> Press | None:
        """The move that was sent and never answered."""
        return self.sent[-1] if len(self.sent) > len(self.heard) else None


@dataclass(frozen=True)
class Fate:
    """Where a player kills itself: at the statement with this number (counted over all its moves),
    before or after the database has it, or after the move with this number and before it is
    written down. None: nowhere."""

    statement: int | None = None
    after: bool = False
    move: int | None = None

    @classmethod
    def draw(cls, dice: Random) -> Fate:
        where = dice.choice(["nowhere", "statement", "statement", "move"])
        if where == "statement":
            return cls(statement=dice.randrange(5, 120), after=dice.random() < 0.5)
        return cls(move=dice.randrange(8)) if where == "move" else cls()


def fork(
    run: int,
    people: Mapping[str, User],
    *,
    path: Path,
    dice: Random,
    moves: int,
    fate: Fate,
    first: Press | None,
) -> int:
    """Start a player and return its process id. `first` is sent before anything is chosen."""
    connections.close_all()  # a connection must not be shared with a child
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _play(run, people, path, dice, moves, fate, first)
        status = 0
    except BaseException:
        _write(path, traceback.format_exc())
    finally:
        connections.close_all()
        os._exit(status)


def _play(
    run: int,
    people: Mapping[str, User],
    path: Path,
    dice: Random,
    moves: int,
    fate: Fate,
    first: Press | None,
) -> None:
    with connection.execute_wrapper(_Executioner(fate)):
        for number in range(moves):
            key = f"{path.name}-{number}"
            press = first if first and number == 0 else choose(run, people, dice, key)
            _write(path, press)
            heard = send(press, people)
            if number == fate.move:
                _die()
            _write(path, heard)


def _write(path: Path, entry: object) -> None:
    with path.open("ab") as file:
        file.write(base64.b64encode(pickle.dumps(entry)) + b"\n")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Executioner:
    """Counts the statements and kills at the chosen one."""

    def __init__(self, fate: Fate) -> None:
        self.fate = fate
        self.count = 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.count += 1
        here = self.count == self.fate.statement
        if here and not self.fate.after:
            _die()
        result = execute(sql, params, many, context)
        if here:
            _die()
        return result
