"""The end of an incident by API: losses, decisions, who was told, actions."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import ApiDayField, ApiMomentField, EnumField, WholeNumberField
from accounts.api.schema import operation
from accounts.api.serializers import InputSerializer
from accounts.api.views import now, person, sent
from accounts.models import User
from incidents import actions, decisions, losses, notifications
from incidents import enums as words
from incidents.api.ending_facts import (
    ActionSerializer,
    LossSerializer,
    NotifiedSerializer,
)
from incidents.api.serializers import IncidentSerializer, SeenVersionSerializer
from incidents.api.views import TAG, IncidentView


def _line(**kwargs: object) -> serializers.CharField:
    given: dict[str, object] = {"max_length": 300, "allow_blank": True, "default": ""}
    return serializers.CharField(**given | kwargs)  # type: ignore[arg-type]


class NewLossSerializer(InputSerializer):
    """A loss in numbers; without an amount, or where the state is unknown, with a reason."""

    what = EnumField(words.LossOf)
    amount = WholeNumberField(max_value=losses.MOST, allow_null=True, default=None)
    unit = _line(max_length=40)
    state = EnumField(words.LossState)
    counted = EnumField(words.Counted)
    reason = _line()
    window_start = ApiMomentField(allow_null=True, default=None)
    window_end = ApiMomentField(allow_null=True, default=None)


class StrikeSerializer(InputSerializer):
    """Why it is struck out."""

    reason = _line()


class DecisionSerializer(SeenVersionSerializer):
    """What is done about lost writes, and writes on wrong data."""

    decision = EnumField(words.Reconciliation)
    note = _line()


class NewNotifiedSerializer(InputSerializer):
    """Who was told and when; or that nobody is affected, with the reason."""

    whom = _line()
    notified_at = ApiMomentField(allow_null=True, default=None)
    nobody = serializers.BooleanField(default=False)
    reason = _line()


class VerdictSerializer(SeenVersionSerializer):
    """What kept it from being worse."""

    saved_by = EnumField(words.SavedBy)
    note = _line()


def _owner() -> serializers.PrimaryKeyRelatedField[User]:
    everybody = User.objects.filter(is_active=True)
    return serializers.PrimaryKeyRelatedField(
        pk_field=WholeNumberField(), queryset=everybody, allow_null=True, default=None
    )


class NewActionSerializer(InputSerializer):
    """An action. Owner, due date and definition of done are needed, and missed in one answer."""

    title = _line(max_length=160)
    kind = EnumField(words.ActionKind)
    owner = _owner()
    due = ApiDayField(allow_null=True, default=None)
    done_when = _line()
    strength = EnumField(words.Strength)
    replaces_luck = serializers.BooleanField(default=False)


class AssignmentSerializer(SeenVersionSerializer):
    """Whose it is, and by which day."""

    owner = _owner()
    due = ApiDayField(allow_null=True, default=None)
    reason = _line()


class SettlementSerializer(SeenVersionSerializer):
    """Done, declined, or open again."""

    status = EnumField(words.ActionStatus)
    note = _line()


_LOSS = {
    "what": "records",
    "amount": 412,
    "unit": "orders",
    "state": "gone for good",
    "counted": "counted",
    "window_start": "2026-11-22T01:05:00Z",
    "window_end": "2026-11-22T03:05:00Z",
}
_ACTION = {
    "title": "Bar restores into production from laptops",
    "kind": "prevent",
    "owner": 3,
    "due": "2999-12-01",
    "done_when": "A restore from a laptop is refused, and a test shows it.",
    "strength": "stronger",
}


class LossList(IncidentView):
    @operation(
        "incident_loss_state",
        TAG,
        takes=NewLossSerializer,
        answers=LossSerializer,
        status=201,
        example=_LOSS,
    )
    def post(self, request: Request, id: int) -> Response:
        """State a loss in numbers."""
        read = sent(NewLossSerializer, request)
        made = losses.state(self.incident(), **read, by=person(request), at=now())
        return Response(LossSerializer.printed(made), status=201)


class LossStrike(IncidentView):
    @operation(
        "incident_loss_strike",
        TAG,
        takes=StrikeSerializer,
        answers=LossSerializer,
        example={"reason": "counted twice"},
    )
    def post(self, request: Request, id: int, loss: int) -> Response:
        """Strike a loss out; it stays readable."""
        read, row = (
            sent(StrikeSerializer, request),
            get_object_or_404(self.incident().losses, pk=loss),
        )
        return Response(
            LossSerializer.printed(losses.strike_out(row, **read, by=person(request), at=now()))
        )


class Reconcile(IncidentView):
    @operation(
        "incident_reconcile",
        TAG,
        takes=DecisionSerializer,
        answers=IncidentSerializer,
        example={"decision": "partly re-entered", "note": "orders yes, sessions no"},
    )
    def put(self, request: Request, id: int) -> Response:
        """Decide what is done about lost writes, and writes on wrong data."""
        read = sent(DecisionSerializer, request)
        decisions.reconcile(self.incident(), **read, by=person(request), at=now())
        return self.incident_now()


class NotifiedList(IncidentView):
    @operation(
        "incident_notified_state",
        TAG,
        takes=NewNotifiedSerializer,
        answers=NotifiedSerializer,
        status=201,
        example={"whom": "All customers of shop 3", "notified_at": "2026-11-22T09:00:00Z"},
    )
    def post(self, request: Request, id: int) -> Response:
        """Note who was told and when, or why nobody is affected."""
        read = sent(NewNotifiedSerializer, request)
        made = notifications.state(self.incident(), **read, by=person(request), at=now())
        return Response(NotifiedSerializer.printed(made), status=201)


class NotifiedStrike(IncidentView):
    @operation(
        "incident_notified_strike",
        TAG,
        takes=StrikeSerializer,
        answers=NotifiedSerializer,
        example={"reason": "the mail was not sent"},
    )
    def post(self, request: Request, id: int, note: int) -> Response:
        """Strike a note out; it stays readable."""
        read, row = (
            sent(StrikeSerializer, request),
            get_object_or_404(self.incident().notified, pk=note),
        )
        struck = notifications.strike_out(row, **read, by=person(request), at=now())
        return Response(NotifiedSerializer.printed(struck))


class SavedByView(IncidentView):
    @operation(
        "incident_saved_by",
        TAG,
        takes=VerdictSerializer,
        answers=IncidentSerializer,
        example={"saved_by": "luck", "note": "a stick of that morning lay in a drawer"},
    )
    def put(self, request: Request, id: int) -> Response:
        """Say what saved us; luck demands an action that turns it into a control."""
        read = sent(VerdictSerializer, request)
        decisions.say_saved_by(self.incident(), **read, by=person(request), at=now())
        return self.incident_now()


class ActionList(IncidentView):
    @operation(
        "incident_action_add",
        TAG,
        takes=NewActionSerializer,
        answers=ActionSerializer,
        status=201,
        example=_ACTION,
    )
    def post(self, request: Request, id: int) -> Response:
        """Add an action."""
        read = sent(NewActionSerializer, request)
        made = actions.add(self.incident(), **read, by=person(request), at=now())
        return Response(ActionSerializer.printed(made), status=201)


class ActionAssignment(IncidentView):
    @operation(
        "incident_action_reassign",
        TAG,
        takes=AssignmentSerializer,
        answers=ActionSerializer,
        example={"owner": 3, "due": "2999-12-15", "reason": "moved to another team"},
    )
    def put(self, request: Request, id: int, action: int) -> Response:
        """Give an action to somebody else, or another day."""
        read = sent(AssignmentSerializer, request)
        row = get_object_or_404(self.incident().actions, pk=action)
        item = actions.reassign(row, **read, by=person(request), at=now())
        return Response(ActionSerializer.printed(item))


class ActionStatusView(IncidentView):
    @operation(
        "incident_action_settle",
        TAG,
        takes=SettlementSerializer,
        answers=ActionSerializer,
        example={"status": "done", "note": "seen in the rehearsal"},
    )
    def put(self, request: Request, id: int, action: int) -> Response:
        """Say that an action is done, declined, or open again."""
        read = sent(SettlementSerializer, request)
        row = get_object_or_404(self.incident().actions, pk=action)
        item = actions.settle(row, **read, by=person(request), at=now())
        return Response(ActionSerializer.printed(item))
