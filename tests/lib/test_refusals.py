"""Refusals and bad input as pages, fragments and JSON."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory

from config.refusals import Refusals
from lib.refusals import Invalid, Refused

LATE = Refused("too_late", "The run has ended.", "Write a late entry.")
TYPO = Invalid({"rto": "Write a duration, such as 30 min."})


class Stale(Refused):
    """As the runs raise it: with the sequence that the log has reached."""

    sequence = 12


def answer(exception: Exception, **headers: str):
    request: HttpRequest = RequestFactory().get("/", headers=headers)
    request.user = AnonymousUser()
    return Refusals(lambda _: pytest.fail("not called")).process_exception(request, exception)


def test_a_page_says_what_is_wrong_and_what_to_do_instead() -> None:
    page = answer(LATE, accept="text/html")
    assert page.status_code == 409
    html = page.content.decode()
    assert "The run has ended." in html
    assert "Write a late entry." in html
    assert "<html" in html


def test_a_script_gets_a_fragment() -> None:
    fragment = answer(LATE, **{"x-fragment": "run"})
    assert fragment.status_code == 409
    assert "<html" not in fragment.content.decode()
    assert "The run has ended." in fragment.content.decode()


def test_json_carries_the_code_and_where_the_log_is() -> None:
    response = answer(Stale("stale", "a", "b"), accept="application/json")
    assert response.status_code == 409
    body = b'{"code": "stale", "sentence": "a", "remedy": "b", "sequence": 12}'
    assert response.content == body


def test_bad_input_is_422_with_a_sentence_for_each_field() -> None:
    assert "Write a duration" in answer(TYPO).content.decode()
    response = answer(TYPO, accept="application/json")
    assert response.status_code == 422
    assert b'"errors": {"rto": "Write a duration, such as 30 min."}' in response.content


def test_a_missing_right_is_403_and_a_fault_of_ours_is_not_ours_to_answer() -> None:
    assert answer(Refused("no_right", "a", "b", status=403)).status_code == 403
    assert answer(KeyError("x")) is None


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_last_pages_need_nothing(name: str) -> None:
    assert "NOT saved" in render_to_string(name) or "Nothing was changed" in render_to_string(name)
