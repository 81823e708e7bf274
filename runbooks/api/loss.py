"""What is lost with the copy of a run, as JSON: the figures of the page's sentences."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField
from runbooks.enums import ParameterType
from runbooks.interlocks.loss import Basis, LossState, as_found, loss_with
from runbooks.screen import Desk


class LossShape(serializers.Serializer[Any]):
    """What would be lost, or was, with the copy that is read from."""

    newest = ApiMomentField(
        allow_null=True, help_text="Newest record of the copy, as far as it is known."
    )
    until = ApiMomentField(allow_null=True, help_text="The last moment of a good write.")
    until_is = EnumField(Basis, help_text="What that moment is known by.")
    seconds = serializers.IntegerField(allow_null=True, help_text="How much is lost.")
    most_seconds = serializers.IntegerField(
        allow_null=True, help_text="What was promised: the RPO, or what the runbook takes."
    )
    state = EnumField(LossState, help_text="The loss against what was promised.")
    sentence = serializers.CharField()
    as_found = ApiMomentField(
        allow_null=True, help_text="Newest record of the data as this run found it: no yardstick."
    )


def loss_json(desk: Desk) -> dict[str, Any] | None:
    """The loss for the person at `desk`; None where the runbook reads from no copy."""
    state, source = desk.state, desk.state.procedure.read_from()
    spec = state.procedure.parameters_by_name.get(source)
    if source not in state.facts or spec is None or spec.type is not ParameterType.COPY:
        return None
    lost = loss_with(state, source, desk.at)
    return {
        "newest": lost.newest,
        "until": lost.until.at,
        "until_is": lost.until.basis.value,
        "seconds": None if lost.span is None else int(lost.span.total_seconds()),
        "most_seconds": None if lost.limit is None else int(lost.limit.total_seconds()),
        "state": lost.state.value,
        "sentence": ". ".join(part for part in (lost.text(), lost.verdict) if part),
        "as_found": as_found(state),
    }
