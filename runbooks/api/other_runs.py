"""The other runs on the targets of a run, in the API."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField
from runbooks.enums import RunKind, RunStatus
from runbooks.other_runs import OtherRun


class OtherRunShape(serializers.Serializer[Any]):
    """Another run that works on a target of this one."""

    id = serializers.IntegerField()
    kind = EnumField(RunKind)
    status = EnumField(RunStatus)
    instance = serializers.CharField(help_text="Name of the instance that both name.")
    prepared_at = ApiMomentField()
    started_at = ApiMomentField(allow_null=True)
    unlocked_at = ApiMomentField(
        allow_null=True, help_text="When it last unlocked its overwrite or deletion of it."
    )
    blocks = serializers.BooleanField(
        help_text="Whether it keeps this run from unlocking: it started first, or has unlocked."
    )
    sentence = serializers.CharField()
    url = serializers.CharField()


def other_run_json(other: OtherRun) -> dict[str, Any]:
    """Another run, as `OtherRunShape` says."""
    run = other.run
    return {
        "id": run.pk,
        "kind": run.kind,
        "status": run.status,
        "instance": other.instance.name,
        "prepared_at": run.prepared_at,
        "started_at": run.started_at,
        "unlocked_at": other.overwrote_at,
        "blocks": other.blocks,
        "sentence": other.sentence,
        "url": reverse("api:run_detail", args=[run.pk]),
    }
