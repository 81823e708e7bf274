"""What is sent about runbooks and their revisions."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.fields import WholeNumberField
from accounts.api.paging import PageQuerySerializer
from accounts.api.serializers import InputSerializer
from runbooks.api.fields import JsonTextField


class RunbookQuerySerializer(PageQuerySerializer):
    """Which runbooks."""

    system = serializers.SlugField(required=False, help_text="Slug.")
    archived = serializers.BooleanField(required=False, default=False)
    approved = serializers.BooleanField(
        required=False, default=None, allow_null=True, help_text="Whether a revision is approved."
    )


class FirstQuerySerializer(InputSerializer):
    """What goes with a first revision that is sent as `text/markdown`."""

    summary = JsonTextField(max_length=None, default="", help_text="What changed, in one line.")
    name = JsonTextField(max_length=200, default="", help_text="The title of a text that has none.")


class NextQuerySerializer(InputSerializer):
    """What goes with a next revision that is sent as `text/markdown`."""

    summary = JsonTextField(max_length=None, default="", help_text="What changed, in one line.")
    seen = WholeNumberField(
        required=False, help_text="Number of the revision that the writer started from."
    )


class RunbookSourceSerializer(InputSerializer):
    """The text of a runbook."""

    source = JsonTextField(max_length=None, allow_blank=False, help_text="Markdown.")  # type: ignore[assignment]


class SentTextSerializer(RunbookSourceSerializer):
    """A text to read. As `text/markdown` it is the body itself."""

    runbook = JsonTextField(
        max_length=120, required=False, help_text="Slug, when it is to be its next revision."
    )


class SentFirstSerializer(RunbookSourceSerializer, FirstQuerySerializer):
    """The first revision of a new runbook."""


class SentNextSerializer(RunbookSourceSerializer, NextQuerySerializer):
    """The next revision of a runbook."""

    seen = WholeNumberField(help_text="Number of the revision that the writer started from.")


class SentApprovalSerializer(InputSerializer):
    """What an approver says besides yes."""

    waivers_seen = serializers.ListField(
        child=JsonTextField(max_length=20),
        required=False,
        max_length=100,
        help_text="The codes of the waived rules whose reasons the approver has read: all of them.",
    )
    reason = JsonTextField(
        max_length=1000,
        required=False,
        help_text="Why it will not go wrong again: if one of `ties` is `changed` or has a `step`.",
    )
