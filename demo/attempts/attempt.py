"""What an attempt is, and the world it is made in: the demonstration, loaded afresh for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.test import Client

from accounts.models import User
from demo.day.crew import Crew
from demo.day.interface import Verbs, instance, user
from inventory.models import Copy
from lib.refusals import Invalid, Refused
from runbooks.enums import RunKind, RunRole
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.steps import BeginStep
from runbooks.machine.moves.unlock import Unlock

RESTORE = "restore-the-ledger-database-beside-the-live-one"
#: The step of it that overwrites.
ACT = "Put the restored database in the place"
EVERYBODY = (RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER)


#: People of an attempt act within seconds of each other's clock, faster than the real one: they
#: begin this long ago, so that nothing they did lies in the future of a page that is asked after.
HEAD_START = timedelta(hours=1)


class GotThrough(AssertionError):
    """An attempt went through, or was refused for another reason than it should be."""


@dataclass
class World:
    """The demonstration as of `at` (aware, UTC), and the people in it. What an attempt writes is
    taken back after it."""

    at: datetime

    def __post_init__(self) -> None:
        self.verbs = Verbs(self.at)

    def client(self, who: str = "") -> Client:
        """A browser of its own; signed in as `who` unless that is ''."""
        client = Client(SERVER_NAME="localhost")
        if who:
            client.force_login(user(who))
        return client

    def person(self, who: str) -> User:
        """The person of the demonstration with the user name `who`."""
        return user(who)

    def restore(
        self,
        kind: RunKind = RunKind.LIVE,
        *,
        reads: Mapping[str, str] | None = None,
        start: bool = True,
    ) -> Crew:
        """A run of the demonstration's restore, into production, from this night's copy; every role
        is taken, and unless `start` is False it is started."""
        dump = Copy.objects.filter(name__startswith="ledger-2").latest("taken_at").pk
        chosen = {"dump": dump, "target": instance("ledger")}
        crew = Crew(
            self.verbs, self.verbs.prepare("operator", RESTORE, kind, chosen), dict(reads or {})
        )
        crew.man(*EVERYBODY)
        if start:
            crew.press("operator", Start, acknowledged=True, conditions=True)
        return crew

    def restore_to_the_act(self, *, agreed: bool = True) -> tuple[Crew, int]:
        """A restore whose overwrite (its index) waits for nothing but the typed name; unless
        `agreed`, for everything that is done at that step."""
        crew = self.restore()
        act = crew.step(ACT)
        crew.go_on(until=act)
        if agreed:
            crew.press("operator", BeginStep, act)
            crew.agree(act)
            crew.confirm(act)
        return crew, act

    def refused(self, code: str, deed: Callable[[], object]) -> str:
        """Try `deed`, which must be refused with `code` ("invalid" for a form's fields); what was
        said. Raises `GotThrough` when it is not."""
        try:
            deed()
        except Refused as error:
            met, sentence = error.code, f"{error.sentence} {error.remedy}".strip()
        except Invalid as error:
            met, sentence = "invalid", " ".join(error.errors.values())
        else:
            raise GotThrough("It went through.")
        if met != code:
            raise GotThrough(f"Refused as {met}, not as {code}. {sentence}")
        return f"({met}) {sentence}"


@dataclass(frozen=True)
class Attempt:
    """One try, told as “`tried`”. `point`: number of the claim it belongs to, for the order.
    `deed` returns what the product said, or raises `GotThrough`."""

    point: int
    tried: str
    deed: Callable[[World], str]


def demand(condition: object, otherwise: str) -> None:
    """Raise `GotThrough(otherwise)` unless `condition` holds."""
    if not condition:
        raise GotThrough(otherwise)


def _early_unlock(world: World) -> str:
    crew = world.restore()
    act = crew.step(ACT)
    return world.refused("out_of_order", lambda: crew.press("operator", Unlock, act, name="ledger"))


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(0, "The operator unlocks the overwrite at the first step", _early_unlock),
)
