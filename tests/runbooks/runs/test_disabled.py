"""A disabled account counts for nobody: not as a countersign, a word in a team check, a role."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from runbooks.enums import RunRole
from runbooks.machine.decide import allowed, open_roles
from runbooks.machine.gates import gates
from runbooks.machine.move import Allowed
from runbooks.machine.moves.log import Note, StrikeOut
from runbooks.machine.moves.replacement import ConfirmReplacement, ProposeReplacement
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Record, Release, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck
from runbooks.machine.reducers import apply
from runbooks.machine.state import Outside, replace
from runbooks.runs import persistence, replay
from runbooks.runs.outside import counted
from runbooks.runs.transaction import MoveRefused
from tests.factories.runs import Play, play
from tests.runbooks import texts
from tests.runbooks.machine.guarded import guarded
from tests.runbooks.machine.interlocks.test_destroy import DELETE, closed, ready
from tests.runbooks.machine.table import DECIDER, OPERATOR, RELIEF, STRANGER, VERIFIER, Game
from tests.runbooks.runs.test_copies_in_doubt import COPY, MADE, USUAL


def without(game: Game, *people: int) -> Game:
    game.state = replace(game.state, outside=Outside(frozenset(people)))
    return game


class TestMachine:
    def test_a_countersign_of_a_disabled_account_does_not_count(self) -> None:
        game = Game.from_source(texts.AT_ONCE)
        game.must(BeginStep, OPERATOR, 0)
        game.must(Countersign, VERIFIER, 0)
        assert game.refused(Countersign, VERIFIER, 0) == "countersigned_already"
        without(game, VERIFIER)
        assert game.refused(Tick, OPERATOR, 0) == "gate_countersigned"
        assert Allowed(Tick, 0) not in allowed(game.state, OPERATOR, game.at)
        (closed,) = [gate for gate in gates(game.state, 0, game.at) if not gate.open]
        assert "disabled" in closed.how
        game.must(TakeRole, RELIEF, role="verifier")
        game.must(Countersign, RELIEF, 0)
        game.must(Tick, OPERATOR, 0)

    def test_nor_does_its_word_in_a_team_check(self) -> None:
        game = Game.from_source(texts.TEAM_CHECK)
        for person in (OPERATOR, VERIFIER, DECIDER):
            game.must(ConfirmTeamCheck, person, 0)
            assert game.refused(ConfirmTeamCheck, person, 0) == "confirmed_already"
        game.must(TakeRole, RELIEF, role="verifier")
        assert game.refused(Tick, OPERATOR, 0) == "gate_team_check"
        game.must(ConfirmTeamCheck, RELIEF, 0)
        without(game, VERIFIER)
        game.must(Tick, OPERATOR, 0)  # the other verifier is there, and has agreed

    def test_nor_does_its_release(self) -> None:
        game = Game.from_source(texts.HOLD)
        game.must(Release, DECIDER, 0, reason="Read.")
        without(game, DECIDER)
        assert game.refused(Tick, OPERATOR, 0) == "gate_released"
        assert counted(game.state) >= {DECIDER}
        (closed,) = [gate for gate in gates(game.state, 0, game.at) if not gate.open]
        assert "disabled" in closed.how
        new: dict[str, Any] = {"role": "decider", "to": RELIEF, "to_name": "R", "reason": "Gone."}
        game.must(ProposeReplacement, OPERATOR, **new)
        game.must(ConfirmReplacement, RELIEF, may_decide=True, read_back="none")
        assert DECIDER in counted(game.state)  # who released it, with no role any more
        game.must(Release, RELIEF, 0, reason="Read again.")
        game.must(Tick, OPERATOR, 0)

    def test_nor_does_its_signature_that_nothing_is_kept(self) -> None:
        game = ready(copies=())
        game.must(Release, DECIDER, DELETE, reason="It was a copy.")
        assert "safety_copy" not in closed(game.state)
        without(game, DECIDER)
        assert "safety_copy" in closed(game.state)
        assert counted(game.state) >= {DECIDER}
        new: dict[str, Any] = {"role": "decider", "to": RELIEF, "to_name": "R", "reason": "Gone."}
        game.must(ProposeReplacement, OPERATOR, **new)
        game.must(ConfirmReplacement, RELIEF, may_decide=True, read_back="3")
        assert DECIDER in counted(game.state)
        game.must(Release, RELIEF, DELETE, reason="I looked: it was a copy.")
        assert closed(game.state) == ["team_check", "unlocked"]

    def test_nor_that_a_copy_in_doubt_is_good(self) -> None:
        game = guarded(COPY, facts=USUAL)
        game.must(Record, OPERATOR, 0, values={**MADE, "copy.size": "14"})
        game.must(Release, DECIDER, 0, reason="The tables were dropped.")
        assert counted(game.state) >= {DECIDER}
        without(game, DECIDER)
        assert game.refused(Tick, OPERATOR, 0, values={}) == "gate_doubt_accepted"

    def test_its_role_counts_as_not_taken_until_it_is_replaced(self) -> None:
        game = without(Game.from_source(texts.HOLD, started=False), DECIDER)
        sent = {"acknowledged": True, "conditions": True}
        assert game.refused(Start, OPERATOR, **sent) == "roles_missing"
        assert Allowed(Start) not in allowed(game.state, OPERATOR, game.at)
        assert RunRole.DECIDER not in open_roles(game.state, STRANGER, game.at)
        asked: dict[str, Any] = {"role": "decider", "to": STRANGER, "to_name": "Stranger"}
        asked["reason"] = "The account is disabled."
        game.must(ProposeReplacement, OPERATOR, **asked)
        game.must(ConfirmReplacement, STRANGER, may_decide=True, read_back="none")
        assert game.state.people[STRANGER] is RunRole.DECIDER
        game.must(Start, OPERATOR, **sent)

    def test_who_operates_a_run_under_way_is_not_replaced_just_so(self) -> None:
        game = without(Game.from_source(texts.PLAIN), OPERATOR)
        assert RunRole.OPERATOR not in open_roles(game.state, STRANGER, game.at)
        assert game.refused(TakeRole, STRANGER, role="operator") == "role_taken"

    def test_a_replay_knows_nothing_of_it(self) -> None:
        game = without(Game.from_source(texts.HOLD, started=False), DECIDER)
        before = replace(game.state, outside=Outside())
        count = len(game.lines)
        game.must(TakeRole, RELIEF, role="verifier")
        (line,) = game.lines[count:]
        assert apply(before, line) == replace(game.state, outside=Outside())


@pytest.mark.django_db
class TestVerbs:
    @pytest.fixture
    def run(self, at: datetime) -> Play:
        game = play(texts.AT_ONCE, at)
        game.move(BeginStep, step=0)
        game.move(Countersign, by="verifier", step=0)
        return game

    def test_a_signer_who_was_disabled_meanwhile(self, run: Play) -> None:
        verifier = run.people["verifier"]
        verifier.is_active = False
        verifier.save(update_fields=["is_active"])
        assert persistence.load(run.run.pk)[1].outside.gone == {verifier.pk}
        with pytest.raises(MoveRefused) as refused:
            run.tick(0)
        assert refused.value.code == "gate_countersigned"
        run.move(TakeRole, by="relief", role=RunRole.VERIFIER)
        run.move(Countersign, by="relief", step=0)
        run.tick(0)
        assert replay.verify(run.run).ok

    def test_what_was_accepted_stays(self, run: Play) -> None:
        run.tick(0)
        for person in run.people.values():
            person.is_active = False
            person.save(update_fields=["is_active"])
        assert replay.verify(run.run).ok

    def test_a_line_is_struck_out_by_its_author_or_the_decider(self, run: Play) -> None:
        run.move(TakeRole, by="viewer", role=RunRole.OBSERVER)
        noted = []
        for text in ("The jobs are stopped.", "The writers are stopped."):
            run.move(Note, text=text)
            noted.append(run.run.sequence)
        for who in ("viewer", "verifier"):
            with pytest.raises(MoveRefused) as refused:
                run.move(StrikeOut, by=who, sequence=noted[0], reason="Not so.")
            assert refused.value.code == "not_your_entry"
        run.move(StrikeOut, sequence=noted[0], reason="The wrong jobs.")
        run.move(StrikeOut, by="decider", sequence=noted[1], reason="Not all of them.")
        assert replay.verify(run.run).ok
