"""Forms about the end of an incident: losses, decisions, who was told, actions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar, Unpack

from django import forms

from accounts.fields import TextField, TextFieldOptions
from accounts.models import User
from incidents.actions import NEEDED
from incidents.enums import (
    ActionKind,
    ActionStatus,
    Counted,
    LossOf,
    LossState,
    Reconciliation,
    SavedBy,
    Strength,
)
from incidents.forms import SeenForm, WordField
from incidents.losses import MOST
from inventory.fields import CountField, DayField, MomentField
from lib.verb_forms import VerbForm

W = TypeVar("W", bound=StrEnum)

_COUNTED = {
    Counted.COUNTED: "counted: somebody compared what is there with what should be",
    Counted.ESTIMATED: "estimated: from a rate, a window or a sample",
    Counted.CLAIMED: "claimed: somebody says so",
}
_DECISIONS = {
    Reconciliation.RE_ENTERED: "re-entered: everything is written again",
    Reconciliation.PARTLY: "partly re-entered",
    Reconciliation.GIVEN_UP: "given up",
    Reconciliation.NOTHING: "nothing to do",
}
_SAVED_BY = {
    SavedBy.CONTROL: "a planned control: it was there for this, and worked",
    SavedBy.RECOVERY: "an unplanned recovery: skill, on the spot",
    SavedBy.LUCK: "luck: an accident of timing, or of who looked",
    SavedBy.MIXED: "mixed: a control or skill, and luck",
    SavedBy.NOTHING: "nothing: it came as bad as it could",
    SavedBy.NOT_NEEDED: "not needed: nothing could have been lost",
}
_STRENGTH = {
    Strength.STRONGER: "stronger: the slip becomes impossible, or harmless",
    Strength.INTERMEDIATE: "intermediate: a check, a second person, software that asks",
    Strength.WEAKER: "weaker: a warning, a training, a rule to remember",
}
_STATUS = {
    ActionStatus.DONE: "done",
    ActionStatus.DECLINED: "declined",
    ActionStatus.OPEN: "open again",
}


def _line(**options: Unpack[TextFieldOptions]) -> TextField:
    options.setdefault("max_length", 300)
    options.setdefault("required", False)
    return TextField(**options)


def _radios(words: Mapping[W, str], label: str) -> WordField:
    return WordField(
        type(next(iter(words))),
        [(word.value, text) for word, text in words.items()],
        label=label,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )


def _day() -> DayField:
    return DayField(label="Due", error_messages={"required": NEEDED["due"]})


def _owner() -> forms.ModelChoiceField[User]:
    return forms.ModelChoiceField(
        User.objects.filter(is_active=True),
        empty_label="Choose one",
        help_text="One person who answers for it.",
        error_messages={"required": NEEDED["owner"]},
    )


class LossForm(VerbForm):
    what = WordField(LossOf, label="What was lost")
    amount = CountField(
        required=False,
        most=MOST,
        help_text="A whole number; 0 counts too. Empty when it is unknown: then say why.",
    )
    unit = _line(max_length=40, help_text="Where it needs a word: orders, GB.")
    state = WordField(LossState, label="What became of it")
    counted = _radios(_COUNTED, label="How you know")
    reason = _line(
        label="Why it is unknown", help_text="Needed without an amount, and for “unknown”."
    )
    window_start = MomentField(required=False, label="Written from")
    window_end = MomentField(required=False, label="Written to")


class StrikeForm(VerbForm):
    reason = TextField(
        max_length=300, label="Why it is struck out", help_text="What it says stays readable."
    )


class ReconcileForm(SeenForm):
    decision = _radios(_DECISIONS, label="Lost writes, and writes on wrong data, are")
    note = _line(label="How, or why not", help_text="Needed unless everything is re-entered.")


class NotifiedForm(VerbForm):
    whom = _line(label="Who was told", help_text="People or groups whose data it is.")
    notified_at = MomentField(required=False, label="When")
    nobody = forms.BooleanField(required=False, label="Nobody is affected")
    reason = _line(
        label="How, or why nobody", help_text="Needed when nobody is affected: how do you know?"
    )
    either = frozenset({"whom", "notified_at", "nobody"})


class SavedByForm(SeenForm):
    saved_by = _radios(_SAVED_BY, label="It was not worse because of")
    note = _line(
        label="What it was", help_text="Needed for luck: only what has a name is replaced."
    )


class ActionForm(VerbForm):
    title = TextField(
        max_length=160,
        label="What will be done",
        help_text="Begin with a verb.",
        error_messages={"required": NEEDED["title"]},
    )
    kind = WordField(ActionKind, label="It will")
    owner = _owner()
    due = _day()
    done_when = TextField(
        max_length=300,
        label="Done when",
        help_text="How somebody else will see that it is done.",
        error_messages={"required": NEEDED["done_when"]},
    )
    strength = _radios(_STRENGTH, label="How strong is it")
    replaces_luck = forms.BooleanField(
        required=False, label="It turns the luck that saved us into a control"
    )


class ReassignForm(SeenForm):
    owner = _owner()
    due = _day()
    reason = TextField(max_length=300, label="Why")


class SettleForm(SeenForm):
    status = _radios(_STATUS, label="It is")
    note = _line(label="How, or why not", help_text="Needed unless it is done.")
