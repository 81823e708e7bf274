"""The demonstration: people, a ledger that was overwritten, its copies, and the runbooks that help.

Everything is made by the product's own verbs, so its histories are real. Loading it again changes
nothing but one thing: when the newest copy is older than a night, this night's copy is added, as a
nightly job would, so that the demonstration can still be restored next week.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from django.contrib.auth.models import Group

from accounts.enums import Role
from accounts.models import User
from incidents import entries, links, records
from incidents.enums import Certainty, Moment, Severity
from incidents.models import Incident
from inventory import copies, instances, systems
from inventory.enums import DataClass, Environment, IdentifierKind, Lifecycle, Medium, YesNoUnknown
from inventory.models import Copy, Instance, System
from runbooks.library import revisions
from runbooks.models import Runbook

PASSWORD = "countersign-demo"  # noqa: S105 - public by intent; production refuses to load it
_PEOPLE: tuple[tuple[str, str, Role], ...] = (
    ("operator", "op", Role.RESPONDER),
    ("verifier", "vf", Role.RESPONDER),
    ("decider", "dc", Role.RESPONDER),
    ("relief", "rl", Role.RESPONDER),
    ("author", "au", Role.AUTHOR),
    ("approver", "ap", Role.APPROVER),
    ("manager", "mg", Role.MANAGER),
    ("admin", "ad", Role.ADMIN),
    ("viewer", "vw", Role.VIEWER),
)
SIGN_INS: tuple[tuple[str, str], ...] = tuple((name, PASSWORD) for name, _, _ in _PEOPLE)
_PLACES = (
    ("ledger", Environment.PRODUCTION, "db-prod-1", "7301442219883460001", Lifecycle.ACTIVE),
    (
        "ledger-staging",
        Environment.STAGING,
        "db-stage-1",
        "7301442219883460002",
        Lifecycle.ACTIVE,
    ),
    (
        "ledger-laptop",
        Environment.DEVELOPMENT,
        "laptop-17",
        "7301442219883460003",
        Lifecycle.SCRATCH,
    ),
)
_TEXTS = Path(__file__).resolve().parents[1] / "demo" / "runbooks"


def load(*, at: datetime) -> bool:
    """Load the demonstration as of `at` (aware); False when it was there already."""
    if System.objects.filter(slug="ledger").exists():
        _tonight(System.objects.get(slug="ledger"), at)
        return False
    people = {name: _person(name, initials, role) for name, initials, role in _PEOPLE}
    ledger = _ledger(people, at - timedelta(days=90))
    _copies(ledger, people, at)
    for name in ("restore-ledger-beside", "copy-production-to-development"):
        revision = revisions.save(
            source=(_TEXTS / f"{name}.md").read_bytes(),
            by=people["author"],
            at=at - timedelta(days=20),
            name=name,
        )
        revisions.approve(
            revision,
            by=people["approver"],
            at=at - timedelta(days=19),
            waivers_seen=[code for code, _ in revision.procedure["waive"]],
        )
    bad = (_TEXTS / "bad-restore.md").read_bytes()
    revisions.save(source=bad, by=people["author"], at=at - timedelta(days=18), name="bad-restore")
    _incident(ledger, people, at)
    return True


def _person(username: str, initials: str, role: Role) -> User:
    person = User.objects.create_user(
        username=username,
        email=f"{username}@countersign.example",
        password=PASSWORD,
        name=username.capitalize(),
        initials=initials,
    )
    person.groups.set(Group.objects.filter(name=role.value))
    return person


def _ledger(people: dict[str, User], at: datetime) -> System:
    by = people["manager"]
    ledger = systems.register(
        name="ledger",
        description="Accounts and entries of every customer. Written all day, read by billing.",
        owner=by,
        data_class=DataClass.CONFIDENTIAL,
        rpo=timedelta(hours=1),
        rto=timedelta(hours=2),
        mtd=timedelta(hours=24),
        by=by,
        at=at,
    )
    for name, environment, host, identifier, lifecycle in _PLACES:
        instances.register(
            system=ledger,
            name=name,
            environment=environment,
            host=host,
            first_kind=IdentifierKind.HOST,
            first_value=host,
            second_kind=IdentifierKind.SYSTEM_IDENTIFIER,
            second_value=identifier,
            lifecycle=lifecycle,
            by=by,
            at=at,
        )
    return ledger


def _copies(ledger: System, people: dict[str, User], at: datetime) -> None:
    production = ledger.instances.get(name="ledger")
    _dump(ledger, production, people["manager"], at - timedelta(days=61), at - timedelta(days=61))
    _tonight(ledger, at)
    morning = at - timedelta(hours=6, minutes=20)
    copies.register(
        system=ledger,
        name="dump of this morning on a stick",
        taken_at=morning,
        data_as_of=morning,
        medium=Medium.REMOVABLE,
        place="desk of the second on call",
        holder="second on call",
        taken_from=production,
        encrypted=YesNoUnknown.NO,
        by=people["verifier"],
        at=at - timedelta(minutes=30),
    )
    copies.register(
        system=ledger,
        name="development database of the second on call",
        taken_at=at - timedelta(minutes=50),
        data_as_of=morning,
        medium=Medium.LAPTOP,
        place="laptop-23",
        holder="second on call",
        encrypted=YesNoUnknown.YES,
        by=people["verifier"],
        at=at - timedelta(minutes=28),
    )


def _tonight(ledger: System, at: datetime) -> None:
    """This night's dump, unless one younger than 20 hours is there."""
    taken = at - timedelta(hours=6)
    if ledger.copies.filter(
        medium=Medium.DISK.value, taken_at__gte=at - timedelta(hours=20)
    ).exists():
        return
    production = ledger.instances.get(name="ledger")
    _dump(ledger, production, User.objects.get(username="manager"), taken, at)


def _dump(ledger: System, production: Instance, by: User, taken: datetime, at: datetime) -> Copy:
    name = f"ledger-{taken:%Y%m%d-%H%M}.dump"
    copy = copies.register(
        system=ledger,
        name=name,
        taken_at=taken,
        data_as_of=taken - timedelta(minutes=2),
        medium=Medium.DISK,
        place=f"/srv/backup/{name}",
        holder="backup-1",
        taken_from=production,
        size_bytes=48_117_760,
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        encrypted=YesNoUnknown.YES,
        by=by,
        at=at,
    )
    return copies.verify(copy, how="pg_restore --list on backup-1, newest entry read", by=by, at=at)


def _incident(ledger: System, people: dict[str, User], at: datetime) -> Incident:
    by = people["operator"]
    began, noticed = at - timedelta(minutes=52), at - timedelta(minutes=34)
    incident = records.open(
        title="The ledger was overwritten by a backup of two months ago",
        system=ledger,
        what_happened=(
            "Somebody wanted a copy of production on a laptop. The clicks restored an old file into"
            " production instead. The newest entry is two months old; the application still takes"
            " writes on that data."
        ),
        noticed_at=noticed,
        certainty=Certainty.EXACT,
        by=by,
        at=at - timedelta(minutes=31),
    )
    records.set_time(
        incident,
        moment=Moment.BEGAN,
        time=began,
        certainty=Certainty.ABOUT,
        seen=None,
        by=by,
        at=at - timedelta(minutes=29),
    )
    records.judge(incident, severity=Severity.SEV1, seen=None, by=by, at=at - timedelta(minutes=29))
    _entries(incident, people, at, noticed)
    for runbook in Runbook.objects.filter(slug__startswith="restore-the-ledger"):
        links.link_runbook(incident, runbook=runbook, by=by, at=at - timedelta(minutes=25))
    return incident


def _entries(incident: Incident, people: dict[str, User], at: datetime, noticed: datetime) -> None:
    by = people["operator"]
    entries.add(
        incident,
        text="The newest entry on production is **61 days old**. It should be minutes old.",
        happened_at=noticed,
        certainty=Certainty.EXACT,
        by=by,
        at=at - timedelta(minutes=30),
    )
    entries.add(
        incident,
        text=(
            "A dump of this morning is on a stick, and restored in a development database. Nobody"
            " touches either until they are duplicated."
        ),
        happened_at=at - timedelta(minutes=27),
        certainty=Certainty.EXACT,
        by=people["verifier"],
        at=at - timedelta(minutes=26),
    )
