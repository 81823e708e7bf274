"""One start of the harness: how much to measure, and the worlds opened so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench import datasets
from bench.calls import Call, Caller
from bench.people import Cast, cast
from bench.rounds import Case, Effort, Timed, always, interleave
from bench.worlds import BenchWorld

READ, READ_AGAIN = "base A", "base A again"
INSERT, INSERT_AGAIN = "base I", "base I again"


@dataclass
class Session:
    """What every case needs."""

    effort: Effort
    rebuild: bool = False
    caller: Caller = field(default_factory=Caller)
    worlds: dict[str, BenchWorld] = field(default_factory=dict)

    def world(self, name: str) -> BenchWorld:
        """The world of that name, entered; opened at the first call."""
        if name not in self.worlds:
            world = BenchWorld(name)
            world.open(rebuild=self.rebuild)
            self.worlds[name] = world
        self.worlds[name].enter()
        return self.worlds[name]

    def cast(self, world: BenchWorld) -> Cast:
        world.enter()
        return cast()

    def history(self, name: str) -> BenchWorld:
        """The world of that name, with its incidents."""
        world = self.world(name)
        datasets.incidents(name, self.cast(world))
        return world

    def logged(self, name: str) -> BenchWorld:
        """The world of that name, with its incidents and its logs."""
        world = self.history(name)
        datasets.logs(name, self.cast(world))
        return world

    def against_reading(self, world: BenchWorld, *cases: Case) -> Timed:
        """Time `cases` in rounds with base A, entered twice, in `world`."""
        call = Call(world, self.cast(world).operator, "/bench/read/")
        bases = [always(READ, call), always(READ_AGAIN, call)]
        return interleave(self.caller, [*bases, *cases], self.effort)

    def against_inserting(self, world: BenchWorld, *cases: Case) -> Timed:
        """Time `cases` in rounds with base I, entered twice, in `world`."""
        data = {"text": "x" * 280}
        call = Call(world, self.cast(world).operator, "/bench/insert/", data=data)
        bases = [always(INSERT, call), always(INSERT_AGAIN, call)]
        return interleave(self.caller, [*bases, *cases], self.effort)
