"""Who may watch a run: the checks that Django's middleware makes for a page, and the API for a
program, made for a stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.db.models import Max
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils import timezone

from accounts import tokens
from accounts.access import may
from accounts.enums import Right
from accounts.models import User
from runbooks.models import Run

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


#: HTTP status → code and remedy of a stream that is refused, as elsewhere in the API.
_KNOWN = {
    400: ("unreadable", "Correct what is named here, and ask again."),
    401: ("not_signed_in", "Sign in again, or send a token from the page “Your tokens”."),
    403: ("not_allowed", "Ask somebody who may."),
    404: ("not_found", "Look at the list of runs."),
    405: ("method", "Send GET."),
    503: ("not_ready", "Ask again in a few seconds."),
}


class TurnedAway(Exception):
    """No stream: answer `status` with what is wrong and what to do, as JSON."""

    def __init__(self, status: int, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        known, self.remedy = _KNOWN[status]
        self.code = code or known


@dataclass(frozen=True)
class Sender:
    """What a request identifies itself with: a browser's cookie or a program's token."""

    cookie: str = ""
    authorization: str = ""

    @property
    def is_program(self) -> bool:
        """Whether a token is shown. No cookie counts beside it."""
        return bool(self.authorization)


@dataclass(frozen=True)
class Ticket:
    """Leave to watch `run`, whose log reached `head` when it was given."""

    run: int
    person: int
    head: int


class _Session(dict[str, object]):
    """A session's content without its store. `get_user` may want to renew or drop the session it
    is given; a stream cannot send the browser a new cookie, so it must leave the store alone."""

    def flush(self) -> None:
        self.clear()

    def cycle_key(self) -> None:
        pass


def check_origin(headers: Mapping[str, str]) -> None:
    """Raise `TurnedAway` unless the request came from our own pages.

    `headers` have lower-case names. Browsers send Sec-Fetch-Site with every request and Origin with
    foreign ones; other programs send neither, and hold no cookie that somebody else could borrow.
    """
    host = headers.get("host", "")
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        raise TurnedAway(400, "This host name is not one of COUNTERSIGN_HOSTS.")
    origin = headers.get("origin", "")
    ours = {"", f"http://{host}", f"https://{host}", *settings.CSRF_TRUSTED_ORIGINS}
    if origin not in ours or headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise TurnedAway(403, "Only Countersign's own pages may open this stream.")


def sender(headers: Mapping[str, str]) -> Sender:
    """Who asks. `headers` have lower-case names."""
    return Sender(headers.get("cookie", ""), headers.get("authorization", ""))


def admit(sender: Sender, run: int) -> Ticket:
    """Leave to watch `run` for the person whose session or token `sender` shows.

    Raises `TurnedAway`: 401 when nobody is signed in (also: disabled since, password changed
    since; the token revoked, expired or unknown), 403 without the right to view, 404 when there is
    no such run.
    """
    person = _owner(sender.authorization) if sender.is_program else _person(sender.cookie)
    if person is None:
        raise TurnedAway(401, "Nobody is signed in.", "signed_out")
    if not may(person, Right.VIEW):
        raise TurnedAway(403, "Your account may not see runs.")
    runs = Run.objects.filter(pk=run).annotate(head=Max("events__sequence")).values_list("head")
    for (head,) in runs:
        return Ticket(run=run, person=person.pk, head=head or 0)
    raise TurnedAway(404, "There is no such run.")


def _owner(authorization: str) -> User:
    """The owner of the token, narrowed to its rights. Raises `TurnedAway`."""
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise TurnedAway(401, "Send the token as “Authorization: Bearer cst_…”.")
    try:
        return tokens.admit(text.strip(), at=timezone.now()).owner
    except tokens.NotAdmitted as reason:
        raise TurnedAway(401, str(reason)) from None


def _person(cookie: str) -> User | None:
    key = parse_cookie(cookie).get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    request = HttpRequest()
    request.session = _Session(SessionStore(key).load())  # type: ignore[assignment]
    person = get_user(request)
    return person if isinstance(person, User) and person.is_active else None
