"""Forms of the pages about people, and the labels of the sign-in form."""

from __future__ import annotations

from typing import ClassVar

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from django import forms

from accounts import limits
from accounts.enums import RIGHT_LABELS, RIGHTS, SCOPES, Right, Role, Scope
from accounts.fields import AddressField, TextField, counted
from lib.verb_forms import VerbForm


def role_choices() -> list[tuple[str, str]]:
    """Each role with what it may do, beyond looking at things."""
    return [(role.value, f"{role.value.capitalize()} may {_told(role)}") for role in Role]


def scope_choices() -> list[tuple[str, str]]:
    """Each scope with what it lets a token do, as far as its owner may."""
    return [(scope.value, f"{scope.value}: {_listed(SCOPES[scope])}") for scope in Scope]


def _told(role: Role) -> str:
    return _listed(RIGHTS[role])


def _listed(held: frozenset[Right]) -> str:
    rights = [right for right in Right if right in held]
    return "; ".join(RIGHT_LABELS[right] for right in rights[1:] or rights)


class _Labelled:
    """The library's fields show their label a second time, as a placeholder; once is enough."""

    fields: dict[str, forms.Field]
    labels: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs = counted(field.widget.attrs)
        for name, label in self.labels.items():
            self.fields[name].label = label


class NewPasswordForm(_Labelled, ChangePasswordForm):  # type: ignore[misc]
    """For somebody who is signed in."""

    labels: ClassVar[dict[str, str]] = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "New password, again",
    }


class ForgottenPasswordForm(_Labelled, ResetPasswordForm):  # type: ignore[misc]
    """Asks for the letter with the link."""

    labels: ClassVar[dict[str, str]] = {"email": "E-mail address"}


class FirstPasswordForm(_Labelled, ResetPasswordKeyForm):  # type: ignore[misc]
    """Behind the link of that letter, or of an invitation."""

    labels: ClassVar[dict[str, str]] = {
        "password1": "New password",
        "password2": "New password, again",
    }

    def save(self) -> None:
        """Who has read the letter is no guesser: what was typed wrong before is forgotten."""
        super().save()
        limits.clear([limits.account_of(self.user, "")])


class SignInForm(_Labelled, LoginForm):  # type: ignore[misc]
    """The library's form, with labels that say what to type."""

    labels: ClassVar[dict[str, str]] = {
        "login": "Username or e-mail address",
        "remember": "Stay signed in when the browser is closed",
    }

    def __init__(self, *args: object, closed: str = "", **kwargs: object) -> None:
        """`closed`: why no password is looked at now, as a sentence; '' when one is."""
        super().__init__(*args, **kwargs)
        self.closed = closed

    def clean(self) -> dict[str, object]:
        if self.closed:
            raise forms.ValidationError(self.closed, code="too_many_tries")
        cleaned: dict[str, object] = super().clean()
        return cleaned


class RolesForm(forms.Form):
    """Which standing roles a person holds."""

    roles = forms.MultipleChoiceField(
        label="What this person may do",
        choices=role_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def chosen(self) -> list[Role]:
        """The ticked roles. Call after `is_valid`."""
        return [Role(word) for word in self.cleaned_data["roles"]]


class InviteForm(RolesForm):
    """A person to invite."""

    name = TextField(
        max_length=120,
        help_text="As other people read it in a log.",
        error_messages={"required": "Write the person's name."},
    )
    email = AddressField(
        label="E-mail address",
        error_messages={"required": "Write the address that the invitation goes to."},
    )
    username = TextField(
        max_length=150,
        help_text="Letters, digits and @ . + - _",
        error_messages={"required": "Write a username to sign in with."},
    )
    initials = TextField(
        max_length=4,
        help_text="They sign a step. No two people share any.",
        error_messages={"required": "Write the initials, at most four letters."},
    )

    field_order = ("name", "email", "username", "initials", "roles")


class TokenForm(VerbForm):
    """A token to make for oneself."""

    name = TextField(
        max_length=80,
        label="What is it for",
        help_text="E.g. nightly check of the copies.",
        error_messages={"required": "Write what the token is for."},
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do, as far as you may yourself",
        choices=scope_choices,
        initial=[Scope.READ.value],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one thing that it may do."},
    )
    lasts = forms.ChoiceField(
        label="How long it lasts",
        choices=[("30", "30 days"), ("90", "90 days"), ("180", "180 days"), ("365", "a year")],
        initial="90",
        error_messages={"required": "Choose how long it lasts."},
    )

    def chosen(self) -> list[Scope]:
        """The ticked scopes. Call after `is_valid`."""
        return [Scope(word) for word in self.cleaned_data["scopes"]]
