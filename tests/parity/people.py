"""Verbs on people, both ways."""

from __future__ import annotations

from accounts import people
from accounts.models import User
from tests.parity.shape import Api, Case, Cast, Form

_NEW = {"name": "Newcomer", "email": "new@example.org", "username": "new", "initials": "nw"}


def _viewer(cast: Cast) -> User:
    return cast["viewer"]


def _disabled(cast: Cast) -> User:
    return people.disable(cast["viewer"], by=cast["admin"], at=cast.at)


def _admin(cast: Cast) -> User:
    return cast["admin"]


CASES = (
    Case(
        "accounts.people.invite",
        by="admin",
        stage=_viewer,
        form=lambda _: Form("/people/invite/", _NEW | {"roles": ["responder", "viewer"]}),
        api=lambda _: Api("POST", "/api/v1/people/", _NEW | {"roles": ["responder", "viewer"]}),
    ),
    Case(
        "accounts.people.invite",
        by="admin",
        stage=_viewer,
        form=lambda _: Form("/people/invite/", _NEW | {"initials": "vw"}),
        api=lambda _: Api("POST", "/api/v1/people/", _NEW | {"initials": "vw", "roles": []}),
        code="invalid",
    ),
    Case(
        "accounts.people.disable",
        by="admin",
        stage=_viewer,
        stranger="operator",
        form=lambda who: Form(f"/people/{who.pk}/disable/"),
        api=lambda who: Api("POST", f"/api/v1/people/{who.pk}/disable/"),
    ),
    Case(
        "accounts.people.disable",
        by="admin",
        stage=_admin,
        form=lambda who: Form(f"/people/{who.pk}/disable/"),
        api=lambda who: Api("POST", f"/api/v1/people/{who.pk}/disable/"),
        code="last_admin",
    ),
    Case(
        "accounts.people.enable",
        by="admin",
        stage=_disabled,
        stranger="operator",
        form=lambda who: Form(f"/people/{who.pk}/enable/"),
        api=lambda who: Api("POST", f"/api/v1/people/{who.pk}/enable/"),
    ),
    Case(
        "accounts.people.give_roles",
        by="admin",
        stage=_viewer,
        stranger="operator",
        form=lambda who: Form(f"/people/{who.pk}/roles/", {"roles": ["author"]}),
        api=lambda who: Api("PUT", f"/api/v1/people/{who.pk}/roles/", {"roles": ["author"]}),
    ),
    Case(
        "accounts.people.give_roles",
        by="admin",
        stage=_admin,
        form=lambda who: Form(f"/people/{who.pk}/roles/", {"roles": ["viewer"]}),
        api=lambda who: Api("PUT", f"/api/v1/people/{who.pk}/roles/", {"roles": ["viewer"]}),
        code="last_admin",
    ),
)
