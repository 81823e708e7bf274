"""Verbs on the inventory, both ways."""

from __future__ import annotations

from typing import Any

from inventory import copies, history, instances, systems
from inventory.models import Copy, Instance, System
from tests.factories import inventory
from tests.parity.shape import Api, Case, Cast, Form

_INSTANCE = {
    "name": "ledger-b",
    "environment": "staging",
    "host": "db-stage-1",
    "first_kind": "host name",
    "first_value": "db-stage-1",
    "second_kind": "machine id",
    "second_value": "b08dfa60",
}
_COPY = {
    "name": "ledger-1.dump",
    "medium": "disk",
    "place": "backup-1:/srv",
    "holder": "backup-1",
    "encrypted": "yes",
}


def _system(cast: Cast) -> System:
    return inventory.system(cast["manager"], cast.at)


def _instance(cast: Cast) -> Instance:
    return inventory.instance(_system(cast), cast["manager"], cast.at)


def _copy(cast: Cast) -> Copy:
    return inventory.copy(_system(cast), cast["manager"], cast.at)


def _small(cast: Cast) -> Copy:
    """Far below the good copy of the same system."""
    system = _system(cast)
    inventory.copy(system, cast["manager"], cast.at, good=True)
    return inventory.copy(system, cast["manager"], cast.at, name="small.dump", size_bytes=14)


def _system_changed(cast: Cast) -> System:
    """Somebody changed it after line 1 of its history."""
    return systems.edit(
        _system(cast), changes={"description": "Mine."}, by=cast["manager"], at=cast.at
    )


def _instance_changed(cast: Cast) -> Instance:
    return instances.edit(_instance(cast), changes={"host": "x"}, by=cast["manager"], at=cast.at)


def _destroyed(cast: Cast) -> Copy:
    return copies.mark(
        _copy(cast), state="destroyed", reason="shredded", by=cast["manager"], at=cast.at
    )


def _system_form(system: System, **more: Any) -> Form:
    typed = {
        "name": system.name,
        "description": "Accounts.",
        "owner": system.owner_id,
        "data_class": "restricted",
        "rpo": "30 min",
        "rto": "2 h",
        "mtd": "2 d",
    }
    return Form(f"/inventory/systems/{system.slug}/edit/", typed | more)


def _system_body(system: System, **more: Any) -> Api:
    body = {"description": "Accounts.", "data_class": "restricted", "rpo": 1800}
    return Api("PATCH", f"/api/v1/systems/{system.slug}/", body | more)


def _copy_form(copy: Copy, **more: Any) -> Form:
    typed = {
        "name": copy.name,
        "taken_at": "2026-03-03 02:12:45 UTC",
        "data_as_of": "2026-03-03 01:12:45 UTC",
        "medium": "tape",
        "place": "vault",
        "holder": copy.holder,
        "size_bytes": copy.size_bytes,
        "sha256": copy.sha256,
        "encrypted": copy.encrypted,
    }
    return Form(f"/inventory/copies/{copy.pk}/edit/", typed | more)


_SYSTEMS = (
    Case(
        "inventory.systems.register",
        stage=lambda cast: cast["operator"],
        form=lambda owner: Form(
            "/inventory/new-system/",
            {"name": "Books", "owner": owner.pk, "data_class": "internal", "rpo": "1 h 30 min"},
        ),
        api=lambda owner: Api(
            "POST",
            "/api/v1/systems/",
            {"name": "Books", "owner": owner.pk, "data_class": "internal", "rpo": 5400},
        ),
    ),
    Case(
        "inventory.systems.register",
        stage=_system,
        form=lambda kept: Form(
            "/inventory/new-system/",
            {"name": "LEDGER", "owner": kept.owner_id, "data_class": "internal"},
        ),
        api=lambda kept: Api(
            "POST",
            "/api/v1/systems/",
            {"name": "LEDGER", "owner": kept.owner_id, "data_class": "internal"},
        ),
        code="invalid",
    ),
    Case("inventory.systems.edit", stage=_system, form=_system_form, api=_system_body),
    Case(
        "inventory.systems.edit",
        stage=_system_changed,
        form=lambda kept: _system_form(kept, seen=history.last(kept) - 1),
        api=lambda kept: _system_body(kept, seen=history.last(kept) - 1),
        code="changed_meanwhile",
    ),
)

_INSTANCES = (
    Case(
        "inventory.instances.register",
        stage=_system,
        form=lambda kept: Form(
            f"/inventory/systems/{kept.slug}/new-instance/", _INSTANCE | {"lifecycle": "active"}
        ),
        api=lambda kept: Api("POST", "/api/v1/instances/", _INSTANCE | {"system": kept.slug}),
    ),
    Case(
        "inventory.instances.register",
        stage=_system,
        form=lambda kept: Form(
            f"/inventory/systems/{kept.slug}/new-instance/",
            _INSTANCE | {"lifecycle": "active", "second_kind": "host name"},
        ),
        api=lambda kept: Api(
            "POST",
            "/api/v1/instances/",
            _INSTANCE | {"system": kept.slug, "second_kind": "host name"},
        ),
        code="invalid",
    ),
    Case(
        "inventory.instances.edit",
        stage=_instance,
        form=lambda kept: Form(f"/inventory/instances/{kept.pk}/edit/", _INSTANCE),
        api=lambda kept: Api("PATCH", f"/api/v1/instances/{kept.pk}/", _INSTANCE),
    ),
    Case(
        "inventory.instances.edit",
        stage=_instance_changed,
        form=lambda kept: Form(
            f"/inventory/instances/{kept.pk}/edit/",
            _INSTANCE | {"seen": history.last(kept) - 1},
        ),
        api=lambda kept: Api(
            "PATCH",
            f"/api/v1/instances/{kept.pk}/",
            _INSTANCE | {"seen": history.last(kept) - 1},
        ),
        code="changed_meanwhile",
    ),
    Case(
        "inventory.instances.set_lifecycle",
        stage=_instance,
        form=lambda kept: Form(
            f"/inventory/instances/{kept.pk}/lifecycle/", {"lifecycle": "frozen", "reason": "so"}
        ),
        api=lambda kept: Api(
            "PUT",
            f"/api/v1/instances/{kept.pk}/lifecycle/",
            {"lifecycle": "frozen", "reason": "so"},
        ),
    ),
)

_COPIES = (
    Case(
        "inventory.copies.register",
        stage=_instance,
        form=lambda instance: Form(
            f"/inventory/systems/{instance.system.slug}/new-copy/",
            _COPY | {"taken_from": instance.pk, "taken_at": "2026-03-04 04:00 +01:00"},
        ),
        api=lambda instance: Api(
            "POST",
            "/api/v1/copies/",
            _COPY
            | {
                "system": "ledger",
                "taken_from": instance.pk,
                "taken_at": "2026-03-04T04:00:00+01:00",
            },
        ),
    ),
    Case(
        "inventory.copies.register",
        stage=_instance,
        form=lambda instance: Form(
            f"/inventory/systems/{instance.system.slug}/new-copy/",
            _COPY | {"taken_at": "2027-03-04 04:00 UTC"},
        ),
        api=lambda instance: Api(
            "POST",
            "/api/v1/copies/",
            _COPY | {"system": "ledger", "taken_at": "2027-03-04T04:00:00Z"},
        ),
        code="invalid",
    ),
    Case(
        "inventory.copies.edit",
        stage=_copy,
        form=_copy_form,
        api=lambda kept: Api(
            "PATCH", f"/api/v1/copies/{kept.pk}/", {"medium": "tape", "place": "vault"}
        ),
    ),
    Case(
        "inventory.copies.verify",
        stage=_copy,
        form=lambda kept: Form(
            f"/inventory/copies/{kept.pk}/verify/",
            {"how": "read back", "sha256": kept.sha256, "size_bytes": "700 MiB", "restored": "on"},
        ),
        api=lambda kept: Api(
            "POST",
            f"/api/v1/copies/{kept.pk}/verify/",
            {
                "how": "read back",
                "sha256": kept.sha256,
                "size_bytes": 700 * 2**20,
                "restored": True,
            },
        ),
    ),
    Case(
        "inventory.copies.verify",
        stage=_copy,
        form=lambda kept: Form(
            f"/inventory/copies/{kept.pk}/verify/", {"how": "read back", "sha256": "ab" * 32}
        ),
        api=lambda kept: Api(
            "POST",
            f"/api/v1/copies/{kept.pk}/verify/",
            {"how": "read back", "sha256": "ab" * 32},
        ),
        code="sha256_differs",
    ),
    Case(
        "inventory.copies.verify",
        stage=_small,
        form=lambda kept: Form(f"/inventory/copies/{kept.pk}/verify/", {"how": "read back"}),
        api=lambda kept: Api("POST", f"/api/v1/copies/{kept.pk}/verify/", {"how": "read back"}),
        code="size_doubted",
    ),
    Case(
        "inventory.copies.verify",
        stage=_small,
        form=lambda kept: Form(
            f"/inventory/copies/{kept.pk}/verify/", {"how": "read back", "accept": "Archived."}
        ),
        api=lambda kept: Api(
            "POST",
            f"/api/v1/copies/{kept.pk}/verify/",
            {"how": "read back", "accept": "Archived."},
        ),
    ),
    Case(
        "inventory.copies.mark",
        stage=_copy,
        form=lambda kept: Form(
            f"/inventory/copies/{kept.pk}/mark/", {"state": "suspect", "reason": "odd"}
        ),
        api=lambda kept: Api(
            "POST", f"/api/v1/copies/{kept.pk}/mark/", {"state": "suspect", "reason": "odd"}
        ),
    ),
    Case(
        "inventory.copies.mark",
        stage=_destroyed,
        form=lambda kept: Form(
            f"/inventory/copies/{kept.pk}/mark/", {"state": "suspect", "reason": "odd"}
        ),
        api=lambda kept: Api(
            "POST", f"/api/v1/copies/{kept.pk}/mark/", {"state": "suspect", "reason": "odd"}
        ),
        code="destroyed",
    ),
)

CASES = (*_SYSTEMS, *_INSTANCES, *_COPIES)
