"""Rules about decisions, branches and pace."""

from __future__ import annotations

import pytest

from tests.runbooks.lint.linting import ACT, OVERWRITE, flagged, restore, runbook, step


def test_a_section_that_says_when_to_stop_is_left_alone():
    act = step("Swap the databases", OVERWRITE)
    assert not flagged(
        "L09", runbook("## Swap\n\n", act, step("Look", text="Abort when it fails."))
    )
    (finding,) = flagged(
        "L09", runbook("## Swap\n\n", act, "## End\n\n", step("Stop", "hold: decider"))
    )
    assert "“Swap”" in finding.sentence
    assert "End" not in finding.sentence


def test_the_first_killer_steps_of_a_section_are_not_late():
    steps = [step(f"Stop job {n}") for n in range(6)]
    late = step("Stop the writers", "freeze: target")
    act = step("Swap the databases", OVERWRITE)
    assert flagged("L13", runbook(*steps, late, act))
    pause = step("Decide", "hold: decider")
    assert not flagged("L13", runbook(*steps, pause, late, act))
    assert not flagged("L13", runbook("## A\n\n", *steps, "## B\n\n", late, act))


def test_a_count_at_the_act_proves_the_writers_again():
    jobs = [step(f"Stop job {n}") for n in range(6)]
    first = runbook("## A\n\n", step("Stop the writers", "freeze: target"), *jobs, "## B\n\n")
    act = step("Swap the databases", OVERWRITE)
    count = step("Count", "record: {clients: {type: number, equals: 0}}")
    (finding,) = flagged("L14", first + act)
    assert finding.sentence == "`freeze` of step 1 lies 6 steps before this act."
    assert not flagged("L14", first + count + act)


def test_sub_steps_are_not_counted_between_pauses():
    groups = "".join(f"- [ ] Stop group {n}\n  - [ ] Stop its jobs\n" for n in range(9))
    act = step("Swap the databases", OVERWRITE)
    assert not flagged("L20", runbook(groups, "\n## Swap\n\n", act))
    assert flagged("L20", runbook(groups, act))


def test_sixty_steps_are_enough():
    long = "".join(f"## Part {n}\n\n{step('Look', 'hold: decider')}" for n in range(61))
    (finding,) = flagged("L20", runbook(long))
    assert "61" in finding.sentence


def test_a_mark_that_is_read_back_proves_the_machine_again():
    jobs = [step(f"Stop job {n}") for n in range(6)]
    first = runbook("## A\n\n", step("Identify it", "identify: target"), *jobs, "## B\n\n")
    act = step("Swap the databases", OVERWRITE)
    assert flagged("L14", first + act)
    assert not flagged("L14", first + step("Read the mark", "mark: target") + act)


def test_a_decision_is_also_one_that_is_said_in_words():
    sign_off = step("Get the sign-off of the owner")
    assert flagged("L29", restore(ACT))
    assert not flagged("L29", restore(sign_off, ACT))


@pytest.mark.parametrize(
    ("options", "more", "wrong"),
    [
        ("{go: '', also: ''}", "", True),
        ("{go: '', stop: off}", "", False),
        ("{go: '', again: off}", "", False),
    ],
)
def test_a_question_decides_something(options, more, wrong):
    ask = step("Choose", f"decide: {{question: Which?, options: {options}}}")
    source = f"## Begin\n\n{ask}\n## Off {{#off .aside}}\n\n{step('Stop')}{more}"
    findings = [f for f in flagged("L43", source) if "decides nothing" in f.sentence]
    assert bool(findings) is wrong


LOOP = """
## Begin

- [ ] Look

  ```guard
  on_mismatch: off
  ```

## Off {#off .aside}

- [ ] Restart it%s

  ```guard
  decide: {question: Better?, options: {yes: '', no: %s}}%s
  ```

## Other {#other .aside}

- [ ] Judge

  ```guard
  decide: {question: Better?, options: {yes: '', no: off}}
  ```
"""


@pytest.mark.parametrize(
    ("limit", "answer", "more", "count"),
    [
        ("", "off", "", 1),
        (" at most twice", "off", "", 0),
        ("", "off", "\n  hold: decider", 0),
        ("", "other", "", 2),
    ],
)
def test_loops_have_a_limit(limit, answer, more, count):
    loops = [
        f for f in flagged("L43", LOOP % (limit, answer, more)) if "back to this" in f.sentence
    ]
    assert len(loops) == count


def test_sections_that_nobody_reaches_and_steps_that_are_not_there():
    source = (
        "## Begin\n\n- [ ] Look, then go on with step 7\n\n## Off {#off .aside}\n\n- [ ] Stop\n"
    )
    sentences = [f.sentence for f in flagged("L43", source)]
    assert any("nobody ever gets there" in s for s in sentences)
    assert any("the runbook has 2 steps" in s for s in sentences)
    reached = source.replace("then go on with step 7", "then go on with step 1")
    assert not flagged("L43", "---\non_abort: off\n---\n" + reached)


def test_a_way_to_a_section_without_steps():
    source = "---\non_abort: off\n---\n## Begin\n\n- [ ] Look\n\n## Off {#off .aside}\n\nNothing.\n"
    assert "has no step" in flagged("L43", source)[0].sentence
