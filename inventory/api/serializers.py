"""Systems, instances and copies, as they are sent and as they are printed."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.paging import PageQuery
from accounts.api.serializers import (
    Length,
    Moment,
    MomentFrom,
    Named,
    Number,
    PersonName,
    Seconds,
    Sent,
    SentText,
    Size,
    Word,
)
from accounts.models import User
from inventory import history
from inventory.copies import MARKS
from inventory.enums import (
    Answer,
    CopyState,
    DataClass,
    Environment,
    IdentifierKind,
    Lifecycle,
    Medium,
)
from inventory.models import Change, Copy, Instance, System

SEEN = "The last line of history you knew; a newer one is then a 409 instead of being undone."


class Seen(Sent):
    """What every edit may carry."""

    seen = Number(required=False, allow_null=True, default=None, help_text=SEEN)


class _Kept(serializers.Serializer[Any]):
    """What is printed of every thing."""

    id = serializers.IntegerField()
    seen = serializers.SerializerMethodField(
        help_text="The number of the newest line of its history. Send it back with an edit."
    )

    def get_seen(self, thing: history.Thing) -> int:
        return history.last(thing)


class SystemName(serializers.Serializer[System]):
    """A system, as it is named in other things."""

    slug = serializers.CharField()
    name = serializers.CharField()


class SystemLine(SystemName):
    """A system in a list."""

    id = serializers.IntegerField()
    owner = PersonName()
    data_class = Word(DataClass)
    rpo = Seconds(allow_null=True, help_text="How much data, in seconds, may be lost.")
    rto = Seconds(allow_null=True, help_text="In how many seconds it must work again.")
    mtd = Seconds(allow_null=True, help_text="How many seconds it may be away at all.")


class SystemFacts(SystemLine, _Kept):
    """A system."""

    description = serializers.CharField()


class NewSystem(Sent):
    """A system to register."""

    name = SentText(max_length=80)
    description = SentText(max_length=10_000, allow_blank=True, default="")
    owner = serializers.PrimaryKeyRelatedField(
        pk_field=Number(), queryset=User.objects.filter(is_active=True)
    )
    data_class = Word(DataClass)
    rpo = Length(allow_null=True, default=None)
    rto = Length(allow_null=True, default=None)
    mtd = Length(allow_null=True, default=None)


class SystemChanges(Seen):
    """What is to be another in a system; what is not sent stays."""

    name = SentText(max_length=80, required=False)
    description = SentText(max_length=10_000, allow_blank=True, required=False)
    owner = serializers.PrimaryKeyRelatedField(
        pk_field=Number(), queryset=User.objects.filter(is_active=True), required=False
    )
    data_class = Word(DataClass, required=False)
    rpo = Length(allow_null=True, required=False)
    rto = Length(allow_null=True, required=False)
    mtd = Length(allow_null=True, required=False)


class InstanceLine(serializers.Serializer[Instance]):
    """An instance in a list."""

    id = serializers.IntegerField()
    system = SystemName()
    name = serializers.CharField()
    environment = Word(Environment)
    host = serializers.CharField()
    first_kind = Word(IdentifierKind)
    first_value = serializers.CharField()
    second_kind = Word(IdentifierKind)
    second_value = serializers.CharField()
    lifecycle = Word(Lifecycle)


class InstanceFacts(InstanceLine, _Kept):
    """A place where the data of a system lives."""


class NewInstance(Sent):
    """An instance to register. The two identifiers are of different kinds."""

    system = Named(queryset=System.objects.all())
    name = SentText(max_length=80)
    environment = Word(Environment)
    host = SentText(max_length=120)
    first_kind = Word(IdentifierKind)
    first_value = SentText(max_length=200)
    second_kind = Word(IdentifierKind)
    second_value = SentText(max_length=200)
    lifecycle = Word(Lifecycle, default=Lifecycle.ACTIVE)


class InstanceChanges(Seen):
    """What is to be another in an instance; what is not sent stays."""

    name = SentText(max_length=80, required=False)
    environment = Word(Environment, required=False)
    host = SentText(max_length=120, required=False)
    first_kind = Word(IdentifierKind, required=False)
    first_value = SentText(max_length=200, required=False)
    second_kind = Word(IdentifierKind, required=False)
    second_value = SentText(max_length=200, required=False)


class InstanceLife(Seen):
    """Where in its life an instance is now."""

    lifecycle = Word(Lifecycle)
    reason = SentText(max_length=1000, allow_blank=True, default="")


class CopyLine(serializers.Serializer[Copy]):
    """A copy in a list."""

    id = serializers.IntegerField()
    system = SystemName()
    name = serializers.CharField()
    taken_from = serializers.IntegerField(
        source="taken_from_id", allow_null=True, help_text="The id of an instance."
    )
    taken_at = Moment()
    data_as_of = Moment(allow_null=True, help_text="The newest record in it.")
    medium = Word(Medium)
    place = serializers.CharField()
    holder = serializers.CharField()
    size_bytes = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField()
    encrypted = Word(Answer)
    state = Word(CopyState)
    verified_at = Moment(allow_null=True)
    verified_by = PersonName(allow_null=True)
    verified_how = serializers.CharField()
    restore_proven_at = Moment(allow_null=True)
    delete_not_before = Moment(allow_null=True, help_text="Not marked destroyed before this.")
    doubt = serializers.CharField(help_text="Why it may not hold what it should; '' for no doubt.")
    doubt_accepted = serializers.CharField(help_text="Why it is called good all the same.")
    as_found = serializers.BooleanField(
        help_text="Of data as a run found it, before it overwrote or deleted it: it is not counted"
        " as a good copy, whatever its state is."
    )
    last_good = serializers.BooleanField(help_text="The LAST GOOD COPY of its system.")


class CopyFacts(CopyLine, _Kept):
    """A copy of a system's data."""


class NewCopy(Sent):
    """A copy to register; it is unverified until somebody has read it back."""

    system = Named(queryset=System.objects.all())
    name = SentText(max_length=120)
    taken_from = serializers.PrimaryKeyRelatedField(
        pk_field=Number(), queryset=Instance.objects.all(), allow_null=True, default=None
    )
    taken_at = Moment()
    data_as_of = Moment(allow_null=True, default=None)
    medium = Word(Medium)
    place = SentText(max_length=200)
    holder = SentText(max_length=120)
    size_bytes = Size(allow_null=True, default=None)
    sha256 = SentText(max_length=4000, allow_blank=True, default="")
    encrypted = Word(Answer, default=Answer.UNKNOWN)
    delete_not_before = MomentFrom(allow_null=True, default=None)


class CopyChanges(Seen):
    """What is to be another in a copy; what is not sent stays."""

    name = SentText(max_length=120, required=False)
    taken_from = serializers.PrimaryKeyRelatedField(
        pk_field=Number(), queryset=Instance.objects.all(), allow_null=True, required=False
    )
    taken_at = Moment(required=False)
    data_as_of = Moment(allow_null=True, required=False)
    medium = Word(Medium, required=False)
    place = SentText(max_length=200, required=False)
    holder = SentText(max_length=120, required=False)
    size_bytes = Size(allow_null=True, required=False)
    sha256 = SentText(max_length=4000, allow_blank=True, required=False)
    encrypted = Word(Answer, required=False)
    delete_not_before = MomentFrom(allow_null=True, required=False)


class Verified(Seen):
    """What was done to read a copy back, and what was measured then."""

    how = SentText(max_length=200)
    sha256 = SentText(max_length=4000, allow_blank=True, default="")
    size_bytes = Size(precise=True, allow_null=True, default=None)
    data_as_of = Moment(allow_null=True, default=None)
    restored = serializers.BooleanField(
        default=False, help_text="It was restored somewhere else, and the data is right."
    )
    accept = SentText(
        max_length=200,
        allow_blank=True,
        default="",
        help_text="Why it is good although its size is in doubt.",
    )


class Marked(Seen):
    """What a copy is from now on, and why."""

    state = Word(CopyState, offered=MARKS)
    reason = SentText(max_length=1000)


class InstanceQuery(PageQuery):
    """Which instances."""

    system = serializers.SlugField(required=False, help_text="The slug of a system.")
    environment = Word(Environment, required=False)
    lifecycle = Word(Lifecycle, required=False)


class CopyQuery(PageQuery):
    """Which copies."""

    system = serializers.SlugField(required=False, help_text="The slug of a system.")
    state = Word(CopyState, required=False)
    medium = Word(Medium, required=False)


class ChangeLine(serializers.Serializer[Change]):
    """One line of history: who changed what, from which value to which."""

    id = serializers.IntegerField()
    at = Moment()
    by = serializers.CharField(source="by_name")
    verb = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField(allow_blank=True)),
        help_text="Each field with its old and its new value, as people read them.",
    )
