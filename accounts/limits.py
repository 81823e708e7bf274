"""Guesses at passwords: counted before they are compared, and answered ever more slowly.

A limit is a wait that grows and is capped, never a lock. What is counted is a row of `TryCounter`,
under a keyed digest: no table of names and addresses grows. Names that nobody has are counted like
those of people, at the same cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from accounts.models import TryCounter, User
from lib.refusals import Refused

#: A counter begins anew when nobody tried for so long.
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Policy:
    """`free` tries without a wait; then `first` seconds, each time twice as many, up to `most`."""

    free: int
    first: int
    most: int

    def wait(self, failures: int) -> timedelta:
        """How long nobody tries again after so many tries that did not fit."""
        if failures < self.free:
            return timedelta()
        return timedelta(seconds=min(self.most, self.first * 2 ** min(failures - self.free, 20)))


#: One account from one address, one device, or one screen.
PAIR = Policy(free=5, first=5, most=300)
#: One account, from everywhere. Each address waits so long after its own last try, and a new one
#: after it first asked: what others do makes that wait no longer than `most`.
ACCOUNT = Policy(free=20, first=1, most=30)
#: One address, at whatever account.
ADDRESS = Policy(free=20, first=1, most=60)
#: Counted to be seen by admins, and waited for by nobody.
SEEN = Policy(free=0, first=0, most=0)


@dataclass(frozen=True)
class Counter:
    """What is counted: `parts` say of whom and from where, `account` whose ('' for an address)."""

    policy: Policy
    parts: tuple[str, ...]
    account: str = ""

    @property
    def key(self) -> str:
        return _digest(*self.parts)


def account_of(person: User | None, login: str) -> str:
    """The one name of an account, however it is spelled; of nobody's, what was typed."""
    return f"person:{person.pk}" if person else f"name:{login.strip().casefold()}"


def sign_in_counters(account: str, address: str, device: str = "") -> tuple[Counter, ...]:
    """What a sign-in is counted under. `device` is one that has signed in to this account before,
    or '': it waits for its own wrong passwords alone."""
    if device:
        return (Counter(PAIR, ("device", account, device), account),)
    return (
        Counter(PAIR, ("sign-in", account, address), account),
        Counter(ACCOUNT, ("account", account), account),
        Counter(ADDRESS, ("address", address)),
    )


def signature_counters(signer: User, host: User) -> tuple[Counter, ...]:
    """What a signature by `signer` on the screen of `host` is counted under."""
    account = account_of(signer, "")
    return (
        Counter(PAIR, ("signature", account, str(host.pk)), account),
        Counter(SEEN, ("signatures", account), account),
    )


def consume(counters: Sequence[Counter], *, at: datetime) -> datetime | None:
    """Count a try under each of `counters`, before anything is compared. None when it may be made;
    else the moment from which one may, and nothing is counted. Nothing is written either, but once:
    when an address that is new to an account first asks while that account is tried too often."""
    by_key = {counter.key: counter for counter in sorted(counters, key=lambda c: c.key)}
    rows = TryCounter.objects.filter(key__in=by_key)
    known = {row.key: row for row in rows}
    if opens := _closed(counters, known, at):
        return opens
    new = [_new(counter, at) for key, counter in by_key.items() if key not in known]
    TryCounter.objects.bulk_create(new, ignore_conflicts=True)
    with transaction.atomic():
        # Always in the order of their keys: of two at once, one waits for the other.
        known = {row.key: row for row in rows.select_for_update().order_by("key")}
        if opens := _closed(counters, known, at):
            return opens
        for key, row in known.items():
            row.failures = _failures(row, at) + 1
            row.last_try, row.next_try = at, at + by_key[key].policy.wait(row.failures)
            row.save(update_fields=["failures", "last_try", "next_try"])
    return None


def fitted(counters: Sequence[Counter], *, at: datetime) -> None:
    """The password of the try just counted was right: the first of `counters` begins anew, and the
    others have counted one too many."""
    first, *others = counters
    with transaction.atomic():
        TryCounter.objects.filter(key=first.key).update(failures=0, next_try=at)
        keys = [counter.key for counter in others]
        TryCounter.objects.filter(key__in=keys, failures__gt=0).update(failures=F("failures") - 1)


def check(counters: Sequence[Counter], *, at: datetime, outcome: str) -> None:
    """Count a try, or raise `Refused` (429). `outcome`: what did not happen, as a sentence."""
    opens = consume(counters, at=at)
    if opens is not None:
        raise Refused(
            "too_many_tries", f"Too many wrong passwords. {outcome}", when(opens, at), status=429
        )


def when(opens: datetime, at: datetime) -> str:
    """When a limit opens, as a sentence."""
    seconds = max(1, -int((at - opens).total_seconds() // 1))
    return f"Try again after {opens.astimezone(UTC):%H:%M:%S} UTC (in {seconds} s)."


@dataclass(frozen=True)
class Failures:
    """Wrong passwords of one kind under one account, in a row or within a day."""

    kind: str
    count: int
    last: datetime


def failures(person: User, *, at: datetime) -> list[Failures]:
    """The wrong passwords for `person` that are not forgotten, for admins to see."""
    account = account_of(person, "")
    kinds = {_digest("account", account): "sign-in", _digest("signatures", account): "signature"}
    rows = TryCounter.objects.filter(
        key__in=kinds, failures__gt=0, last_try__gte=at - FORGOTTEN_AFTER
    )
    return [Failures(kinds[row.key], row.failures, row.last_try) for row in rows.order_by("pk")]


def clear(accounts: Iterable[str] | None = None) -> int:
    """Forget the wrong passwords of `accounts`, or all of them, addresses too; how many counters
    that were."""
    rows = TryCounter.objects.all()
    if accounts is not None:
        rows = rows.filter(account__in=[_digest(account) for account in accounts])
    return rows.delete()[0]


def prune(job: object, at: datetime) -> str:
    """The handler of "accounts.prune": delete the counters that would begin anew anyway."""
    gone = TryCounter.objects.filter(last_try__lt=at - FORGOTTEN_AFTER).delete()[0]
    return f"{gone} counters of wrong passwords forgotten."


def _new(counter: Counter, at: datetime) -> TryCounter:
    account = _digest(counter.account) if counter.account else ""
    return TryCounter(key=counter.key, account=account, last_try=at, next_try=at)


def _closed(
    counters: Sequence[Counter], known: Mapping[str, TryCounter], at: datetime
) -> datetime | None:
    """When the last of `counters` opens that keep a try waiting; None when none does."""
    own = known.get(counters[0].key)
    waits = []
    for counter in counters:
        row = known.get(counter.key)
        if row is None:
            continue
        opens = row.next_try
        if counter.policy is ACCOUNT:
            # Strangers move the row of the account on and on: only one's own last try counts.
            opens = own.last_try + ACCOUNT.wait(_failures(row, at)) if own else at
        # A wait longer than the policy's longest comes from a clock that went back: it is none.
        if at < opens <= at + timedelta(seconds=counter.policy.most):
            waits.append(opens)
    return max(waits, default=None)


def _failures(row: TryCounter, at: datetime) -> int:
    return 0 if at - row.last_try > FORGOTTEN_AFTER else row.failures


def _digest(*parts: str) -> str:
    value = "\0".join(parts)
    return salted_hmac(
        "accounts.limits", value, secret=settings.SECRET_KEY, algorithm="sha256"
    ).hexdigest()
