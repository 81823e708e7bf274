"""Systems, instances and copies, as they are sent and as they are printed."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from accounts.api.fields import (
    ApiLengthField,
    ApiMomentField,
    ApiMomentFromField,
    ApiSizeField,
    ApiTextField,
    EnumField,
    RowBySlugField,
    SecondsField,
    WholeNumberField,
)
from accounts.api.paging import PageQuerySerializer
from accounts.api.serializers import AnswerSerializer, InputSerializer, PersonNameSerializer
from accounts.models import User
from inventory import history
from inventory.copies import MARKS
from inventory.enums import (
    CopyState,
    DataClass,
    Environment,
    IdentifierKind,
    Lifecycle,
    Medium,
    YesNoUnknown,
)
from inventory.models import Change, Copy, Instance, System

SEEN = "The last line of history you knew; a newer one is then a 409 instead of being undone."


class SeenHistorySerializer(InputSerializer):
    """What every edit may carry."""

    seen = WholeNumberField(required=False, allow_null=True, default=None, help_text=SEEN)


class ChangesSerializer(SeenHistorySerializer):
    """What is to be changed: the fields of a new thing, of which none has to be sent."""

    left_out: ClassVar[tuple[str, ...]] = ()

    def get_fields(self) -> dict[str, serializers.Field[object, object, object, object]]:
        fields = super().get_fields()
        for name in self.left_out:
            del fields[name]
        for name in fields.keys() - {"seen"}:
            fields[name].required, fields[name].default = False, serializers.empty
        return fields


class InventoryRowSerializer(AnswerSerializer[history.Thing]):
    """What is printed of every thing."""

    id = serializers.IntegerField()
    seen = serializers.SerializerMethodField(
        help_text="The number of the newest line of its history. Send it back with an edit."
    )

    def get_seen(self, thing: history.Thing) -> int:
        return history.last(thing)


class SystemNameSerializer(AnswerSerializer[System]):
    """A system, as it is named in other things."""

    slug = serializers.CharField()
    name = serializers.CharField()


class SystemLineSerializer(SystemNameSerializer):
    """A system in a list."""

    id = serializers.IntegerField()
    owner = PersonNameSerializer()
    data_class = EnumField(DataClass)
    rpo = SecondsField(allow_null=True, help_text="How much data, in seconds, may be lost.")
    rto = SecondsField(allow_null=True, help_text="In how many seconds it must work again.")
    mtd = SecondsField(allow_null=True, help_text="How many seconds it may be away at all.")


class SystemSerializer(SystemLineSerializer, InventoryRowSerializer):
    """A system."""

    description = serializers.CharField()


class NewSystemSerializer(InputSerializer):
    """A system to register."""

    name = ApiTextField(max_length=80)
    description = ApiTextField(max_length=10_000, allow_blank=True, default="")
    owner = serializers.PrimaryKeyRelatedField(
        pk_field=WholeNumberField(), queryset=User.objects.filter(is_active=True)
    )
    data_class = EnumField(DataClass)
    rpo = ApiLengthField(allow_null=True, default=None)
    rto = ApiLengthField(allow_null=True, default=None)
    mtd = ApiLengthField(allow_null=True, default=None)


class SystemChangesSerializer(ChangesSerializer, NewSystemSerializer):
    """What is to be another in a system; what is not sent stays."""


class InstanceLineSerializer(AnswerSerializer[Instance]):
    """An instance in a list."""

    id = serializers.IntegerField()
    system = SystemNameSerializer()
    name = serializers.CharField()
    environment = EnumField(Environment)
    host = serializers.CharField()
    first_kind = EnumField(IdentifierKind)
    first_value = serializers.CharField()
    second_kind = EnumField(IdentifierKind)
    second_value = serializers.CharField()
    lifecycle = EnumField(Lifecycle)


class InstanceSerializer(InstanceLineSerializer, InventoryRowSerializer):
    """A place where the data of a system lives."""


class NewInstanceSerializer(InputSerializer):
    """An instance to register. The two identifiers are of different kinds."""

    system = RowBySlugField(queryset=System.objects.all())
    name = ApiTextField(max_length=80)
    environment = EnumField(Environment)
    host = ApiTextField(max_length=120)
    first_kind = EnumField(IdentifierKind)
    first_value = ApiTextField(max_length=200)
    second_kind = EnumField(IdentifierKind)
    second_value = ApiTextField(max_length=200)
    lifecycle = EnumField(Lifecycle, default=Lifecycle.ACTIVE)


class InstanceChangesSerializer(ChangesSerializer, NewInstanceSerializer):
    """What is to be another in an instance; what is not sent stays."""

    left_out = ("system", "lifecycle")


class InstanceLifeSerializer(SeenHistorySerializer):
    """Where in its life an instance is now."""

    lifecycle = EnumField(Lifecycle)
    reason = ApiTextField(max_length=1000, allow_blank=True, default="")


class CopyLineSerializer(AnswerSerializer[Copy]):
    """A copy in a list."""

    id = serializers.IntegerField()
    system = SystemNameSerializer()
    name = serializers.CharField()
    taken_from = serializers.IntegerField(
        source="taken_from_id", allow_null=True, help_text="The id of an instance."
    )
    taken_at = ApiMomentField()
    data_as_of = ApiMomentField(allow_null=True, help_text="The newest record in it.")
    medium = EnumField(Medium)
    place = serializers.CharField()
    holder = serializers.CharField()
    size_bytes = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField()
    encrypted = EnumField(YesNoUnknown)
    state = EnumField(CopyState)
    verified_at = ApiMomentField(allow_null=True)
    verified_by = PersonNameSerializer(allow_null=True)
    verified_how = serializers.CharField()
    restore_proven_at = ApiMomentField(allow_null=True)
    delete_not_before = ApiMomentField(
        allow_null=True, help_text="Not marked destroyed before this."
    )
    doubt = serializers.CharField(help_text="Why it may not hold what it should; '' for no doubt.")
    doubt_accepted = serializers.CharField(help_text="Why it is called good all the same.")
    as_found = serializers.BooleanField(
        help_text="Of data as a run found it, before it overwrote or deleted it: it is not counted"
        " as a good copy, whatever its state is."
    )
    last_good = serializers.BooleanField(help_text="The LAST GOOD COPY of its system.")


class CopySerializer(CopyLineSerializer, InventoryRowSerializer):
    """A copy of a system's data."""


class NewCopySerializer(InputSerializer):
    """A copy to register; it is unverified until somebody has read it back."""

    system = RowBySlugField(queryset=System.objects.all())
    name = ApiTextField(max_length=120)
    taken_from = serializers.PrimaryKeyRelatedField(
        pk_field=WholeNumberField(), queryset=Instance.objects.all(), allow_null=True, default=None
    )
    taken_at = ApiMomentField()
    data_as_of = ApiMomentField(allow_null=True, default=None)
    medium = EnumField(Medium)
    place = ApiTextField(max_length=200)
    holder = ApiTextField(max_length=120)
    size_bytes = ApiSizeField(allow_null=True, default=None)
    sha256 = ApiTextField(max_length=4000, allow_blank=True, default="")
    encrypted = EnumField(YesNoUnknown, default=YesNoUnknown.UNKNOWN)
    delete_not_before = ApiMomentFromField(allow_null=True, default=None)


class CopyChangesSerializer(ChangesSerializer, NewCopySerializer):
    """What is to be another in a copy; what is not sent stays."""

    left_out = ("system",)


class VerifiedSerializer(SeenHistorySerializer):
    """What was done to read a copy back, and what was measured then."""

    how = ApiTextField(max_length=200)
    sha256 = ApiTextField(max_length=4000, allow_blank=True, default="")
    size_bytes = ApiSizeField(precise=True, allow_null=True, default=None)
    data_as_of = ApiMomentField(allow_null=True, default=None)
    restored = serializers.BooleanField(
        default=False, help_text="It was restored somewhere else, and the data is right."
    )
    accept = ApiTextField(
        max_length=200,
        allow_blank=True,
        default="",
        help_text="Why it is good although its size is in doubt.",
    )


class MarkedSerializer(SeenHistorySerializer):
    """What a copy is from now on, and why."""

    state = EnumField(CopyState, offered=MARKS)
    reason = ApiTextField(max_length=1000)


class InstanceQuerySerializer(PageQuerySerializer):
    """Which instances."""

    system = serializers.SlugField(required=False, help_text="The slug of a system.")
    environment = EnumField(Environment, required=False)
    lifecycle = EnumField(Lifecycle, required=False)


class CopyQuerySerializer(PageQuerySerializer):
    """Which copies."""

    system = serializers.SlugField(required=False, help_text="The slug of a system.")
    state = EnumField(CopyState, required=False)
    medium = EnumField(Medium, required=False)


class ChangeLineSerializer(AnswerSerializer[Change]):
    """One line of history: who changed what, from which value to which."""

    id = serializers.IntegerField()
    at = ApiMomentField()
    by = serializers.CharField(source="by_name")
    verb = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField(allow_blank=True)),
        help_text="Each field with its old and its new value, as people read them.",
    )
