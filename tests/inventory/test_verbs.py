"""Verbs on systems, instances and copies: what they keep, what they refuse, what history tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from inventory import board, copies, history, instances, keeping, systems
from inventory.enums import CopyState, DataClass, IdentifierKind, Lifecycle, Medium, YesNoUnknown
from inventory.models import Change, Copy, System
from lib.refusals import ChangedMeanwhile, Invalid, Refused
from tests.factories import inventory as make

HOUR = timedelta(hours=1)


def test_history_tells_old_and_new_values_and_who(
    operator: User, verifier: User, at: datetime
) -> None:
    ledger = make.system(operator, at)
    systems.edit(ledger, changes={"rpo": HOUR / 2, "owner": verifier}, by=verifier, at=at + HOUR)
    edited, registered = Change.objects.about(ledger)
    assert registered.verb == "registered"
    assert registered.fields["rpo"] == ["", "1 h"]
    assert (edited.by, edited.by_name, edited.at) == (verifier, "Verifier", at + HOUR)
    assert edited.fields == {"rpo": ["1 h", "30 min"], "owner": ["Operator", "Verifier"]}


def test_an_edit_that_changes_nothing_leaves_no_line(operator: User, at: datetime) -> None:
    ledger = make.system(operator, at)
    systems.edit(ledger, changes={"name": " ledger "}, by=operator, at=at)
    assert Change.objects.about(ledger).count() == 1


@pytest.mark.parametrize("who", ["viewer", "author", "approver", "outsider"])
def test_only_keepers_write(who: str, operator: User, at: datetime, request: Any) -> None:
    person = request.getfixturevalue(who)
    ledger = make.system(operator, at)
    place = make.instance(ledger, operator, at)
    copy = make.copy(ledger, operator, at)
    before = Change.objects.count()
    attempts: list[Callable[[], object]] = [
        lambda: make.system(person, at, name="other"),
        lambda: systems.edit(ledger, changes={"name": "x"}, by=person, at=at),
        lambda: make.instance(ledger, person, at, name="other"),
        lambda: instances.edit(place, changes={"name": "x"}, by=person, at=at),
        lambda: instances.set_lifecycle(place, lifecycle=Lifecycle.FROZEN, by=person, at=at),
        lambda: make.copy(ledger, person, at, name="other"),
        lambda: copies.edit(copy, changes={"name": "x"}, by=person, at=at),
        lambda: copies.verify(copy, how="read", by=person, at=at),
        lambda: copies.mark(copy, state=CopyState.SUSPECT, reason="x", by=person, at=at),
    ]
    for attempt in attempts:
        with pytest.raises(Refused) as caught:
            attempt()
        assert (caught.value.code, caught.value.status) == ("no_right", 403)
    assert Change.objects.count() == before


@pytest.mark.parametrize("who", ["operator", "manager", "admin"])
def test_keepers_keep(who: str, at: datetime, request: Any) -> None:
    person = request.getfixturevalue(who)
    assert make.copy(make.system(person, at), person, at, good=True).verified_by == person


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"name": "LEDGER"}, "name", "already a system"),
        ({"name": " "}, "name", "missing"),
        ({"name": "x" * 81}, "name", "81 characters; at most 80"),
        ({"name": "a\x00b"}, "name", "control character"),
        ({"mtd": HOUR}, "mtd", "shorter than the RTO"),
        ({"rpo": -HOUR}, "rpo", "longer than zero"),
        ({"data_class": "secret"}, "data_class", "none of the words"),
    ],
)
def test_bad_systems_have_a_sentence(
    facts: dict[str, Any], field: str, sentence: str, operator: User, at: datetime
) -> None:
    make.system(operator, at)
    with pytest.raises(Invalid) as caught:
        make.system(operator, at, **{"name": "other"} | facts)
    assert list(caught.value.errors) == [field]
    assert sentence in caught.value.errors[field]
    assert System.objects.count() == 1


def test_addresses_of_systems_differ_and_survive_a_new_name(operator: User, at: datetime) -> None:
    names = ["My DB", "my-db", "数据库"]
    made = [make.system(operator, at, name=name) for name in names]
    assert [system.slug for system in made] == ["my-db", "my-db-2", "system"]
    renamed = systems.edit(made[0], changes={"name": "Other"}, by=operator, at=at)
    assert renamed.slug == "my-db"


def test_identifiers_differ_in_kind(operator: User, at: datetime) -> None:
    ledger = make.system(operator, at)
    with pytest.raises(Invalid) as caught:
        make.instance(ledger, operator, at, second_kind=IdentifierKind.SYSTEM_IDENTIFIER)
    assert "choose a second kind" in caught.value.errors["second_kind"]
    made = make.instance(ledger, operator, at)
    with pytest.raises(Invalid) as caught:
        make.instance(ledger, operator, at, name="Ledger")
    assert list(caught.value.errors) == ["name"]
    with pytest.raises(Invalid) as caught:
        instances.edit(made, changes={"lifecycle": "frozen"}, by=operator, at=at)
    assert list(caught.value.errors) == ["lifecycle"]


def test_a_lifecycle_is_kept_with_its_reason(operator: User, at: datetime) -> None:
    made = make.instance(make.system(operator, at), operator, at)
    instances.set_lifecycle(
        made, lifecycle=Lifecycle.FROZEN, reason="overwritten", by=operator, at=at
    )
    line = Change.objects.about(made)[0]
    assert line.verb == "set to frozen"
    assert line.fields == {"lifecycle": ["active", "frozen"], "reason": ["", "overwritten"]}


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"name": "LEDGER-0606.dump"}, "name", "already a copy"),
        ({"taken_at": "future"}, "taken_at", "in the future"),
        ({"data_as_of": "future"}, "data_as_of", "in the future"),
        ({"data_as_of": "now"}, "data_as_of", "younger than the copy"),
        ({"taken_at": "naive"}, "taken_at", "time zone"),
        ({"sha256": "abc"}, "sha256", "holds no SHA-256"),
        ({"sha256": "z" * 64}, "sha256", "holds no SHA-256"),
        ({"sha256": "ab" * 16}, "sha256", "an MD5 (32 characters)"),
        ({"size_bytes": -1}, "size_bytes", "number from 0"),
        ({"size_bytes": 2**63}, "size_bytes", "number from 0"),
        ({"medium": "clay"}, "medium", "none of the words"),
        ({"place": ""}, "place", "missing"),
    ],
)
def test_bad_copies_have_a_sentence(
    facts: dict[str, Any], field: str, sentence: str, operator: User, at: datetime
) -> None:
    moments = {"future": at + HOUR, "now": at, "naive": at.replace(tzinfo=None)}
    ledger = make.system(operator, at)
    make.copy(ledger, operator, at)
    given = {name: moments.get(str(value), value) for name, value in facts.items()}
    with pytest.raises(Invalid) as caught:
        make.copy(ledger, operator, at, **{"name": "other"} | given)
    assert list(caught.value.errors) == [field]
    assert sentence in caught.value.errors[field]
    assert Copy.objects.count() == 1


def test_a_copy_is_taken_from_an_instance_of_its_system(operator: User, at: datetime) -> None:
    foreign = make.instance(make.system(operator, at, name="wiki"), operator, at)
    with pytest.raises(Invalid) as caught:
        make.copy(make.system(operator, at), operator, at, taken_from=foreign)
    assert list(caught.value.errors) == ["taken_from"]


def test_a_living_copy_may_hold_younger_records_than_itself(operator: User, at: datetime) -> None:
    ledger = make.system(operator, at)
    assert make.copy(ledger, operator, at, medium=Medium.LIVE_DATABASE, data_as_of=at).pk


def test_verifying_makes_a_copy_good(operator: User, verifier: User, at: datetime) -> None:
    copy = make.copy(make.system(operator, at), operator, at, sha256="", size_bytes=None)
    good = copies.verify(
        copy,
        how="restored on db-scratch-1",
        sha256=make.SHA256.upper(),
        size_bytes=5,
        restored=True,
        by=verifier,
        at=at,
    )
    assert (good.state, good.verified_by, good.verified_at) == (CopyState.GOOD, verifier, at)
    assert (good.sha256, good.size_bytes, good.restore_proven_at) == (make.SHA256, 5, at)
    assert Change.objects.about(copy)[0].fields["state"] == ["unverified", "good"]


@pytest.mark.parametrize(
    ("registered", "measured", "kept"),
    [
        (48_117_760, 48_129_638, 48_117_760),  # typed as 45.9 MiB, which the page shows
        (48_129_638, 48_117_760, 48_117_760),  # the register held 45.9 MiB
    ],
)
def test_a_size_that_was_typed_in_a_unit_is_the_same_and_the_exact_one_is_kept(
    registered: int, measured: int, kept: int, operator: User, at: datetime
) -> None:
    system = make.system(operator, at)
    copy = make.copy(system, operator, at, size_bytes=registered)
    good = copies.verify(copy, how="read back", size_bytes=measured, by=operator, at=at)
    assert good.size_bytes == kept
    same: dict[str, Any] = {"sha256": make.SHA256, "size_bytes": 48_100_000}  # 48.1 MB
    assert make.copy(system, operator, at, name="duplicate", **same).size_bytes == 48_100_000


@pytest.mark.parametrize(
    ("measured", "code"),
    [({"sha256": "1e" * 32}, "sha256_differs"), ({"size_bytes": 1}, "size_differs")],
)
def test_what_contradicts_the_register_changes_nothing(
    measured: dict[str, Any], code: str, operator: User, at: datetime
) -> None:
    copy = make.copy(make.system(operator, at), operator, at)
    with pytest.raises(Refused) as caught:
        copies.verify(copy, how="read back", **measured, by=operator, at=at)
    assert caught.value.code == code
    assert "Do not restore from it" in caught.value.remedy
    copy.refresh_from_db()
    assert (copy.state, copy.sha256, copy.verified_how) == ("unverified", make.SHA256, "")
    assert Change.objects.about(copy).count() == 1


@pytest.mark.parametrize("medium", [Medium.REMOVABLE, Medium.LAPTOP, Medium.TAPE])
@pytest.mark.parametrize("data_class", [DataClass.CONFIDENTIAL, DataClass.RESTRICTED])
def test_open_secrets_that_are_carried_about_are_never_good(
    medium: Medium, data_class: DataClass, operator: User, at: datetime
) -> None:
    ledger = make.system(operator, at, data_class=data_class)
    copy = make.copy(ledger, operator, at, medium=medium, encrypted=YesNoUnknown.UNKNOWN)
    assert keeping.exposed(copy)
    with pytest.raises(Refused) as caught:
        copies.verify(copy, how="read back", by=operator, at=at)
    assert caught.value.code == "not_encrypted"
    copies.edit(copy, changes={"encrypted": YesNoUnknown.YES}, by=operator, at=at)
    assert copies.verify(copy, how="read back", by=operator, at=at).state == CopyState.GOOD


@pytest.mark.parametrize("how", [" ", "x" * 201])
def test_how_it_was_verified_must_be_said(how: str, operator: User, at: datetime) -> None:
    copy = make.copy(make.system(operator, at), operator, at)
    with pytest.raises(Invalid) as caught:
        copies.verify(copy, how=how, by=operator, at=at)
    assert list(caught.value.errors) == ["how"]


def test_changing_what_was_verified_undoes_the_verification(operator: User, at: datetime) -> None:
    copy = make.copy(make.system(operator, at), operator, at, good=True)
    assert copies.edit(copy, changes={"place": "vault"}, by=operator, at=at).state == "good"
    edited = copies.edit(copy, changes={"sha256": "1e" * 32}, by=operator, at=at)
    assert (edited.state, edited.verified_at, edited.verified_by) == ("unverified", None, None)
    assert Change.objects.about(copy)[0].fields["state"] == ["good", "unverified"]


def test_marks_need_a_reason_and_are_kept(operator: User, at: datetime) -> None:
    copy = make.copy(make.system(operator, at), operator, at, good=True)
    with pytest.raises(Invalid) as invalid:
        copies.mark(copy, state=CopyState.GOOD, reason="", by=operator, at=at)
    assert set(invalid.value.errors) == {"state", "reason"}
    copies.mark(copy, state=CopyState.SUSPECT, reason="older than it says", by=operator, at=at)
    assert Change.objects.about(copy)[0].fields == {
        "state": ["good", "suspect"],
        "reason": ["", "older than it says"],
    }
    with pytest.raises(Refused, match="already suspect"):
        copies.mark(copy, state=CopyState.SUSPECT, reason="again", by=operator, at=at)


def test_destroyed_is_for_good(operator: User, at: datetime) -> None:
    copy = make.copy(make.system(operator, at), operator, at, good=True)
    copies.mark(copy, state=CopyState.DESTROYED, reason="overwritten", by=operator, at=at)
    with pytest.raises(Refused) as marked:
        copies.mark(copy, state=CopyState.SUSPECT, reason="found", by=operator, at=at)
    with pytest.raises(Refused) as verified:
        copies.verify(copy, how="read back", by=operator, at=at)
    assert marked.value.code == verified.value.code == "destroyed"


def test_nobody_undoes_a_change_without_having_seen_it(
    operator: User, verifier: User, at: datetime
) -> None:
    ledger = make.system(operator, at)
    seen = history.last(ledger)
    systems.edit(ledger, changes={"rpo": 2 * HOUR}, seen=seen, by=verifier, at=at)
    with pytest.raises(ChangedMeanwhile) as caught:
        systems.edit(ledger, changes={"rpo": 3 * HOUR}, seen=seen, by=operator, at=at)
    assert caught.value.code == "changed_meanwhile"
    assert "Verifier" in caught.value.sentence
    assert "RPO from “1 h” to “2 h”" in caught.value.sentence
    kept = systems.edit(
        ledger, changes={"rpo": 3 * HOUR}, seen=caught.value.seen, by=operator, at=at
    )
    assert kept.rpo == 3 * HOUR


def test_the_board_puts_the_worst_first(operator: User, at: datetime) -> None:
    safe = make.system(operator, at, name="safe", rpo=timedelta(days=2))
    make.copy(safe, operator, at, good=True)
    make.copy(safe, operator, at, good=True, name="second", medium=Medium.TAPE, place="vault")
    single = make.system(operator, at, name="single", rpo=timedelta(days=2))
    last = make.copy(single, operator, at, good=True)
    late = make.system(operator, at, name="late")
    make.copy(late, operator, at, good=True)
    undated = make.system(operator, at, name="undated")
    for name in ("a", "b"):
        make.copy(undated, operator, at, good=True, name=name, data_as_of=None)
    bare = make.system(operator, at, name="bare")
    make.copy(bare, operator, at)
    lines = board.summaries(at)
    assert [line.system.name for line in lines] == ["bare", "late", "single", "undated", "safe"]
    assert [line.met for line in lines] == [False, False, True, None, True]
    assert lines[1].sentence == "newest good copy is 26 h old; RPO 1 h: not met"
    assert [line.last_good for line in lines] == [False, True, True, False, False]
    assert lines[0].doubtful == 1
    assert [light.lit for light in lines[4].lights] == [True] * 5
    assert [light.lit for light in lines[2].lights] == [False, False, False, False, True]
    assert board.summary(safe, at) == lines[4]
    assert board.is_last_good(last)


def test_copies_are_told_by_their_newest_record(operator: User, at: datetime) -> None:
    ledger = make.system(operator, at)
    make.copy(ledger, operator, at, name="undated", data_as_of=None, taken_at=at)
    make.copy(ledger, operator, at, name="old", data_as_of=at - 99 * HOUR, taken_at=at)
    make.copy(ledger, operator, at, name="new", good=True)
    make.copy(make.system(operator, at, name="other"), operator, at, good=True)
    ordered = Copy.objects.of_system(ledger).newest_first()
    assert [copy.name for copy in ordered] == ["new", "old", "undated"]
    assert [copy.name for copy in Copy.objects.of_system(ledger).good()] == ["new"]


def test_a_machine_is_registered_once(operator: User, at: datetime) -> None:
    made = make.instance(make.system(operator, at), operator, at)
    kinds = {"first_kind": made.first_kind, "second_kind": made.second_kind}
    same = {**kinds, "first_value": made.first_value, "second_value": made.second_value.upper()}
    turned = {
        "first_kind": made.second_kind,
        "first_value": made.second_value,
        "second_kind": made.first_kind,
        "second_value": made.first_value,
    }
    wiki = make.system(operator, at, name="wiki")
    for identifiers in (same, turned):
        with pytest.raises(Invalid) as registered:
            make.instance(wiki, operator, at, name="main", **identifiers)
        assert "ledger of the system ledger" in registered.value.errors["second_value"]
    other = make.instance(wiki, operator, at, name="main", **{**same, "second_value": "another"})
    with pytest.raises(Invalid) as edited:
        instances.edit(other, changes=same, by=operator, at=at)
    assert "the same machine" in edited.value.errors["second_value"]
    gone = make.instance(wiki, operator, at, name="old", **same, lifecycle="decommissioned")
    with pytest.raises(Invalid) as back:
        instances.set_lifecycle(gone, lifecycle="active", by=operator, at=at)
    assert list(back.value.errors) == ["lifecycle"]
    instances.set_lifecycle(made, lifecycle="decommissioned", by=operator, at=at)
    instances.set_lifecycle(gone, lifecycle="active", by=operator, at=at)


@pytest.mark.parametrize(
    ("field", "value", "sign"),
    [
        ("name", "pr\u043ed", "U+043E CYRILLIC SMALL LETTER O"),
        ("name", "db\u00a01", "U+00A0 NO-BREAK SPACE"),
        ("name", "db\u31641", "U+3164 HANGUL FILLER"),
        ("name", "db\x7f1", "U+007F DELETE"),
        ("host", "db\u20131", "U+2013 EN DASH"),
        ("host", "\uff44b1", "U+FF44 FULLWIDTH LATIN SMALL LETTER D"),
    ],
)
def test_no_name_hides_or_misleads(
    operator: User, at: datetime, field: str, value: str, sign: str
) -> None:
    ledger = make.system(operator, at)
    with pytest.raises(Invalid) as refused:
        make.instance(ledger, operator, at, **{field: value})
    assert refused.value.errors[field].startswith(f"The {field} is misleading. It holds {sign}")
    instance = make.instance(ledger, operator, at)
    with pytest.raises(Invalid):
        instances.edit(instance, changes={field: value}, by=operator, at=at)


def test_people_name_things_in_their_own_language(operator: User, at: datetime) -> None:
    ledger = make.system(
        operator, at, name="\u0431\u0443\u0445\u0433\u0430\u043b\u0442\u0435\u0440\u0438\u044f"
    )
    made = make.copy(ledger, operator, at, name="M\u00fcller\u2019s copy \u2013 May")
    assert made.name == "M\u00fcller\u2019s copy \u2013 May"


def test_the_sentence_does_not_repeat_its_verdict(operator: User, at: datetime) -> None:
    """Pages put the two beside each other, and so does the front page."""
    ledger = make.system(operator, at)
    line = board.summary(ledger, at)
    assert (line.verdict, line.sentence) == ("cannot be restored", "no good copy")
    make.copy(ledger, operator, at, good=True)
    line = board.summary(ledger, at)
    assert line.verdict == "too old"
    assert line.sentence == "newest good copy is 26 h old; RPO 1 h: not met"
