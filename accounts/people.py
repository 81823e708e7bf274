"""Verbs on people: invite, disable, enable, give roles. Nobody is ever deleted."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from accounts import access, invitations, sessions
from accounts.enums import Right, Role
from accounts.models import PersonChange, User
from accounts.texts import UNREADABLE, says_something
from lib.refusals import Invalid, Refused

#: What no database compares: NUL, and half a character.
_UNASKABLE = re.compile("[\0\ud800-\udfff]")


def invite(
    *,
    name: str,
    email: str,
    username: str,
    initials: str,
    roles: Collection[Role],
    site: str,
    by: User,
    at: datetime,
) -> User:
    """Add a person without a password and mail them the link that sets one.

    `site`: "https://host", under which the product was reached. The mail goes out after the
    commit; when it cannot be sent, the person exists all the same and the link is on their page.
    Raises `Refused` 403 without the right to manage people, `Invalid` for a field that is empty,
    wrong, or taken by another person (whatever its case: sign-in does not tell cases apart).
    """
    access.check(by, Right.MANAGE_PEOPLE)
    with transaction.atomic():
        person = _new(name=name, email=email, username=username, initials=initials)
        person.set_unusable_password()
        person.save()
        _set_roles(person, roles)
        _record(person, "invited", {"roles": ["", _words(roles)]}, by=by, at=at)
        transaction.on_commit(lambda: invitations.send(person, site=site), robust=True)
    return person


def by_login(login: str) -> User | None:
    """The enabled person who signs in with this user name or e-mail address, whatever its case."""
    login = login.strip()
    if not login or _UNASKABLE.search(login):
        return None
    people = User.objects.filter(Q(username__iexact=login) | Q(email__iexact=login), is_active=True)
    return people.order_by("pk").first()


def disable(person: User, *, by: User, at: datetime) -> User:
    """Shut `person` out at once: no sign-in, and every open session ends.

    Raises `Refused`: 403 without the right, "last_admin" when nobody could enable anybody after.
    """
    access.check(by, Right.MANAGE_PEOPLE)
    with transaction.atomic():
        person = _locked(person)
        if not person.is_active:
            return person
        _keep_an_admin(without=person)
        person.is_active = False
        person.save(update_fields=["is_active"])
        sessions.end_all(person, at=at)
        _record(person, "disabled", {"enabled": ["yes", "no"]}, by=by, at=at)
    return person


def enable(person: User, *, by: User, at: datetime) -> User:
    """Let `person` in again, with the roles they had. Raises `Refused` 403 without the right."""
    access.check(by, Right.MANAGE_PEOPLE)
    with transaction.atomic():
        person = _locked(person)
        if not person.is_active:
            person.is_active = True
            person.save(update_fields=["is_active"])
            _record(person, "enabled", {"enabled": ["no", "yes"]}, by=by, at=at)
    return person


def give_roles(person: User, *, roles: Collection[Role], by: User, at: datetime) -> User:
    """Give `person` exactly `roles`; effective with their next request.

    Raises `Refused`: 403 without the right, "last_admin" when the only enabled admin would lose
    that role.
    """
    access.check(by, Right.MANAGE_PEOPLE)
    with transaction.atomic():
        person = _locked(person)
        before = person.roles
        if set(before) == set(roles):
            return person
        if Role.ADMIN in before and Role.ADMIN not in roles:
            _keep_an_admin(without=person)
        _set_roles(person, roles)
        fields = {"roles": [_words(before), _words(roles)]}
        _record(person, "given other roles", fields, by=by, at=at)
    return person


def create_admin(
    *, name: str, email: str, username: str, initials: str, password: str, at: datetime
) -> User:
    """Add an admin who can sign in: how a new installation gets its first person.

    There is nobody yet whose right could be checked; the caller is the one who runs the server.
    Raises `Invalid` as `invite` does, and for a weak password.
    """
    with transaction.atomic():
        person = _new(name=name, email=email, username=username, initials=initials)
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise Invalid({"password": " ".join(error.messages)}) from error
        person.set_password(password)
        person.save()
        _set_roles(person, [Role.ADMIN])
        _record(person, "made at the server", {"roles": ["", "admin"]}, by=person, at=at)
    return person


def _new(*, name: str, email: str, username: str, initials: str) -> User:
    """A checked, unsaved person. Raises `Invalid` with one sentence for each wrong field."""
    person = User(
        name=name.strip(),
        email=email.strip().lower(),
        username=username.strip(),
        initials=initials.strip(),
    )
    errors = {}
    try:
        person.clean_fields(exclude=["password"])
    except ValidationError as error:
        errors = {field: " ".join(texts) for field, texts in error.message_dict.items()}
    for field in ("name", "username", "initials"):
        if field not in errors and not says_something(getattr(person, field)):
            errors[field] = UNREADABLE
    for field in ("email", "username", "initials"):
        value = getattr(person, field)
        other = User.objects.filter(**{f"{field}__iexact": value}).first()
        if other and field not in errors:
            errors[field] = f"{other.name} has this already. Choose another."
    if errors:
        raise Invalid(errors)
    return person


def _locked(person: User) -> User:
    return User.objects.select_for_update().get(pk=person.pk)


def _keep_an_admin(*, without: User) -> None:
    """Refuse when `without` is the only enabled admin.

    All enabled admins are locked, always in one order, so that two who remove each other at the
    same moment come one after the other.
    """
    admins = User.objects.filter(is_active=True, groups__name=Role.ADMIN.value).order_by("pk")
    locked = {admin.pk for admin in admins.select_for_update(of=("self",))}
    if locked == {without.pk}:
        raise Refused(
            "last_admin",
            f"{without.name} is the only enabled admin.",
            "Make somebody else an admin first.",
        )


def _set_roles(person: User, roles: Collection[Role]) -> None:
    named = Group.objects.filter(name__in=[role.value for role in Role])
    others = person.groups.exclude(pk__in=named)
    wanted = named.filter(name__in=[role.value for role in roles])
    person.groups.set([*others, *wanted])


def _words(roles: Collection[Role]) -> str:
    return ", ".join(role.value for role in Role if role in roles)


def _record(
    person: User, verb: str, fields: dict[str, list[str]], *, by: User, at: datetime
) -> None:
    PersonChange.objects.create(
        at=at, by=by, by_name=by.name, person=person, verb=verb, fields=fields
    )
