from __future__ import annotations

import json

import pytest

from runbooks.enums import CountersignTiming, ParameterType, RunRole, Use, ValueType
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.guards.target import Freeze
from runbooks.procedure.model import Decision, Duration, ValueSpec, Within
from runbooks.procedure.parser import parse
from runbooks.procedure.serialization import as_json, from_json

RUNBOOK = """\
---
title: Restore the ledger
system: ledger
use: step-by-step                # or: reference
owner: storage
purpose: Bring the ledger back
entry: [Writers can be stopped]
parameters:
  dump:   {type: copy, label: The backup to restore, max_age: 24h}
  target: {type: instance, label: The database that will be replaced, environment: [production]}
  at:     {type: text, default: 08:00}
do_not_use_if:
  - The storage itself is failing: use "Move the ledger to new storage".
waive: {L05: "one disk"}
---

Who to call.

## Stabilise

Read this first.

- [ ] Stop *every* writer

  Count the clients.

  ```sql
  select count(*) from pg_stat_activity;
  ```

  ```guard
  freeze: target
  record:
    clients: {type: number, equals: 0, blind: no}
  ```

- [ ] Read the newest row

  ```guard
  record:
    newest: {type: datetime, label: created_at}
  countersign: before
  decide: {question: Right?, options: {yes: , no: way-back}}
  ```

## Cut over

1. [ ] Swap {#swap}

   ```sh
   psql -h <Target.host> -c 'rename to old_<run>' <other>
   ```

   ```text
   as `<dump.sha256>`
   ```

   ```guard
   overwrite: {target: target, from: dump}
   countersign: before
   undo: way-back
   hold: decider
   role: verifier
   duration: {expected: 2m, max: 1h30m}
   record:
     newest_after: {type: datetime, within: {of: newest, tolerance: 5m}}
   ```
   * [ ] First
     + [ ] Deeper
     + only text
   * [ ] Second

## Way back {#way-back .aside}

- [ ] Swap
"""


@pytest.fixture(scope="module")
def procedure():
    parsed = parse(RUNBOOK.encode())
    assert parsed.findings == ()
    assert parsed.procedure is not None
    return parsed.procedure


def test_front_matter(procedure):
    assert (procedure.title, procedure.system, procedure.use) == (
        "Restore the ledger",
        "ledger",
        Use.STEP_BY_STEP,
    )
    assert procedure.entry == ("Writers can be stopped",)
    assert procedure.do_not_use_if == (
        'The storage itself is failing: use "Move the ledger to new storage".',
    )
    assert procedure.waive == (("L05", "one disk"),)
    assert procedure.intro_html == "<p>Who to call.</p>"


def test_parameters_keep_words_as_written(procedure):
    dump, target, at = procedure.parameters
    assert (dump.name, dump.type, dump.max_age) == ("dump", ParameterType.COPY, 86_400)
    assert target.environment == ("production",)
    assert (at.default, at.label) == ("08:00", "At")


def test_sections(procedure):
    assert [(s.key, s.title, s.line, s.aside) for s in procedure.sections] == [
        ("stabilise", "Stabilise", 19, False),
        ("cut-over", "Cut over", 46, False),
        ("way-back", "Way back", 73, True),
    ]
    assert procedure.sections[0].html == "<p>Read this first.</p>"


def test_steps_stand_in_ticking_order_with_their_lines(procedure):
    assert [
        (s.index, s.number, s.key, s.line, s.last_line, s.parent, s.depth, s.section)
        for s in procedure.steps
    ] == [
        (0, "1", "stop-every-writer", 23, 35, None, 0, "stabilise"),
        (1, "2", "read-the-newest-row", 37, 44, None, 0, "stabilise"),
        (2, "3.1.1", "deeper", 69, 69, 3, 2, "cut-over"),
        (3, "3.1", "first", 68, 70, 5, 1, "cut-over"),
        (4, "3.2", "second", 71, 71, 5, 1, "cut-over"),
        (5, "3", "swap", 48, 71, None, 0, "cut-over"),
        (6, "4", "swap-2", 75, 75, None, 0, "way-back"),
    ]


def test_titles_are_text_and_html(procedure):
    assert procedure.steps[0].title == "Stop every writer"
    assert procedure.steps[0].title_html == "Stop <em>every</em> writer"


def test_bodies_hold_everything_but_guards_and_steps(procedure):
    first, swap = procedure.steps[0], procedure.steps[5]
    assert "Count the clients." in first.body_html
    assert "freeze" not in first.body_html
    assert "Deeper" not in swap.body_html
    assert "only text" in procedure.steps[3].body_html


def test_commands_are_exact_and_wrapped(procedure):
    swap = procedure.steps[5]
    assert procedure.steps[0].commands == (("sql", "select count(*) from pg_stat_activity;"),)
    assert swap.commands == (("sh", "psql -h <Target.host> -c 'rename to old_<run>' <other>"),)
    assert (
        '<div class="command" data-command="0"><pre><code class="language-sh">psql -h '
        '<var data-parameter="target.host">&lt;Target.host&gt;</var> -c \'rename to old_'
        '<var data-parameter="run">&lt;run&gt;</var>\' &lt;other&gt;\n</code></pre>'
    ) in swap.body_html
    assert 'data-command="1"' not in swap.body_html
    assert '`<var data-parameter="dump.sha256">&lt;dump.sha256&gt;</var>`' in swap.body_html


def test_guards(procedure):
    first, second, swap = (procedure.steps[n].guard for n in (0, 1, 5))
    assert first.record == (
        ValueSpec("clients", ValueType.NUMBER, "Clients", equals="0", blind=False),
    )
    assert first.demands == (Freeze("target"),)
    assert second.countersign is CountersignTiming.BEFORE
    assert second.decide == Decision("Right?", (("yes", ""), ("no", "way-back")))
    assert (swap.countersign, swap.hold, swap.role) == (
        CountersignTiming.BEFORE,
        RunRole.DECIDER,
        RunRole.VERIFIER,
    )
    assert swap.duration == Duration(expected=120, max=5_400)
    assert swap.undo == "way-back"
    assert swap.record[0].within == Within("newest", "5m")
    assert swap.demands == (Overwrite("target", "dump"),)
    assert (procedure.written_into(), procedure.read_from()) == ("target", "dump")


def test_json_and_back(procedure):
    assert from_json(json.loads(json.dumps(as_json(procedure)))) == procedure


def test_plain_task_items_are_a_good_runbook():
    parsed = parse(b"- [ ] one\n- [ ] two\n", name="two-steps.md")
    assert parsed.findings == ()
    assert parsed.procedure is not None
    assert parsed.procedure.title == "two-steps.md"
    assert [s.title for s in parsed.procedure.sections] == [""]
    assert [s.number for s in parsed.procedure.steps] == ["1", "2"]


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("---\ntitle: A\n---\n# B\n", "A"),
        ("text\n\n# B {#b}\n\n## C\n", "B"),
        ("# <%= current_page.data.title %>\n\n## C\n", "C"),
        ("# <!-- x --> B\n", "B"),
        ("### D\n\n- [ ] x\n", "D"),
        ("Sub\n---\n", "Sub"),
        ("text", "file.md"),
    ],
)
def test_title(source, title):
    assert parse(source.encode(), name="file.md").procedure.title == title


def test_a_heading_that_is_the_title_is_not_said_twice():
    assert parse(b"# B\n\ntext").procedure.intro_html == "<p>text</p>"
    assert "<h1>B</h1>" in parse(b"---\ntitle: A\n---\n# B\n").procedure.intro_html


@pytest.mark.parametrize(
    ("source", "sections"),
    [
        ("# T\n\n## A\n\n### a\n\n## B\n", ["A", "B"]),
        ("# T\n\n# A\n\n## B\n", ["A", "B"]),
        ("# T\n\n### A\n\n#### a\n\n### B\n", ["A", "B"]),
        ("# T\n\n- [ ] x\n\n## A\n", ["", "A"]),
        ("# T\n\n> ## no section\n", []),
    ],
)
def test_section_headings(source, sections):
    assert [s.title for s in parse(source.encode()).procedure.sections] == sections


@pytest.mark.parametrize(
    "source",
    [
        "- [ ] a\n- [ ] b",
        "* [ ] a\n* [ ] b",
        "+ [ ] a\n\n\n+ [ ] b",
        "1. [ ] a\n1. [ ] b",
        "3) [ ] a\n4) [ ] b",
        "> - [ ] a\n> - [ ] b",
        "- group\n  - [ ] a\n- group\n  - [ ] b",
        "- [ ] a\n\n<!-- - [ ] c -->\n\n- [ ] b\n\n```text\n- [ ] d\n```",
        "\ufeff- [ ] a\r\n- [ ] b\r\n",
        "- [ ]\ta\n- [ ] b {.aside}",
    ],
)
def test_every_kind_of_task_item_is_a_step(source):
    steps = parse(source.encode()).procedure.steps
    assert [(s.number, s.title) for s in steps] == [("1", "a"), ("2", "b")]


def test_text_around_steps_belongs_to_the_section():
    parsed = parse(b"## S\n\nbefore\n\n- group\n  - [ ] a\n\nafter\n")
    html = parsed.procedure.sections[0].html
    assert html.index("before") < html.index("group") < html.index("after")
    assert "[ ]" not in html


def test_a_wrapped_title_is_one_title():
    assert parse(b"- [ ] one\n  two\n").procedure.steps[0].title == "one two"


@pytest.mark.parametrize(
    ("label", "is_command"),
    [
        ("", True),
        ("sh", True),
        ("Bash", True),
        ("sql", True),
        ("zsh title=x", True),
        ("console", True),
        ("powershell", True),
        ("cmd", True),
        ("python", True),
        ("js", True),
        ("{.bash}", True),
        ("a-word-of-their-own", True),
        ("text", False),
        ("output", False),
        ("yaml", False),
        ("nginx", False),
        ("{note}", False),
    ],
)
def test_labels_of_commands(label, is_command):
    step = parse(f"- [ ] a\n\n  ```{label}\n  x\n  ```\n".encode()).procedure.steps[0]
    assert bool(step.commands) is is_command
    assert ("data-command" in step.body_html) is is_command


def test_placeholders_are_found_however_they_are_spelled():
    source = (
        "---\nparameters:\n  cluster-name: {type: instance}\n---\n"
        "- [ ] `<Cluster name>` and `<cluster_name.HOST>` but <cluster-name>\n"
    )
    html = parse(source.encode()).procedure.steps[0].title_html
    assert '<var data-parameter="cluster_name">&lt;Cluster name&gt;</var>' in html
    assert '<var data-parameter="cluster_name.host">' in html
    assert html.endswith("but &lt;cluster-name&gt;")
