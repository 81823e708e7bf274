"""What a text asks of each role, in words."""

from __future__ import annotations

from runbooks.enums import RunRole
from runbooks.screen.expected import parts
from tests.factories.cutover import TEXT
from tests.runbooks.texts import procedure


def duties(source: bytes) -> dict[RunRole, str]:
    return {part.role: " ".join(part.does) for part in parts(procedure(source))}


def test_each_role_is_told_its_steps_by_number() -> None:
    by_role = duties(TEXT)
    operator, verifier = by_role[RunRole.OPERATOR], by_role[RunRole.VERIFIER]
    assert "Does 10 of 10 steps" in operator
    assert "Reads two identifiers off the machine: step 1." in operator
    assert "confirms just before the act: step 9." in verifier
    assert (
        "Signs for the loss, if it is more than was promised: step 5." in by_role[RunRole.DECIDER]
    )
    for role in (RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER):
        assert "Confirms the team check from their own screen: step 8." in by_role[role]


def test_the_typed_confirmations_are_counted() -> None:
    assert "Types a name to confirm twice: steps 7 and 9." in duties(TEXT)[RunRole.OPERATOR]


def test_a_plain_list_asks_nothing_more() -> None:
    by_role = duties(b"---\ntitle: A list\n---\n- [ ] One\n\n- [ ] Two\n")
    assert by_role[RunRole.OPERATOR] == "Does 2 of 2 steps and ticks them."
    assert by_role[RunRole.VERIFIER].startswith("Nothing that this text asks for")
    assert by_role[RunRole.DECIDER] == "Owns go and no-go."


def test_who_measures_and_who_releases() -> None:
    by_role = duties(
        b"---\ntitle: A list\n---\n- [ ] One\n\n  ```guard\n  record: {rows: {type: number}}\n"
        b"  countersign: after\n  ```\n\n- [ ] Two\n\n  ```guard\n  hold: decider\n  ```\n\n"
        b"- [ ] Three\n\n  ```guard\n  role: verifier\n  ```\n"
    )
    assert "Measures again, without seeing the first value: step 1." in by_role[RunRole.VERIFIER]
    assert "Does step 3." in by_role[RunRole.VERIFIER]
    assert "Releases, with a reason: step 2." in by_role[RunRole.DECIDER]
    assert "Does 2 of 3 steps" in by_role[RunRole.OPERATOR]


def test_sub_steps_are_named_where_they_are_counted() -> None:
    by_role = duties(b"---\ntitle: A list\n---\n- [ ] One\n  - [ ] First\n  - [ ] Second\n")
    assert by_role[RunRole.OPERATOR] == "Does 3 of 3 steps and sub-steps and ticks them."
