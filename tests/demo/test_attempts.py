"""Each attempt to get around a guard is made, and held; and one that is not is told as such."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from demo.attempts import ATTEMPTS
from demo.attempts.attempt import HEAD_START, Attempt, World
from demo.load import load
from demo.management.commands import try_the_doors

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "attempt", ATTEMPTS, ids=lambda attempt: f"{attempt.point}: {attempt.tried}"
)
def test_nothing_gets_through(attempt: Attempt) -> None:
    begins = timezone.now() - HEAD_START
    load(at=begins)
    assert attempt.deed(World(begins))


def test_what_goes_through_is_told_and_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_door(world: World) -> str:
        return world.refused("any", lambda: None)

    attempt = Attempt(1, "Somebody does what nobody minds", open_door)
    monkeypatch.setattr(try_the_doors, "ATTEMPTS", (attempt,))
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 1 attempts got through"):
        call_command("try_the_doors", here=True, stdout=out, no_color=True)
    assert "GOT THROUGH It went through." in out.getvalue()
