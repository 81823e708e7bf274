"""Attempts to put on record what says nothing, or says more than is so."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from demo.attempts.attempt import Attempt, World, demand
from incidents import actions
from incidents.enums import ActionKind, Strength
from incidents.models import Incident
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.run import Abort

_INVISIBLE = "\u200b\u3164"


def _add(world: World, **facts: Any) -> None:
    by = world.person("operator")
    given: dict[str, Any] = {
        "title": "Bar restores into production from laptops",
        "kind": ActionKind.PREVENT,
        "owner": by,
        "due": date(2999, 12, 1),
        "done_when": "A test shows it.",
        "strength": Strength.STRONGER,
    }
    incident = Incident.objects.latest("pk")
    actions.add(incident, **given | facts, by=by, at=world.verbs.at)


def _slogan(world: World) -> str:
    answer = world.refused("invalid", lambda: _add(world, title="Always back up twice"))
    demand("weaker" in answer, answer)
    return answer


def _invisible_title(world: World) -> str:
    answer = ""
    for field in ("title", "done_when"):
        for text in (_INVISIBLE, ".. .."):
            answer = world.refused("invalid", partial(_add, world, **{field: text}))
            demand("at least one letter or digit" in answer, answer)
    return answer


def _idle_owner(world: World) -> str:
    return world.refused("invalid", lambda: _add(world, owner=world.person("viewer")))


def _stop_after_the_end(world: World) -> str:
    """A STOP that nobody has to answer any more does not wait for an answer."""
    crew = world.restore()
    decider = world.person("decider")
    before = decider.notices.unread().count()
    crew.press("verifier", Hold, reason="Wrong host.")
    demand(decider.notices.unread().count() == before + 1, "The decider was not told of the STOP.")
    for _ in range(2):  # the first leads through the section that undoes what was done
        crew.press("decider", Abort, reason="It was a rehearsal.", deviation="other")
        demand(decider.notices.unread().count() == before, "The STOP that was answered is unread.")
    return str(decider.notices.latest("pk").over)


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(29, "A slogan is called a stronger action", _slogan),
    Attempt(29, "A title or a definition of done holds nothing that can be read", _invisible_title),
    Attempt(29, "An action is given to somebody who may only look", _idle_owner),
    Attempt(29, "A STOP waits for an answer that nobody has to give any more", _stop_after_the_end),
)
