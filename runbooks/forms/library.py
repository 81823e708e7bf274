"""Forms of the library, a text typed in the editor or a file; and of the review of an override."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts.fields import TextField
from accounts.texts import plain_ends
from runbooks.forms.fields import prose_field
from runbooks.library.waivers import LONGEST_REASON
from runbooks.lint.findings import WaivedRule
from runbooks.models import Revision, Runbook
from runbooks.procedure.parser import MAX_BYTES

BOM = b"\xef\xbb\xbf"


def shown(source: bytes) -> str:
    """A stored text as the editor shows it: without byte order mark, lines ended by LF."""
    return plain_ends(source.decode("utf-8-sig", errors="replace"))


def written(text: str, base: bytes = b"") -> bytes:
    """What a browser sent, as bytes to keep. Browsers end every line with CRLF: the line endings
    and the byte order mark of `base`, the text that was edited, are put back, and a text in which
    nothing was changed is `base` itself."""
    text = plain_ends(text)
    if base and text == shown(base):
        return base
    if base.count(b"\r\n") * 2 > base.count(b"\n"):
        text = text.replace("\n", "\r\n")
    return (BOM if base.startswith(BOM) else b"") + text.encode("utf-8", errors="replace")


class EditorForm(forms.Form):
    """The text, what changed in it, and the number of the revision that the writer started from."""

    source = TextField(
        label="Text of the runbook",
        strip=False,
        error_messages={
            "required": "The text is empty. Write at least one step: “- [ ] What to do”."
        },
        widget=forms.Textarea(
            attrs={"class": "source", "rows": 30, "spellcheck": "false", "wrap": "off"}
        ),
    )
    summary = TextField(
        label="What changed, and why",
        required=False,
        max_length=200,
        help_text="One line for those who approve it.",
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        initial: Mapping[str, object] | None = None,
        base: Revision | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.base = base

    def source_bytes(self) -> bytes:
        """What was typed, as bytes; call it on a valid form."""
        return written(self.cleaned_data["source"], bytes(self.base.source) if self.base else b"")


class UploadForm(forms.Form):
    """A file, and the runbook whose next revision it is."""

    file = forms.FileField(
        label="Markdown file",
        help_text=f"UTF-8, at most {MAX_BYTES // 1000} kB. It is kept byte for byte.",
        error_messages={
            "required": "Choose a file. Browsers forget it when a page is shown again.",
            "empty": "The file is empty: nothing was read from it.",
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".md,.markdown,.txt,text/markdown"}),
    )
    runbook = forms.ModelChoiceField(
        label="Keep it as",
        queryset=Runbook.objects.active(),
        required=False,
        empty_label="a new runbook",
        to_field_name="slug",
        error_messages={"invalid_choice": "There is no such runbook in use."},
    )
    summary = TextField(label="What changed, and why", required=False, max_length=200)

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is not None and file.size > MAX_BYTES:
            raise forms.ValidationError(
                f"The file has {file.size:,} bytes; at most {MAX_BYTES:,} are read."
                " A runbook of that size is no help at night: split it."
            )
        return file

    def title(self) -> str:
        """The name of the file, for a text without a title of its own."""
        return PurePath(str(self.cleaned_data["file"].name)).stem


class WaiveForm(forms.Form):
    """The run that locks the text, and why it may be run live all the same."""

    run = forms.IntegerField(widget=forms.HiddenInput)
    reason = TextField(
        label="Why it will not go wrong in the same way again",
        max_length=LONGEST_REASON,
        error_messages={"required": "Say why it will not go wrong in the same way again."},
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )


class ApprovalForm(forms.Form):
    """What an approver says besides yes: which waivers they have read, by their codes."""

    def __init__(
        self, waivers: Sequence[WaivedRule], data: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data)
        choices = [(waiver.code, waiver.code) for waiver in waivers]
        self.fields["reason"] = TextField(
            label="Why it will not go wrong in the same way again",
            max_length=LONGEST_REASON,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        )
        self.fields["waivers_seen"] = forms.MultipleChoiceField(choices=choices, required=False)

    def reason(self) -> str:
        """Why an earlier lock is lifted; '' when nothing was said."""
        return str(self.data.get("reason", ""))

    def seen(self) -> list[str]:
        """The codes that were ticked; none when something else was sent."""
        return list(self.cleaned_data["waivers_seen"]) if self.is_valid() else []


class FilterForm(forms.Form):
    """What the list shows."""

    STATES = (
        ("", "in use"),
        ("approved", "approved"),
        ("waiting", "waiting for approval"),
        ("archived", "archived"),
    )
    system = forms.SlugField(required=False)
    state = forms.ChoiceField(choices=STATES, required=False)


class FindingForm(forms.Form):
    """What a review of an override found."""

    finding = prose_field(
        "What did you find?",
        "Write what you found: was it right, and what is to change?",
        "Was it right? What stood in the way, and what is to change so that nobody needs it again?",
        rows=4,
    )
