"""Forms of the pages about people, and the labels of the sign-in form."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms

from accounts.enums import RIGHT_LABELS, RIGHTS, Right, Role


def role_choices() -> list[tuple[str, str]]:
    """Each role with what it may do, beyond looking at things."""
    return [(role.value, f"{role.value.capitalize()} may {_told(role)}") for role in Role]


def _told(role: Role) -> str:
    rights = [right for right in Right if right in RIGHTS[role]]
    return "; ".join(RIGHT_LABELS[right] for right in rights[1:] or rights)


class SignInForm(LoginForm):  # type: ignore[misc]
    """The library's form, with a label that says what to type."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Username or e-mail address"
        self.fields["remember"].label = "Stay signed in on this device for two weeks"


class RolesForm(forms.Form):
    """Which standing roles a person holds."""

    roles = forms.MultipleChoiceField(
        choices=role_choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def chosen(self) -> list[Role]:
        """The ticked roles. Call after `is_valid`."""
        return [Role(word) for word in self.cleaned_data["roles"]]


class InviteForm(RolesForm):
    """A person to invite."""

    name = forms.CharField(max_length=120, help_text="As other people read it in a log.")
    email = forms.EmailField(label="E-mail address")
    username = forms.CharField(max_length=150, help_text="Letters, digits and @ . + - _")
    initials = forms.CharField(max_length=4, help_text="They sign a step. No two people share any.")

    field_order = ("name", "email", "username", "initials", "roles")
