"""The page of one's own notices, and the count in the head of every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from notices import preferences, queries
from notices.models import Notice
from notices.sending import send_notice

SignIn = Callable[[User], Client]
PAGE = "/notices/"


def sent(person: User, at: datetime, many: int = 1, first: int = 0) -> list[Notice]:
    for number in range(first, first + many):
        text = f"text {number}\nof two lines"
        send_notice(
            [person], key=f"k{number}", subject=f"Subject {number}", text=text, url="/", at=at
        )
    return list(Notice.objects.filter(person=person).order_by("-pk"))


def html(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_one_sees_ones_own_notices_and_nobody_elses(
    signed_in: SignIn, operator: User, verifier: User, outsider: User, at: datetime
) -> None:
    sent(operator, at)
    assert "Subject 0" in html(signed_in(operator))
    assert "No notices" in html(signed_in(verifier))
    assert "No notices" in html(signed_in(outsider))


@pytest.mark.django_db
def test_nobody_sees_anything_without_signing_in() -> None:
    assert Client().get(PAGE).status_code == 302


def test_a_text_is_shown_as_text(signed_in: SignIn, operator: User, at: datetime) -> None:
    bad = "<script>alert(1)</script>"
    send_notice([operator], key="k", subject=bad, text=bad, url="/", at=at)
    assert bad not in html(signed_in(operator))


def test_mark_one_as_read(signed_in: SignIn, operator: User, at: datetime) -> None:
    newest, older = sent(operator, at, many=2)
    client = signed_in(operator)
    answer = client.post(reverse("notices:notice_read", args=[older.pk]))
    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    older.refresh_from_db()
    newest.refresh_from_db()
    assert older.read_at is not None
    assert newest.read_at is None
    first = older.read_at
    client.post(reverse("notices:notice_read", args=[older.pk]))
    older.refresh_from_db()
    assert older.read_at == first


def test_nobody_marks_the_notice_of_another(
    signed_in: SignIn, operator: User, verifier: User, at: datetime
) -> None:
    (notice,) = sent(operator, at)
    client = signed_in(verifier)
    assert client.post(reverse("notices:notice_read", args=[notice.pk])).status_code == 404
    client.post(reverse("notices:notice_read_all"), {"upto": str(notice.pk)})
    notice.refresh_from_db()
    assert notice.read_at is None
    assert not queries.mark_read(notice.pk, by=verifier, at=at)


def test_mark_all_leaves_what_came_after_the_page(
    signed_in: SignIn, operator: User, at: datetime
) -> None:
    sent(operator, at, many=3)
    client = signed_in(operator)
    upto = client.get(PAGE).context["upto"]
    sent(operator, at, first=3)
    client.post(reverse("notices:notice_read_all"), {"upto": upto})
    assert operator.notices.unread().count() == 1
    assert client.post(reverse("notices:notice_read_all"), {"upto": "x"}).status_code == 303
    assert operator.notices.unread().count() == 1


@pytest.mark.parametrize("name", ["notice_read_all", "digest_switch"])
def test_a_look_changes_nothing(signed_in: SignIn, operator: User, name: str) -> None:
    assert signed_in(operator).get(reverse(f"notices:{name}")).status_code == 405


def test_pages_go_on_without_gap_or_repeat(signed_in: SignIn, operator: User, at: datetime) -> None:
    wanted = [notice.pk for notice in sent(operator, at, many=queries.PAGE * 2 + 1)]
    client, seen, address = signed_in(operator), [], PAGE
    while address:
        context = client.get(address).context
        seen += [notice.pk for notice in context["notices"]]
        address = PAGE + context["older"] if context["older"] else ""
    assert seen == wanted


def test_a_strange_page_is_the_first(signed_in: SignIn, operator: User, at: datetime) -> None:
    sent(operator, at)
    for strange in ("?before=-1", "?before=x", "?before=" + "9" * 40, "?before=²"):
        assert "Subject 0" in html(signed_in(operator), PAGE + strange)


def test_the_head_counts_what_is_unread(signed_in: SignIn, operator: User, at: datetime) -> None:
    client = signed_in(operator)
    assert "unread" not in html(client, "/")
    sent(operator, at, many=3)
    assert '3<span class="visually-hidden"> unread</span>' in html(client, "/")
    queries.mark_all_read(upto=Notice.objects.latest("pk").pk, by=operator, at=at)
    assert "unread" not in html(client, "/")


def test_a_page_of_many_asks_as_little_as_a_page_of_one(
    signed_in: SignIn, operator: User, at: datetime
) -> None:
    client, counts = signed_in(operator), []
    for first, many in ((0, 1), (1, queries.PAGE * 2)):
        sent(operator, at, many=many, first=first)
        with CaptureQueriesContext(connection) as asked:
            html(client)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 7


def test_a_manager_switches_the_digest_off_and_on(signed_in: SignIn, manager: User) -> None:
    client = signed_in(manager)
    assert "Send me no digest" in html(client)
    client.post(reverse("notices:digest_switch"), {})
    assert not preferences.wants_digest(manager)
    assert not preferences.wanting_digest(User.objects.filter(pk=manager.pk))
    assert "You get no weekly digest" in html(client)
    client.post(reverse("notices:digest_switch"), {"digest": "on"})
    assert preferences.wanting_digest(User.objects.filter(pk=manager.pk)).get() == manager


def test_the_switch_is_shown_to_managers_alone(signed_in: SignIn, operator: User) -> None:
    assert "digest" not in html(signed_in(operator))
