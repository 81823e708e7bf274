"""Verbs on the actions of an incident: add one, give it to somebody else or another day, settle it.

All need `Right.KEEP_INCIDENTS` and run in one transaction. Actions outlive the incident: on a
closed one they are settled and reassigned, and none is added. What an action says is not edited:
a wrong one is declined with a reason, and a right one added.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts import access
from accounts.enums import Right
from accounts.models import User
from incidents import action_titles, changes
from incidents.enums import ActionKind, ActionStatus, Strength
from incidents.models import ActionItem, Incident
from lib.refusals import Invalid

#: What is said where it is missing, by field.
NEEDED = {
    "title": "Say what will be done.",
    "owner": "Name one person who answers for it. What is everybody's is nobody's.",
    "due": "Say by which day. What has no day is never late, and never done.",
    "done_when": "Say how somebody else will see that it is done.",
}
_NO_DEED = "Begin with a verb: what will somebody do? “Bar the import from production.”"
_UNEXPLAINED = {
    ActionStatus.DECLINED: "Say why it is declined, so that nobody has to ask again.",
    ActionStatus.OPEN: "Say why it is open again.",
}


def add(
    incident: Incident,
    *,
    title: str,
    kind: ActionKind,
    owner: User | None,
    due: date | None,
    done_when: str,
    strength: Strength,
    replaces_luck: bool = False,
    by: User,
    at: datetime,
) -> ActionItem:
    """Add an action: a title that begins with a verb, somebody who answers for it and may do
    more than look, a day (not past, in the zone of the settings) and a definition of done; nothing
    of it is optional (M19). A title that only warns is not `stronger`.

    `replaces_luck`: it turns the luck that saved us into a control. Raises `Invalid` (title, owner,
    due, done_when, strength) naming all that is missing, `Refused` "closed".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    errors: dict[str, str] = {}
    item = ActionItem(
        kind=ActionKind(kind).value,
        strength=Strength(strength).value,
        replaces_luck=replaces_luck,
        added_at=at,
        added_by=by,
    )
    _put_texts(item, title, done_when, errors)
    _put_owner(item, owner, due, at, errors)
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        kept = changes.locked(incident, fields=(), seen=None)
        item.incident = kept
        item.save()
        text = f"{item.title}; {item.owner}, due {item.due}"
        changes.write(kept, "added an action", {_name(item): ("", text)}, by=by, at=at)
    return item


def reassign(
    item: ActionItem,
    *,
    owner: User | None,
    due: date | None,
    reason: str,
    seen: int | None,
    by: User,
    at: datetime,
) -> ActionItem:
    """Give it to `owner`, or another day, with a reason.

    Raises `Invalid` (owner, due, reason), `Refused` "changed_meanwhile".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    errors: dict[str, str] = {}
    why = changes.reason(reason, "Say why it changes hands, or its day.")
    with transaction.atomic():
        kept = changes.locked(item.incident, fields={_name(item)}, seen=seen, closed=True)
        item.refresh_from_db()
        old = f"{item.owner}, due {item.due}"
        _put_owner(item, owner, due, at, errors)
        if errors:
            raise Invalid(errors)
        new = f"{item.owner}, due {item.due}"
        if old != new:
            item.save()
            change = {_name(item): (old, new)}
            changes.write(kept, "reassigned an action", change, reason=why, by=by, at=at)
    return item


def settle(
    item: ActionItem,
    *,
    status: ActionStatus,
    note: str = "",
    seen: int | None,
    by: User,
    at: datetime,
) -> ActionItem:
    """Say that it is done, declined, or open again. The last two need a `note`.

    Raises `Invalid` (note), `Refused` "changed_meanwhile".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    new = ActionStatus(status)
    why = changes.reason(note, _UNEXPLAINED.get(new, ""), field="note")
    with transaction.atomic():
        kept = changes.locked(item.incident, fields={_name(item)}, seen=seen, closed=True)
        item.refresh_from_db()
        old = item.status
        if old != new.value:
            ended = new is not ActionStatus.OPEN
            item.status, item.note = new.value, why
            item.settled_at, item.settled_by = (at, by) if ended else (None, None)
            item.save()
            change = {_name(item): (old, new.value)}
            changes.write(kept, "settled an action", change, reason=why, by=by, at=at)
    return item


def _name(item: ActionItem) -> str:
    return f"action {item.pk}"


def _put_texts(item: ActionItem, title: str, done_when: str, errors: dict[str, str]) -> None:
    texts = {
        "title": (title, 160, NEEDED["title"]),
        "done_when": (done_when, 300, NEEDED["done_when"]),
    }
    changes.put_texts(item, texts, errors)
    if "title" not in errors and not action_titles.names_a_deed(item.title):
        errors["title"] = _NO_DEED
    if item.strength == Strength.STRONGER and action_titles.warning(item.title):
        errors["strength"] = action_titles.NOT_STRONGER


def _put_owner(
    item: ActionItem, owner: User | None, due: date | None, at: datetime, errors: dict[str, str]
) -> None:
    """Set who and when; put a sentence into `errors` for what cannot be."""
    if owner is None:
        errors["owner"] = NEEDED["owner"]
    elif not owner.is_active:
        errors["owner"] = f"The account of {owner} is disabled: name somebody else."
    elif not any(access.may(owner, right) for right in Right if right is not Right.VIEW):
        errors["owner"] = (
            f"{owner} may only look, and can change nothing here. Name somebody who can, or ask an"
            f" admin to give {owner} another role."
        )
    else:
        item.owner = owner
    if due is None:
        errors["due"] = NEEDED["due"]
    elif due < timezone.localdate(at):
        errors["due"] = f"{due} is past: name a day that can still be kept."
    else:
        item.due = due
