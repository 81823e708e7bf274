"""One seed: a run, several processes that hammer it, some killed with -9, and the judgement."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from runbooks.models import Run
from runbooks.runs import replay
from tests.soak.person import Heard, Press
from tests.soak.player import Diary, Fate, fork
from tests.soak.stage import Stage

PATIENCE = 60.0  # seconds that a round may last; only a failing one does
NEAR_MISS = "move.refused"


@dataclass(frozen=True)
class Outcome:
    """What became of a round. `faults` are sentences; none means that the log is whole."""

    seed: int
    events: int
    accepted: int
    refused: int
    killed: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Player:
    """A process: where it writes down what it does, and what it was to send first."""

    diary: Path
    owed: Press | None


@dataclass
class Round:
    """`players` processes at once, of `moves` moves each, until `kills` of them were killed and
    those who took their place have finished."""

    seed: int
    stage: Stage
    folder: Path
    players: int = 3
    moves: int = 12
    kills: int = 3
    diaries: list[Path] = field(default_factory=list)
    killed: int = 0

    def play(self) -> Outcome:
        dice = Random(self.seed)
        run = self.stage.begin(dice)
        alive: dict[int, Player] = {}
        for _ in range(self.players):
            self._start(run, dice, alive, owed=None)
        deadline = time.monotonic() + PATIENCE
        axe = time.monotonic() + dice.uniform(0.01, 0.3)
        while alive and time.monotonic() < deadline:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                if self.killed < self.kills and time.monotonic() > axe:
                    os.kill(dice.choice(list(alive)), signal.SIGKILL)
                    axe = time.monotonic() + dice.uniform(0.01, 0.3)
                time.sleep(0.002)
                continue
            gone = alive.pop(pid)
            if os.WIFSIGNALED(status):
                self.killed += 1
                self._replace(run, dice, gone, alive)
        for pid in alive:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        late = ["The players did not finish in time."] if alive else []
        return self._judge(run, late)

    def _start(
        self, run: int, dice: Random, alive: dict[int, Player], *, owed: Press | None
    ) -> None:
        path = self.folder / f"{self.seed}-{len(self.diaries)}"
        self.diaries.append(path)
        fate = Fate.draw(dice) if self.killed < self.kills else Fate()
        pid = fork(
            run,
            self.stage.people,
            path=path,
            dice=Random(dice.getrandbits(64)),
            moves=self.moves,
            fate=fate,
            first=owed,
        )
        alive[pid] = Player(path, owed)

    def _replace(self, run: int, dice: Random, dead: Player, alive: dict[int, Player]) -> None:
        """The person comes back and sends again what was never answered, while others go on."""
        diary = Diary.read(dead.diary)
        self._start(run, dice, alive, owed=diary.cut_off if diary.sent else dead.owed)

    def _judge(self, run: int, late: list[str]) -> Outcome:
        read = [Diary.read(path) for path in self.diaries]
        answers = {heard.key: heard for diary in read for heard in diary.heard}
        row = Run.objects.get(pk=run)
        faults = [*late, *(d.trouble for d in read if d.trouble), *replay.verify(row).faults]
        faults += disagreements(row, answers, {p.key for d in read for p in d.sent})
        accepted = sum(not heard.code for heard in answers.values())
        return Outcome(
            seed=self.seed,
            events=row.sequence,
            accepted=accepted,
            refused=len(answers) - accepted,
            killed=self.killed,
            faults=tuple(faults),
        )


def disagreements(run: Run, answers: Mapping[str, Heard], sent: set[str]) -> Iterator[str]:
    """Where the log and what people were told differ. Every answer must have been true: what was
    accepted stands in the log once, and nothing stands there that its sender was not told of."""
    rows = list(run.events.order_by("sequence").values_list("sequence", "key", "kind"))
    if [sequence for sequence, _, _ in rows] != list(range(1, run.sequence + 1)):
        yield "The numbers of the events have a gap or a duplicate."
    kept = {key: (sequence, kind) for sequence, key, kind in rows if key}
    for key in sorted(sent - answers.keys()):
        yield f"The move {key} was sent and never answered."
    for key, heard in answers.items():
        sequence, kind = kept.pop(key, (0, ""))
        if not heard.code and not (0 < sequence <= heard.sequence and kind == heard.kind):
            yield f"The move {key} was accepted as {heard.kind}; the log has {kind or 'nothing'}."
        if heard.code and kind not in {"", NEAR_MISS}:
            yield f"The move {key} was refused ({heard.code}); the log has {kind}."
    for key, (sequence, kind) in kept.items():
        yield f"Event {sequence} ({kind}, {key}) was never told to its sender."
