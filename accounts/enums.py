"""The roles of people, and what each may do. Groups and permissions are made from this table."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Standing roles of a person in the organisation (not the roles they take in one run)."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    AUTHOR = "author"
    APPROVER = "approver"
    MANAGER = "manager"
    ADMIN = "admin"


class Right(StrEnum):
    """A permission, as `app_label.codename`. Every check in the product names one of these."""

    VIEW = "accounts.view_product"
    OPERATE = "accounts.operate_runs"
    DECIDE = "accounts.decide_runs"
    WRITE_RUNBOOKS = "accounts.write_runbooks"
    APPROVE_RUNBOOKS = "accounts.approve_runbooks"
    KEEP_INVENTORY = "accounts.keep_inventory"
    KEEP_INCIDENTS = "accounts.keep_incidents"
    MANAGE_PEOPLE = "accounts.manage_people"
    MANAGE_PRODUCT = "accounts.manage_product"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.VIEW}),
    Role.RESPONDER: frozenset(
        {Right.VIEW, Right.OPERATE, Right.DECIDE, Right.KEEP_INVENTORY, Right.KEEP_INCIDENTS}
    ),
    Role.AUTHOR: frozenset({Right.VIEW, Right.WRITE_RUNBOOKS}),
    Role.APPROVER: frozenset({Right.VIEW, Right.APPROVE_RUNBOOKS}),
    Role.MANAGER: frozenset({Right.VIEW, Right.DECIDE, Right.KEEP_INVENTORY, Right.KEEP_INCIDENTS}),
    Role.ADMIN: frozenset(
        {Right.VIEW, Right.MANAGE_PEOPLE, Right.MANAGE_PRODUCT, Right.KEEP_INVENTORY}
    ),
}


class Scope(StrEnum):
    """What a token is for: it may do what its owner may and one of its scopes holds."""

    READ = "read"
    RUN = "run"
    AUTHOR = "author"
    ADMIN = "admin"


SCOPES: dict[Scope, frozenset[Right]] = {
    Scope.READ: frozenset({Right.VIEW}),
    Scope.RUN: frozenset({Right.VIEW, Right.OPERATE, Right.DECIDE, Right.KEEP_INCIDENTS}),
    Scope.AUTHOR: frozenset(
        {Right.VIEW, Right.WRITE_RUNBOOKS, Right.APPROVE_RUNBOOKS, Right.KEEP_INVENTORY}
    ),
    Scope.ADMIN: frozenset({Right.VIEW, Right.MANAGE_PEOPLE, Right.MANAGE_PRODUCT}),
}

RIGHT_LABELS: dict[Right, str] = {
    Right.VIEW: "see systems, runbooks, runs and incidents",
    Right.OPERATE: "take a role in runs and act in them",
    Right.DECIDE: "be the decider of a run",
    Right.WRITE_RUNBOOKS: "write runbooks",
    Right.APPROVE_RUNBOOKS: "approve runbooks written by others",
    Right.KEEP_INVENTORY: "keep systems, instances and copies",
    Right.KEEP_INCIDENTS: "open and keep incidents",
    Right.MANAGE_PEOPLE: "invite and disable people and give roles",
    Right.MANAGE_PRODUCT: "adjust background work and outgoing webhooks",
}
