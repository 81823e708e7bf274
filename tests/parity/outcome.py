"""Verbs on what an incident takes from its runs, and on what nobody can know, both ways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from incidents import links, losses, offers, reading
from incidents.models import Incident
from runbooks.enums import Move
from runbooks.models import Run
from tests.factories.story import story
from tests.incidents import world
from tests.parity.shape import Api, Case, Cast, Form

_COUNTED = b"""---
title: Count what is lost
---

- [ ] Count the orders

  ```guard
  record:
    orders_lost: {type: number, label: Orders that are lost}
  ```
"""


@dataclass(frozen=True)
class Scene:
    """An incident with an ended run, and the keys of what that offers."""

    incident: Incident
    keys: list[str]


def _ended(cast: Cast) -> Scene:
    incident = world.incident(cast["operator"], cast.at)
    told = story(dict(cast.people), cast.at - timedelta(hours=1), source=_COUNTED).start()
    told.do(Move.TICK, "operator", step=0, values={"orders_lost": "12"})
    told.do(Move.COMPLETE, "operator")
    run = Run.objects.get(pk=told.run.pk)
    links.link_run(incident, run=run, by=cast["operator"], at=cast.at)
    ticks = reading.clock(incident.times.all())
    found = offers.read(incident, ticks, reading.runs(incident))
    assert [offer.text for offer in found] == ["12 orders"]
    return Scene(incident, [offer.key for offer in found])


def _taken(cast: Cast) -> Scene:
    scene = _ended(cast)
    who = cast["manager"]
    offers.use(scene.incident, offers=scene.keys, seen=None, by=who, at=cast.at)
    row = scene.incident.losses.get()
    losses.strike_out(row, reason="counted twice", by=who, at=cast.at)
    return scene


def _incident(cast: Cast) -> Incident:
    return world.incident(cast["operator"], cast.at)


def _form(scene: Scene) -> Form:
    return Form(f"/incidents/{scene.incident.pk}/offers/", {"seen": 2, "offers": scene.keys})


def _api(scene: Scene) -> Api:
    body = {"seen": 2, "offers": scene.keys}
    return Api("POST", f"/api/v1/incidents/{scene.incident.pk}/offers/", body)


CASES = (
    Case("incidents.offers.use", stage=_ended, form=_form, api=_api),
    Case("incidents.offers.use", stage=_taken, form=_form, api=_api, code="not_offered"),
    Case(
        "incidents.unknowns.state",
        stage=_incident,
        form=lambda kept: Form(
            f"/incidents/{kept.pk}/clock/restored/unknown/", {"seen": 1, "reason": "it never was"}
        ),
        api=lambda kept: Api(
            "PUT",
            f"/api/v1/incidents/{kept.pk}/clock/restored/unknown/",
            {"seen": 1, "reason": "it never was"},
        ),
    ),
    Case(
        "incidents.unknowns.state",
        stage=_incident,
        form=lambda kept: Form(
            f"/incidents/{kept.pk}/clock/noticed/unknown/", {"seen": 1, "reason": "so"}
        ),
        api=lambda kept: Api(
            "PUT",
            f"/api/v1/incidents/{kept.pk}/clock/noticed/unknown/",
            {"seen": 1, "reason": "so"},
        ),
        code="needed",
    ),
)
