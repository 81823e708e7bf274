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
def told(db: None, counters: None) -> Cutover:
    """Pages go by the clock of the server, and a countersign counts for two minutes: so what
    follows the start is played just now, but for the stage that is about an older one."""
    people = cast()
    endpoint(person("admin", "ad", *Role), datetime.now(UTC) - timedelta(hours=1))
    return cutover(people, datetime.now(UTC) - timedelta(minutes=5), started=False)


def telling(told: Play, signed_in: SignIn) -> set[str]:
    """Everything that tells the command at the moment."""
    found = {name for name, text in _surfaces(told, signed_in) if _tells(name, text)}
    run_relay(told.at)
    stored = {
        "log": Event.objects.values_list("text", flat=True),
        "webhooks": Delivery.objects.values_list("body", flat=True),
        "notices": (repr(vars(one)) for one in Notice.objects.all()),
        "mails": (f"{one.subject} {one.body} {one.alternatives}" for one in mail.outbox),
        "stream": (repr(news({told.run.pk: 0}, at=told.at)),),
    }
    return found | {name for name, texts in stored.items() if any(SECRET in t for t in texts)}


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
    found = [
        re.sub(r"<int:(?:pk|id)>", str(run), address).replace("<int:evidence>", "1")
        for address in _of_run(get_resolver())
        if "<slug:move>" not in address
    ]
    moves = tuple(f"/runs/{run}/{move.kind}/" for move in MOVES)
    return [address for address in found if not address.endswith(moves)]


def test_the_walk_finds_every_way_to_read_a_run() -> None:
    found = _addresses(7)
    for address in ("export.json", "log/", "print/", "copies/"):
        assert f"/runs/7/{address}" in found
    for address in ("", "events/", "export/", "verification/", "evidence/"):
        assert f"/api/v1/runs/7/{address}" in found


def _surfaces(told: Play, signed_in: SignIn) -> Iterator[tuple[str, str]]:
    run, addresses = f"/runs/{told.run.pk}/", _addresses(told.run.pk)
    for path in ELSEWHERE:
        asks = program if path.startswith("/api/") else signed_in
        yield path, _text(asks(told.people["operator"]), path)
    for who in ("operator", "verifier", "decider", "viewer"):
        client, api = signed_in(told.people[who]), program(told.people[who], Scope.RUN)
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


def _wrong_name(told: Cutover) -> None:
    told.signed()
    with pytest.raises(Refused):
        told.move(Unlock, step=WRITE, name="ledgre")


def _start(told: Cutover) -> None:
    told.move(Start, acknowledged=True, conditions=True)
    told.at += _LATER


def _stale(told: Cutover) -> None:
    """The countersign no longer counts."""
    told.at -= _LATER
    told.signed()


def _held(told: Cutover) -> None:
    told.unlocked().move(Hold, by="verifier")


def _offered(told: Cutover) -> None:
    said = dict.fromkeys(("position", "running", "next_step", "worries"), "nothing")
    told.unlocked().move(HandOver, to=told.people["relief"].pk, **said)


def _diagnosed(told: Cutover) -> None:
    told.unlocked().move(ReportMismatch, step=WRITE, observed="It is another server.")


def _aborted(told: Cutover) -> None:
    told.unlocked().move(Abort, reason="It is another server.")


STAGES: dict[str, Stage] = {
    "in the briefing": lambda told: None,
    "while steps come before it": lambda told: told.upto(DIRECTION),
    "in the team check": lambda told: told.upto(TEAM_CHECK),
    "when it is open": lambda told: told.upto(WRITE),
    "when it is begun": lambda told: told.upto(WRITE).move(BeginStep, step=WRITE),
    "with everything but the typed name": lambda told: told.signed(),
    "after another name": _wrong_name,
    "after a countersign that is too old": _stale,
    "while the run is held": _held,
    "while it is handed over": _offered,
    "after something was different": _diagnosed,
    "when it is done": lambda told: told.written(),
}


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_tells_the_command(told: Cutover, signed_in: SignIn, stage: str) -> None:
    if stage != "in the briefing":
        _start(told)
    STAGES[stage](told)
    assert telling(told, signed_in) == set()


def test_after_the_end_only_the_exports_tell_the_text_and_nothing_is_filled_in(
    told: Cutover, signed_in: SignIn
) -> None:
    _start(told)
    _aborted(told)
    exports = {f"/runs/{told.run.pk}/export.json", f"/api/v1/runs/{told.run.pk}/export/"}
    people = ("operator", "verifier", "decider", "viewer")
    expected = {f"{who} {path}" for who in people for path in exports}
    assert telling(told, signed_in) == expected
    for path in exports:
        asks = program if path.startswith("/api/") else signed_in
        text = _text(asks(told.people["viewer"]), path)
        assert f"{SECRET} --into <target.host>" in text
        assert f"{SECRET} --into db" not in text


def test_it_is_told_on_the_open_step_once_every_gate_is_open(
    told: Cutover, signed_in: SignIn
) -> None:
    _start(told)
    told.unlocked()
    found = telling(told, signed_in)
    assert f"operator /runs/{told.run.pk}/" in found
    assert f"operator /api/v1/runs/{told.run.pk}/" in found
    assert not [name for name in found if "log" in name or "print" in name or "export" in name]
    assert found.isdisjoint({"log", "webhooks", "notices", "mails", "stream"})


def test_it_is_copied_by_whoever_gives_it_and_by_nobody_else(
    told: Cutover, signed_in: SignIn
) -> None:
    _start(told)
    told.unlocked()
    mine = _text(signed_in(told.people["operator"]), f"/runs/{told.run.pk}/")
    theirs = _text(signed_in(told.people["verifier"]), f"/runs/{told.run.pk}/")
    assert "data-open data-commands" in mine
    assert "data-commands" not in theirs


def test_a_resumed_run_lays_it_open_only_after_the_name_was_typed_again(
    told: Cutover, signed_in: SignIn
) -> None:
    told.move(Start, acknowledged=True, conditions=True)
    _held(told)
    told.move(Resume, by="operator", read_back=str(TEAM_CHECK + 1), comment="")
    assert telling(told, signed_in) == set()


def test_the_library_shows_the_text_without_what_was_chosen(
    told: Cutover, signed_in: SignIn
) -> None:
    slug = Revision.objects.get(pk=told.run.revision_id).runbook.slug
    html = _text(signed_in(told.people["viewer"]), f"/runbooks/{slug}/")
    assert SECRET in html
    assert "db-prod-1" not in html
