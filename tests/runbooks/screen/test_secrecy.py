"""The command of a step that overwrites is told by nothing, to nobody, while one gate is closed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.urls import URLResolver, get_resolver

from accounts.enums import Role, Scope
from accounts.models import User
from lib.refusals import Refused
from notices.models import Notice
from runbooks.live.reading import news
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.branches import ReportMismatch
from runbooks.machine.moves.hand_over import HandOver
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.run import Abort, Start
from runbooks.machine.moves.steps import BeginStep, Decide, NotApplicable
from runbooks.machine.moves.unlock import Unlock
from runbooks.models import Event, Revision
from tests.factories.cutover import DIRECTION, SECRET, TEAM_CHECK, WRITE, Cutover, cutover
from tests.factories.people import person
from tests.factories.runs import Play, cast
from tests.factories.tokens import program
from tests.factories.webhooks import endpoint, run_relay
from webhooks.models import Delivery

SignIn = Callable[[User], Client]
Stage = Callable[[Cutover], object]

#: Ways of asking that no address names.
ASKED = ("log/?verify=1", "log/?near-misses=1")
ELSEWHERE = (
    "/",
    "/runs/",
    "/near-misses/",
    "/notices/",
    "/inventory/systems/ledger/",
    "/incidents/",
    "/api/v1/runs/",
    "/api/v1/near-misses/",
    "/api/v1/near-misses/tallies/",
    "/api/v1/reviews/",
)


#: From the start of the run to what follows it.
_LATER = timedelta(minutes=4)


@pytest.fixture
def game(db: None, counters: None) -> Cutover:
    """Pages go by the clock of the server, and a countersign counts for two minutes: so what
    follows the start is played just now, but for the stage that is about an older one."""
    people = cast()
    endpoint(person("admin", "ad", *Role), datetime.now(UTC) - timedelta(hours=1))
    return cutover(people, datetime.now(UTC) - timedelta(minutes=5), started=False)


def telling(game: Play, signed_in: SignIn) -> set[str]:
    """Everything that tells the command at the moment."""
    surfaces = {name for name, text in _surfaces(game, signed_in) if _tells(name, text)}
    run_relay(game.at)
    stored = {
        "log": Event.objects.values_list("text", flat=True),
        "webhooks": Delivery.objects.values_list("body", flat=True),
        "notices": (repr(vars(notice)) for notice in Notice.objects.all()),
        "mails": (
            f"{message.subject} {message.body} {message.alternatives}" for message in mail.outbox
        ),
        "stream": (repr(news({game.run.pk: 0}, at=game.at)),),
    }
    return surfaces | {name for name, texts in stored.items() if any(SECRET in t for t in texts)}


def _tells(surface: str, text: str) -> bool:
    return SECRET in unescape(re.sub(r"<[^>]+>", "", text))


def _of_run(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Every address that names a run, as the routes write it."""
    for entry in resolver.url_patterns:
        address = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _of_run(entry, address)
        elif "runs/<int:" in address:
            yield f"/{address}"


def _addresses(run: int) -> list[str]:
    """The addresses of a run that can be read: those of moves are not, whichever the run."""
    addresses = [
        re.sub(r"<int:(?:pk|id)>", str(run), address).replace("<int:evidence>", "1")
        for address in _of_run(get_resolver())
        if "<slug:move>" not in address
    ]
    moves = tuple(f"/runs/{run}/{move.kind}/" for move in MOVES)
    return [address for address in addresses if not address.endswith(moves)]


def test_the_walk_finds_every_way_to_read_a_run() -> None:
    addresses = _addresses(7)
    for address in ("export.json", "log/", "print/", "copies/"):
        assert f"/runs/7/{address}" in addresses
    for address in ("", "events/", "export/", "verification/", "evidence/"):
        assert f"/api/v1/runs/7/{address}" in addresses


def _surfaces(game: Play, signed_in: SignIn) -> Iterator[tuple[str, str]]:
    run, addresses = f"/runs/{game.run.pk}/", _addresses(game.run.pk)
    for path in ELSEWHERE:
        asks = program if path.startswith("/api/") else signed_in
        yield path, _text(asks(game.people["operator"]), path)
    for who in ("operator", "verifier", "decider", "viewer"):
        client, api = signed_in(game.people[who]), program(game.people[who], Scope.RUN)
        for path in (*addresses, *(f"{run}{asked}" for asked in ASKED)):
            yield f"{who} {path}", _text(api if path.startswith("/api/") else client, path)
        yield f"{who} fragment", _text(client, run, **{"X-Fragment": "run"})
        sent = {"step": str(WRITE), "seen": "0", "key": uuid4().hex, "name": "leger"}
        for move in (NotApplicable, Decide):
            yield f"{who} {move}", client.post(f"{run}{move.kind}/", sent).content.decode()


def _text(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code < 500
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


def _wrong_name(game: Cutover) -> None:
    game.signed()
    with pytest.raises(Refused):
        game.move(Unlock, step=WRITE, name="ledgre")


def _start(game: Cutover) -> None:
    game.move(Start, acknowledged=True, conditions=True)
    game.at += _LATER


def _stale(game: Cutover) -> None:
    """The countersign no longer counts."""
    game.at -= _LATER
    game.signed()


def _held(game: Cutover) -> None:
    game.unlocked().move(Hold, by="verifier")


def _offered(game: Cutover) -> None:
    words = dict.fromkeys(("position", "running", "next_step", "worries"), "nothing")
    game.unlocked().move(HandOver, to=game.people["relief"].pk, **words)


def _diagnosed(game: Cutover) -> None:
    game.unlocked().move(ReportMismatch, step=WRITE, observed="It is another server.")


def _aborted(game: Cutover) -> None:
    game.unlocked().move(Abort, reason="It is another server.")


STAGES: dict[str, Stage] = {
    "in the briefing": lambda game: None,
    "while steps come before it": lambda game: game.upto(DIRECTION),
    "in the team check": lambda game: game.upto(TEAM_CHECK),
    "when it is open": lambda game: game.upto(WRITE),
    "when it is begun": lambda game: game.upto(WRITE).move(BeginStep, step=WRITE),
    "with everything but the typed name": lambda game: game.signed(),
    "after another name": _wrong_name,
    "after a countersign that is too old": _stale,
    "while the run is held": _held,
    "while it is handed over": _offered,
    "after something was different": _diagnosed,
    "when it is done": lambda game: game.written(),
}


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_tells_the_command(game: Cutover, signed_in: SignIn, stage: str) -> None:
    if stage != "in the briefing":
        _start(game)
    STAGES[stage](game)
    assert telling(game, signed_in) == set()


def test_after_the_end_only_the_exports_tell_the_text_and_nothing_is_filled_in(
    game: Cutover, signed_in: SignIn
) -> None:
    _start(game)
    _aborted(game)
    exports = {f"/runs/{game.run.pk}/export.json", f"/api/v1/runs/{game.run.pk}/export/"}
    people = ("operator", "verifier", "decider", "viewer")
    expected = {f"{who} {path}" for who in people for path in exports}
    assert telling(game, signed_in) == expected
    for path in exports:
        asks = program if path.startswith("/api/") else signed_in
        text = _text(asks(game.people["viewer"]), path)
        assert f"{SECRET} --into <target.host>" in text
        assert f"{SECRET} --into db" not in text


def test_it_is_told_on_the_open_step_once_every_gate_is_open(
    game: Cutover, signed_in: SignIn
) -> None:
    _start(game)
    game.unlocked()
    surfaces = telling(game, signed_in)
    assert f"operator /runs/{game.run.pk}/" in surfaces
    assert f"operator /api/v1/runs/{game.run.pk}/" in surfaces
    assert not [name for name in surfaces if "log" in name or "print" in name or "export" in name]
    assert surfaces.isdisjoint({"log", "webhooks", "notices", "mails", "stream"})


def test_it_is_copied_by_whoever_gives_it_and_by_nobody_else(
    game: Cutover, signed_in: SignIn
) -> None:
    _start(game)
    game.unlocked()
    mine = _text(signed_in(game.people["operator"]), f"/runs/{game.run.pk}/")
    theirs = _text(signed_in(game.people["verifier"]), f"/runs/{game.run.pk}/")
    assert "data-open data-commands" in mine
    assert "data-commands" not in theirs


def test_a_resumed_run_lays_it_open_only_after_the_name_was_typed_again(
    game: Cutover, signed_in: SignIn
) -> None:
    game.move(Start, acknowledged=True, conditions=True)
    _held(game)
    game.move(Resume, by="operator", read_back=str(TEAM_CHECK + 1), comment="")
    assert telling(game, signed_in) == set()


def test_the_library_shows_the_text_without_what_was_chosen(
    game: Cutover, signed_in: SignIn
) -> None:
    slug = Revision.objects.get(pk=game.run.revision_id).runbook.slug
    html = _text(signed_in(game.people["viewer"]), f"/runbooks/{slug}/")
    assert SECRET in html
    assert "db-prod-1" not in html
