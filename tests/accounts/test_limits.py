"""Wrong passwords at the sign-in: a wait, never a lock; and nobody's cost another their way in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import devices, limits, people
from accounts.forms import FirstPasswordForm
from accounts.limits import ACCOUNT, ADDRESS, PAIR, consume, fitted, sign_in_counters
from accounts.models import TryCounter, User
from tests.factories.people import PASSWORD

AT = datetime(2026, 3, 4, 3, 12, 45, tzinfo=UTC)
HERE = "203.0.113.9"
Anna = sign_in_counters("person:1", HERE)

pytestmark = pytest.mark.django_db


def sign_in(client: Client, login: str, password: str = PASSWORD, address: str = "") -> Any:
    sent = {"login": login, "password": password}
    return client.post(reverse("account_login"), sent, REMOTE_ADDR=address or "127.0.0.1")


def guess(times: int, login: str, address: str = "203.0.113.9") -> str:
    for _ in range(times):
        answer = sign_in(Client(), login, "wrong", address)
    text: str = answer.content.decode()
    return text


def tries(counters: Any, most: int, at: datetime = AT) -> int:
    """How many of `most` tries at one moment are let through."""
    return sum(consume(counters, at=at) is None for _ in range(most))


@pytest.mark.parametrize(
    ("policy", "failures", "seconds"),
    [
        (PAIR, 4, 0), (PAIR, 5, 5), (PAIR, 6, 10), (PAIR, 10, 160), (PAIR, 11, 300),
        (PAIR, 10_000, 300), (ACCOUNT, 19, 0), (ACCOUNT, 20, 1), (ACCOUNT, 25, 30),
        (ADDRESS, 19, 0), (ADDRESS, 26, 60),
    ],
)  # fmt: skip
def test_a_wait_grows_and_is_capped(policy: limits.Policy, failures: int, seconds: int) -> None:
    assert policy.wait(failures) == timedelta(seconds=seconds)


def test_five_tries_then_ever_longer_waits() -> None:
    assert tries(Anna, 9) == 5
    assert consume(Anna, at=AT) == AT + timedelta(seconds=5)
    later = AT + timedelta(seconds=5)
    assert tries(Anna, 3, later) == 1
    assert consume(Anna, at=later) == later + timedelta(seconds=10)


def test_a_right_password_begins_anew() -> None:
    for _ in range(4):
        consume(Anna, at=AT)
    consume(Anna, at=AT)
    fitted(Anna, at=AT)
    assert tries(Anna, 9) == 5
    account = TryCounter.objects.get(key=Anna[1].key)
    assert account.failures == 4 + 5


def test_after_a_day_nothing_is_left() -> None:
    tries(Anna, 9)
    tomorrow = AT + timedelta(days=1, seconds=1)
    assert tries(Anna, 9, tomorrow) == 5
    assert limits.prune(None, tomorrow) == "0 counters of wrong passwords forgotten."
    assert limits.prune(None, tomorrow + timedelta(days=2)).startswith("3 ")


def test_a_clock_that_went_back_locks_nobody_out() -> None:
    tries(Anna, 9)
    assert consume(Anna, at=AT - timedelta(hours=2)) is None


def test_guesses_from_many_fresh_addresses_wait() -> None:
    guesses = [sign_in_counters("person:1", f"198.51.100.{n}") for n in range(60)]
    assert sum(tries(guesser, 3) for guesser in guesses) == ACCOUNT.free
    later = AT + timedelta(seconds=ACCOUNT.most)
    assert sum(tries(guesser, 3, later) for guesser in guesses) == 60  # one each, not three


def test_strangers_never_move_the_wait_of_who_is_new_here() -> None:
    """Somebody guesses every second, from an address that has waited: an engineer at a new device
    waits 30 s once, and 30 s after each slip."""
    guesses = [sign_in_counters("person:1", f"198.51.100.{n}") for n in range(60)]
    for second in (-60, 0):
        for guesser in guesses:
            consume(guesser, at=AT + timedelta(seconds=second))
    mine, most = sign_in_counters("person:1", "192.0.2.1"), timedelta(seconds=ACCOUNT.most)
    assert consume(mine, at=AT) == AT + most
    let_in = []
    for second in range(1, 121):
        at = AT + timedelta(seconds=second)
        consume(guesses[second % 60], at=at)
        if consume(mine, at=at) is None:
            let_in.append(second)
    assert let_in == [30, 60, 90, 120]


def test_who_is_new_here_waits_for_few_wrong_passwords_of_others_not_at_all() -> None:
    for n in range(4):
        tries(sign_in_counters("person:1", f"198.51.100.{n}"), 4)
    assert consume(sign_in_counters("person:1", "192.0.2.1"), at=AT) is None


def test_an_address_that_tries_many_names_waits() -> None:
    let_in = sum(
        consume(sign_in_counters(f"name:{n}", "203.0.113.9"), at=AT) is None for n in range(60)
    )
    assert let_in == ADDRESS.free
    # Who is kept waiting leaves no row behind: the table grows with what is tried, not with typing.
    assert TryCounter.objects.count() == 2 * ADDRESS.free + 1


def test_no_name_and_no_address_is_kept(viewer: User) -> None:
    guess(1, "somebody-s-password")
    kept = "\n".join(str(value) for row in TryCounter.objects.values() for value in row.values())
    assert "somebody" not in kept
    assert "203.0" not in kept


@pytest.mark.parametrize("login", ["viewer", "nobody"])
def test_a_name_of_nobody_gets_the_same_answers(viewer: User, login: str) -> None:
    first = guess(1, login)
    assert "not correct" in first
    closed = guess(5, login)
    assert "Too many wrong passwords. Try again after " in closed
    assert " UTC (in " in closed


def test_no_password_is_hashed_while_somebody_waits(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = PBKDF2PasswordHasher.encode

    def noted(hasher: Any, password: str, *args: Any, **kwargs: Any) -> str:
        hashed.append(password)
        encoded: str = encode(hasher, password, *args, **kwargs)
        return encoded

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", noted)
    for login in ("viewer", "nobody"):
        hashed.clear()
        guess(9, login, "198.51.100.7" if login == "viewer" else "198.51.100.8")
        assert len(hashed) == 5, login


def test_name_and_address_are_one_account(viewer: User) -> None:
    guess(3, "viewer")
    guess(2, "VIEWER@example.org")
    assert "Too many wrong passwords" in guess(1, "Viewer")


def test_a_known_device_passes_and_waits_for_itself_alone(viewer: User, author: User) -> None:
    mine = Client()
    assert sign_in(mine, "viewer", address=HERE).status_code == 302
    mine.post(reverse("account_logout"))
    guess(9, "viewer")
    assert "Too many" in sign_in(Client(), "viewer", address=HERE).content.decode()
    assert sign_in(mine, "viewer", address=HERE).status_code == 302
    mine.post(reverse("account_logout"))
    for _ in range(5):
        sign_in(mine, "viewer", "wrong", HERE)
    assert "Too many" in sign_in(mine, "viewer", address=HERE).content.decode()
    # For another account it is a stranger.
    guess(9, "author")
    assert "Too many" in sign_in(mine, "author", address=HERE).content.decode()


def test_the_cookie_of_a_device_opens_nothing_and_is_not_forged(viewer: User) -> None:
    mine = Client()
    sign_in(mine, "viewer")
    cookie = mine.cookies[settings.DEVICE_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    other = Client()
    other.cookies[settings.DEVICE_COOKIE_NAME] = cookie.value
    assert other.get(reverse("account_change_password")).status_code == 302
    for forged in ("", "x", cookie.value[:-2], f"WyJ4IiwgWzFdXQ:{cookie.value.partition(':')[2]}"):
        request = mine.get("/").wsgi_request
        request.COOKIES[settings.DEVICE_COOKIE_NAME] = forged
        assert devices.known(request, viewer) == ""


def test_an_address_told_by_no_trusted_proxy_is_not_believed(viewer: User) -> None:
    for n in range(5):
        sent = {"login": "viewer", "password": "wrong"}
        Client().post(reverse("account_login"), sent, headers={"x-forwarded-for": f"192.0.2.{n}"})
    assert "Too many" in sign_in(Client(), "viewer").content.decode()


def test_the_network_of_an_ipv6_address_is_one_sender(viewer: User) -> None:
    for n in range(5):
        sign_in(Client(), "viewer", "wrong", f"2001:db8::{n}")
    assert "Too many" in sign_in(Client(), "viewer", address="2001:db8::99").content.decode()


def test_a_command_clears_one_person_or_all(viewer: User, author: User) -> None:
    guess(6, "viewer")
    guess(6, "author", "198.51.100.4")
    out = StringIO()
    call_command("clear_sign_in_limits", "VIEWER@example.org", stdout=out)
    assert "2 counters" in out.getvalue()
    assert sign_in(Client(), "viewer", address="203.0.113.9").status_code == 302
    assert "Too many" in sign_in(Client(), "author", address="198.51.100.4").content.decode()
    with pytest.raises(CommandError, match="Nobody who is enabled signs in as nobody"):
        call_command("clear_sign_in_limits", "nobody")
    call_command("clear_sign_in_limits", stdout=out)
    assert not TryCounter.objects.exists()


def test_an_admin_sees_them_on_the_persons_page(
    signed_in: Callable[[User], Client], admin: User, viewer: User
) -> None:
    page = reverse("accounts:person_detail", args=[viewer.pk])
    assert "Wrong passwords" not in signed_in(admin).get(page).content.decode()
    guess(4, "viewer")
    text = signed_in(admin).get(page).content.decode()
    assert "Wrong passwords" in text
    assert "4 at the sign-in" in text
    (failure,) = limits.failures(viewer, at=timezone.now())
    assert (failure.kind, failure.count) == ("sign-in", 4)


def test_who_signs_in(viewer: User) -> None:
    assert people.by_login(" Viewer ") == viewer
    assert people.by_login("VIEWER@EXAMPLE.org") == viewer
    for nobody in ("", "nul\0", "\ud800", "view"):
        assert people.by_login(nobody) is None
    User.objects.update(is_active=False)
    assert people.by_login("viewer") is None


def test_a_password_set_by_the_letter_ends_the_wait(viewer: User) -> None:
    guess(6, "viewer")
    new = "nine lives and a mast"
    form = FirstPasswordForm({"password1": new, "password2": new}, user=viewer, temp_key="x")
    assert form.is_valid()
    form.save()
    assert sign_in(Client(), "viewer", new, HERE).status_code == 302
