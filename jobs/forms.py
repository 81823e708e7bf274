"""The form of a schedule."""

from __future__ import annotations

from django import forms

from accounts.fields import TextField
from accounts.verb_forms import VerbForm
from jobs import rules


class RuleForm(VerbForm):
    """When a schedule is due."""

    rule = TextField(
        max_length=40,
        label="When",
        help_text=f"Such as {rules.EXAMPLES}. At the shortest every 5 s.",
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off"}),
        error_messages={"required": f"Write when it is due, such as {rules.EXAMPLES}."},
    )
