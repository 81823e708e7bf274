"""Verbs on what an incident takes from its runs, and on what nobody can know, both ways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from incidents import links, offers, summary
from incidents.models import Incident
from runbooks.enums import RunKind
from runbooks.machine.moves.run import Complete
from runbooks.machine.moves.steps import Tick
from runbooks.runs import preparation
from tests.factories import inventory
from tests.factories.library import approved
from tests.factories.story import Story
from tests.incidents import world
from tests.parity.shape import Api, Case, Cast, Form

_FREEZE = b"""---
title: Stop the writers
system: ledger
parameters:
  target: {type: instance, label: Server, environment: [production]}
---

- [ ] Stop the writers

  ```guard
  freeze: target
  ```
"""


@dataclass(frozen=True)
class Scene:
    """An incident with an ended run, and the keys of what that offers."""

    incident: Incident
    keys: list[str]


def _ended(cast: Cast) -> Scene:
    by, began = cast["operator"], cast.at - timedelta(minutes=9)
    incident = world.incident(by, cast.at)
    target = inventory.instance(incident.system, by, began)
    text = approved(cast["author"], cast["approver"], began, _FREEZE)
    chosen = {"target": str(target.pk)}
    run = preparation.prepare(revision=text, kind=RunKind.LIVE, parameters=chosen, by=by, at=began)
    game = Story(run, dict(cast.people), began).start()
    game.do(Tick, "operator", step=0, values={"freeze.writers": "0"})
    game.do(Complete, "operator")
    links.link_run(incident, run=run, by=by, at=cast.at)
    ticks = summary.clock(incident.times.all())
    offered = offers.read(incident, ticks, incident.runs.with_runbook())
    assert [offer.label for offer in offered] == ["writes stopped"]
    return Scene(incident, [offer.key for offer in offered])


def _gone(cast: Cast) -> Scene:
    return Scene(_ended(cast).incident, ["1:1:restored:ledger"])


def _incident(cast: Cast) -> Incident:
    return world.incident(cast["operator"], cast.at)


def _form(scene: Scene) -> Form:
    return Form(f"/incidents/{scene.incident.pk}/offers/", {"seen": 2, "offers": scene.keys})


def _api(scene: Scene) -> Api:
    body = {"seen": 2, "offers": scene.keys}
    return Api("POST", f"/api/v1/incidents/{scene.incident.pk}/offers/", body)


CASES = (
    Case("incidents.offers.use", stage=_ended, form=_form, api=_api),
    Case("incidents.offers.use", stage=_gone, form=_form, api=_api, code="not_offered"),
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
