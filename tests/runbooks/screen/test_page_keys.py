"""Nothing that the run page draws is forgotten in a key: neither by the server, which keeps what it
drew, nor in the versions by which a browser knows what it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.forms import Field
from django.template.loader import render_to_string
from django.test.html import parse_html
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant

from accounts.models import User
from lib.recent import Recent
from runbooks.forms.moves import MoveForm
from runbooks.machine.move import StepMove
from runbooks.machine.moves import BY_KIND
from runbooks.machine.moves.log import Note
from runbooks.machine.state import Outside
from runbooks.machine.state import replace as altered
from runbooks.models import Run as RunRow
from runbooks.screen.content import content_key
from runbooks.screen.context import PageContext, Person
from runbooks.screen.groups import Group
from runbooks.screen.page import run_screen
from runbooks.screen.panels import Panel, make_panel
from runbooks.screen.side import side
from runbooks.templatetags import run_page as pieces
from runbooks.views import run_page
from tests.runbooks.machine.table import DECIDER, OPERATOR, VERIFIER, Game
from tests.runbooks.machine.test_properties import PEOPLE, Run
from tests.runbooks.texts import ALL

SUCCESSORS = ((OPERATOR, "Olga"), (VERIFIER, "Vera"))
NEW_EACH_TIME = re.compile(r'<input type="hidden"[^>]*>')
CLOCKS = re.compile(r'data-left="\d+"|data-since="[^>]*>[^<]*')


def page(game: Game, person: int) -> PageContext:
    people = {pk: Person(pk, f"Person {pk}", f"p{pk}") for pk in PEOPLE}
    return PageContext(game.state, person, game.at, people, SUCCESSORS)


def drawn(game: Game, person: int) -> str:
    """The part of the page that a browser fetches after every move."""
    seat = page(game, person)
    beside = side(seat, copies=(), evidence=(), events=())
    screen = run_screen(seat, title="A run", system=None, present=(), beside=beside)
    context = {"screen": screen, "run": SimpleNamespace(pk=1), "procedure": game.state.procedure}
    return NEW_EACH_TIME.sub("", render_to_string("runbooks/run_fragment.html", context))


def versioned(element: Any) -> Iterator[tuple[tuple[str, str], str]]:
    """The pieces that a browser replaces one by one: id and version, and what is drawn."""
    for child in getattr(element, "children", ()):
        named = {} if isinstance(child, str) else dict(child.attributes)
        if "data-version" in named:
            yield (named["id"], named["data-version"]), CLOCKS.sub("", str(child))
        yield from versioned(child)


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_panels", Recent(2000))
    pieces._line.cache_clear()


class DrawnRun(Run):
    """Random moves on random runbooks; after each, the page of one of the people."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[tuple[str, str], str] = {}

    @invariant()
    def what_is_kept_is_what_would_be_drawn(self) -> None:
        person = [OPERATOR, VERIFIER, DECIDER][self.game.state.sequence % 3]
        page = drawn(self.game, person)
        with pytest.MonkeyPatch.context() as monkeypatch:
            forget(monkeypatch)
            assert drawn(self.game, person) == page
        for version, piece in versioned(parse_html(page)):
            assert self.known.setdefault(version, piece) == piece


TestDrawnRun = DrawnRun.TestCase
TestDrawnRun.settings = settings(
    max_examples=5,
    phases=[Phase.reuse, Phase.generate],  # a page takes long to draw, and longer to shrink
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def holders(panel: Panel) -> Iterator[Any]:
    """Everything of which a control is drawn: itself, its form, the fields and their widgets."""
    yield from (panel, panel.form)
    for field in panel.form.fields.values():
        if not field.widget.is_hidden:
            yield from (field, field.widget)


def others(value: Any) -> Iterator[Any]:
    """What could stand in the place of `value`."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        yield f"{value}-other"
    elif isinstance(value, dict):
        yield {**value, "data-other": "other"}
    elif isinstance(value, (list, tuple)):
        yield [*value, ("other", "Other")]
        yield (*value, Group("Other?", "Help.", ("value_other",)))
    elif value is None:
        yield from ("other", True)


def attributes(thing: Any) -> set[str]:
    """Of the object and, as data, of its class."""
    own = set(vars(thing))
    if isinstance(thing, (Panel, MoveForm)):
        return own
    return own | {n for n in dir(thing) if n[0] != "_" and not callable(getattr(thing, n))}


def draw(panel: Panel) -> str | None:
    try:
        return pieces._draw(panel, large=False)
    except Exception:  # noqa: BLE001 - an attribute that cannot be another draws nothing
        return None


@pytest.mark.parametrize("kind", list(BY_KIND))
def test_a_control_with_another_look_has_another_key(kind: str) -> None:
    """Each attribute of each object is changed in turn. Where that changes the drawing, it changes
    the key."""
    game = Game.from_source(ALL[sorted(ALL)[0]])
    step = 0 if issubclass(BY_KIND[kind], StepMove) else None

    def panel() -> Panel:
        return make_panel(page(game, OPERATOR), BY_KIND[kind], step)

    before, key, changed = draw(panel()), content_key(panel()), 0
    assert key == content_key(panel())
    hash(key)
    for number, thing in enumerate(holders(panel())):
        for name in attributes(thing):
            for value in others(getattr(thing, name)):
                fresh = panel()
                holder = list(holders(fresh))[number]
                if is_dataclass(holder):
                    fresh = replace(fresh, **{name: value})
                else:
                    try:
                        setattr(holder, name, value)
                    except AttributeError:
                        continue
                if draw(fresh) not in {None, before}:
                    changed += 1
                    assert content_key(fresh) != key, (type(holder), name, value)
    assert changed > 3


def test_a_field_of_another_class_has_another_key() -> None:
    game = Game.from_source(ALL[sorted(ALL)[0]])
    panel = make_panel(page(game, OPERATOR), Note)
    before = content_key(panel)

    class Other(Field):
        pass

    panel.form.fields["text"].__class__ = Other
    assert content_key(panel) != before


@pytest.fixture
def etag(operator: User, at: datetime) -> tuple[RunRow, Any]:
    state = Game.from_source(ALL[sorted(ALL)[0]]).state
    row = RunRow(pk=1)

    def version(run: RunRow = row, outside: Outside | None = None, **other: Any) -> str:
        seen = altered(state, outside=outside or Outside())
        given = {"person": operator, "here": (1, 2), "at": at, **other}
        return run_page.version(run, seen, given["person"], given["here"], given["at"], "page")

    return row, version


def test_every_column_of_a_run_changes_its_etag(etag: tuple[RunRow, Any]) -> None:
    row, version = etag
    for column in RunRow._meta.concrete_fields:
        other = copy(row)
        vars(other)[column.attname] = "another"
        assert version(other) != version(), column.attname


def test_what_is_so_outside_of_the_log_changes_the_etag(
    etag: tuple[RunRow, Any], author: User, at: datetime
) -> None:
    _, version = etag
    for field in fields(Outside):
        other: dict[str, Any] = {field.name: "another"}
        assert version(outside=replace(Outside(), **other)) != version()
    assert version(here=(1,)) != version()
    assert version(person=author) != version()
    assert version(at=at.replace(year=at.year + 1)) != version()
