"""Verbs on the people, runbooks and runs of an incident, both ways."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from incidents import links
from incidents.enums import Part
from incidents.models import Incident
from runbooks.models import Revision, Run
from tests.factories import library
from tests.incidents import world
from tests.parity.shape import Api, Case, Cast, Form


@dataclass(frozen=True)
class Scene:
    """An incident, an approved runbook of another system, and somebody."""

    incident: Incident
    revision: Revision
    who: User
    run: Run | None = None

    @property
    def page(self) -> str:
        return f"/incidents/{self.incident.pk}"

    @property
    def api(self) -> str:
        return f"/api/v1/incidents/{self.incident.pk}"

    @property
    def slug(self) -> str:
        return self.revision.runbook.slug


def _scene(cast: Cast) -> Scene:
    incident = world.incident(cast["manager"], cast.at)
    return Scene(
        incident,
        library.approved(cast["author"], cast["approver"], cast.at),
        cast["decider"],
    )


def _named(cast: Cast) -> Scene:
    scene = _scene(cast)
    links.add_person(
        scene.incident, person=scene.who, part=Part.LEAD, by=cast["manager"], at=cast.at
    )
    return scene


def _linked(cast: Cast) -> Scene:
    scene = _scene(cast)
    links.link_runbook(
        scene.incident, runbook=scene.revision.runbook, by=cast["manager"], at=cast.at
    )
    return scene


def _running(cast: Cast) -> Scene:
    scene = _scene(cast)
    run = world.run(scene.revision, cast["operator"], cast.at)
    return Scene(scene.incident, scene.revision, scene.who, run)


def _link_form(scene: Scene) -> Form:
    return Form(f"{scene.page}/runs/", {"run": scene.run.pk if scene.run else 0})


def _link_body(scene: Scene) -> Api:
    return Api("PUT", f"{scene.api}/runs/{scene.run.pk if scene.run else 0}/")


def _start_form(scene: Scene) -> Form:
    typed = {"kind": "live", "title": "Tonight", "key": "one-key"}
    return Form(f"{scene.page}/start/{scene.slug}/1/", typed)


def _start_body(scene: Scene) -> Api:
    body = {"runbook": scene.slug, "revision": 1, "title": "Tonight", "key": "one-key"}
    return Api("POST", f"{scene.api}/runs/", body)


def _closed(cast: Cast) -> Scene:
    scene = _scene(cast)
    Incident.objects.filter(pk=scene.incident.pk).update(status="closed", closed_at=cast.at)
    return scene


CASES = (
    Case(
        "incidents.links.add_person",
        stage=_scene,
        form=lambda s: Form(f"{s.page}/people/", {"person": s.who.pk, "part": "lead"}),
        api=lambda s: Api("POST", f"{s.api}/people/", {"person": s.who.pk, "part": "lead"}),
    ),
    Case(
        "incidents.links.remove_person",
        stage=_named,
        form=lambda s: Form(f"{s.page}/people/{s.incident.people.get().pk}/remove/"),
        api=lambda s: Api("DELETE", f"{s.api}/people/{s.who.pk}/lead/"),
    ),
    Case(
        "incidents.links.link_runbook",
        stage=_scene,
        form=lambda s: Form(f"{s.page}/runbooks/", {"runbook": s.revision.runbook_id}),
        api=lambda s: Api("PUT", f"{s.api}/runbooks/{s.slug}/"),
    ),
    Case(
        "incidents.links.link_runbook",
        stage=_closed,
        form=lambda s: Form(f"{s.page}/runbooks/", {"runbook": s.revision.runbook_id}),
        api=lambda s: Api("PUT", f"{s.api}/runbooks/{s.slug}/"),
        code="closed",
    ),
    Case(
        "incidents.links.unlink_runbook",
        stage=_linked,
        form=lambda s: Form(f"{s.page}/runbooks/{s.slug}/unlink/"),
        api=lambda s: Api("DELETE", f"{s.api}/runbooks/{s.slug}/"),
    ),
    Case("incidents.links.link_run", stage=_running, form=_link_form, api=_link_body),
    Case("incidents.response.start_run", stage=_scene, form=_start_form, api=_start_body),
    Case(
        "incidents.response.start_run",
        stage=_closed,
        form=_start_form,
        api=_start_body,
        code="closed",
    ),
)
