"""Every class of mistake is found where it stands, with a sentence and what to write instead."""

from __future__ import annotations

import pytest

from lib.units import lengths
from runbooks.enums import Level
from runbooks.procedure.model import Finding
from runbooks.procedure.parser import parse

ERROR, WARNING = Level.ERROR, Level.WARNING
PARAMETERS = "---\nparameters:\n  dump: {type: copy}\n  target: {type: instance}\n---\n"

# (source, code, level, line, column, sentence, suggestion)
IN_THE_TEXT = [
    (
        b"- [ ] a\n\xff",
        "encoding",
        ERROR,
        2,
        1,
        "The text is not UTF-8 from line 2 on.",
        "Save the file as UTF-8.",
    ),
    (
        "- [ ] ü\nx\0".encode(),
        "encoding",
        ERROR,
        2,
        2,
        "The text holds a NUL character.",
        "Remove it.",
    ),
    (
        b"x" * 100_001,
        "too_large",
        ERROR,
        1,
        1,
        "The file has 100,001 bytes; at most 100,000 are read.",
        "Split it.",
    ),
    (
        b"- [ ] a\n\n" + b"[" * 201,
        "too_hard",
        ERROR,
        3,
        1,
        "There are 201 opening brackets in this "
        "paragraph; at most 200 are read, and not in many paragraphs.",
        "Split it.",
    ),
    (
        b"- [ ] a\n" * 501,
        "too_many_steps",
        ERROR,
        501,
        1,
        "The runbook has 501 steps; at most 500 are read.",
        "Split it.",
    ),
    (
        b"- [X] a",
        "ticked",
        WARNING,
        1,
        1,
        "This step is already ticked in the text; a run begins unticked.",
        "Write `[ ]`.",
    ),
    (b"x\n\n- [ ]", "untitled_step", WARNING, 3, 1, "This step has no title.", "Say what to do."),
    (
        b"- [ ] a\n- [] b",
        "nearly_a_step",
        WARNING,
        2,
        1,
        "This looks like a step, but is read as plain text.",
        "Write `[ ]` with one space inside and one behind it.",
    ),
    (
        b"- [ ] a {#x}\n- [ ] b {#x}",
        "duplicate_id",
        ERROR,
        2,
        1,
        "The id `x` is given twice.",
        "Ids of sections and steps must differ.",
    ),
    (
        b"- [ ] a\n\n```guard\nhold: decider\n```\n",
        "loose_guard",
        ERROR,
        3,
        1,
        "This guard block belongs to no step.",
        "Indent it as far as the text of its task item.",
    ),
    (
        b"- [ ] a\n\n  ```guard\n  ```\n\n  ```guard\n  ```\n",
        "second_guard",
        ERROR,
        6,
        1,
        "A step has at most one guard block.",
        "Put its keys into the first one.",
    ),
    (
        b"- [ ] a\n\n  ```sh\n  b\n\n- [ ] c",
        "open_fence",
        ERROR,
        3,
        1,
        "The code block that begins here is never closed, so the rest is taken for code.",
        "Close it with a line ```, indented like its first line.",
    ),
    (
        b"- [ ] a\n\n  ~~~guard\n  hold: decider",
        "open_fence",
        ERROR,
        3,
        1,
        "The guard block that begins here is never closed, so the rest is taken for code.",
        "Close it with a line ~~~, indented like its first line.",
    ),
    (
        b"- [ ] a\n\n```sh\nx\n```\n",
        "loose_command",
        WARNING,
        3,
        1,
        "This command stands below a step but belongs to none.",
        "Indent it as far as the text of its task item.",
    ),
    (
        b"- [ ] `<run.id>`",
        "unknown_field",
        ERROR,
        1,
        8,
        "`<run.id>`: the run has no field `id`.",
        "There is `token`.",
    ),
]


FRONT_MATTER = [
    (
        "title: a: b",
        "yaml",
        2,
        9,
        "This is not readable as YAML: mapping values are not allowed in this context.",
        "Put a text that contains `: `, `#`, quotes or brackets in quotation marks.",
    ),
    (
        "x: &x 1\ntitle: *x",
        "yaml",
        3,
        8,
        "YAML aliases (`*name`) are not read here.",
        "Write the value out.",
    ),
    (
        "- a",
        "wrong_type",
        2,
        1,
        "The front matter must be a group of keys, but here is a list.",
        "Write `title: …`.",
    ),
    (
        "use: step by step",
        "wrong_type",
        2,
        6,
        "`use` must be `step-by-step` or `reference`, but here is `step by step`.",
        "Did you mean `step-by-step`?",
    ),
    ("title: [a]", "wrong_type", 2, 8, "`title` must be a text, but here is a list.", ""),
    (
        "title: a\ntitle: b",
        "duplicate_key",
        3,
        1,
        "`title` stands here twice.",
        "Keep one of them.",
    ),
    ("waive: {X5: a}", "waive", 2, 9, "`X5` is no rule of the linter.", "Write `L05`."),
    ("waive: {L05: }", "wrong_type", 2, 14, "`L05` must be a text, but here is nothing.", ""),
    (
        "parameters:\n  9x: {type: text}",
        "bad_name",
        3,
        3,
        "`9x` cannot be the name of a parameter.",
        "Begin with a letter; use letters, digits and `_`.",
    ),
    (
        "parameters:\n  run: {type: text}",
        "bad_name",
        3,
        3,
        "`run` is the run itself and cannot be declared.",
        "",
    ),
    (
        "parameters:\n  a-b: {type: text}\n  a_b: {type: text}",
        "duplicate_key",
        4,
        3,
        "`a_b` stands here twice.",
        "Keep one of them.",
    ),
    ("parameters:\n  x: {label: a}", "missing_key", 3, 6, "The parameter `x` lacks `type`.", ""),
    (
        "parameters:\n  x: {type: instanc}",
        "wrong_type",
        3,
        13,
        "`type` must be `instance`, `copy`, "
        "`text`, `number`, `datetime`, `duration` or `choice`, but here is `instanc`.",
        "Did you mean `instance`?",
    ),
    (
        "parameters:\n  x: copy",
        "wrong_type",
        3,
        6,
        "The parameter `x` must be a group of keys, but here is `copy`.",
        "Write `type: …, label: …`.",
    ),
    (
        "parameters:\n  x: {type: text, max_age: 2h}",
        "unfit",
        3,
        28,
        "`max_age` means nothing for a parameter of type `text`.",
        "",
    ),
    (
        "parameters:\n  x: {type: copy, max_age: 24}",
        "wrong_type",
        3,
        28,
        "`max_age` must be a duration, but here is `24`.",
        f"“24” is not a duration: it has no unit. {lengths.HINT}",
    ),
    (
        "parameters:\n  x: {type: choice}",
        "missing_key",
        3,
        6,
        "The choice `x` lacks its `options`.",
        "",
    ),
    (
        "parameters:\n  x: {type: choice, options: [a], default: b}",
        "wrong_type",
        3,
        44,
        "`default` must be one of the `options`, but here is `b`.",
        "The options are: a.",
    ),
    (
        "parameters:\n  x: {type: text, pattern: '('}",
        "pattern",
        3,
        28,
        "`pattern` cannot be read as a regular expression: a `(` is never closed.",
        "",
    ),
    (
        "parameters:\n  x: {type: text, pattern: '(?!prod).*'}",
        "pattern",
        3,
        28,
        "`pattern` cannot be read as a regular expression: it looks ahead or behind, which is not"
        " supported.",
        "Write what the whole text consists of, such as `[a-z]+_[0-9]+`.",
    ),
    (
        "parameters:\n  x: {type: text, pattern: '[a-z]+', default: Side}",
        "contradiction",
        3,
        47,
        "`default` breaks the other rules of `x`. It does not match the format that the runbook"
        " asks for: `[a-z]+`.",
        "",
    ),
    (
        "parameters:\n  x: {type: number, min: 5, default: 3}",
        "contradiction",
        3,
        38,
        "`default` breaks the other rules of `x`. It is below 5.",
        "",
    ),
    (
        "parameters:\n  x: {type: datetime, max: 2026-01-01 00:00 UTC,"
        " default: 2026-02-01 00:00 UTC}",
        "contradiction",
        3,
        59,
        "`default` breaks the other rules of `x`. It is above 2026-01-01 00:00 UTC.",
        "",
    ),
    (
        "parameters:\n  x: {type: duration, min: 2h, max: 90m}",
        "order",
        3,
        28,
        "`min` is greater than `max`.",
        "",
    ),
]


@pytest.mark.parametrize("case", IN_THE_TEXT, ids=lambda case: case[1])
def test_mistakes_in_the_text(case):
    source, code, level, line, column, sentence, suggestion = case
    parsed = parse(source)
    assert list(parsed.findings) == [
        Finding(f"syntax.{code}", level, line, column, sentence, suggestion)
    ]
    assert (parsed.procedure is None) is (level is ERROR)


@pytest.mark.parametrize("case", FRONT_MATTER, ids=lambda case: f"{case[1]}: {case[0]}")
def test_mistakes_in_the_front_matter(case):
    source, code, line, column, sentence, suggestion = case
    parsed = parse(f"---\n{source}\n---\n- [ ] a\n".encode())
    findings = [f for f in parsed.findings if f.level is ERROR]
    assert findings == [Finding(f"syntax.{code}", ERROR, line, column, sentence, suggestion)]
    assert parsed.procedure is None


def test_a_step_that_is_swallowed_by_the_paragraph_above_it_is_told():
    (finding,) = parse(b"- [ ] a\n\n  text\n  2. [ ] b\n").findings
    assert (finding.code, finding.level, finding.line) == ("syntax.nearly_a_step", WARNING, 4)
    assert finding.suggestion == "Leave a blank line above it."


def test_front_matter_that_is_never_closed():
    (finding,) = parse(b"---\ntitle: a\n\ntext\n").findings
    assert finding.sentence == "The front matter that begins here is never closed."


@pytest.mark.parametrize("name", ["db_password", "api-key", "Auth Token", "secret_x", "key"])
@pytest.mark.parametrize(
    "place",
    [
        "---\nparameters:\n  {}: {{type: text}}\n---\n- [ ] a\n",
        "\n\n- [ ] a\n\n  ```guard\n  record: {{{}: }}\n  ```\n",
    ],
)
def test_secrets_are_never_asked_for(name, place):
    (finding,) = parse(place.format(name).encode()).findings
    assert finding.code == "syntax.secret"
    assert finding.suggestion == "Say where the secret is found; never ask for it."


def test_unknown_keys_of_the_front_matter_are_warnings_and_metadata_is_silent():
    source = (
        b"---\nowner: a\ntags: [b]\nlast_reviewed_on: 2024-01-01\nparamters: {}\n---\n- [ ] a\n"
    )
    parsed = parse(source)
    assert parsed.findings == (
        Finding(
            "syntax.unknown_key",
            WARNING,
            5,
            1,
            "`paramters` in the front matter means nothing here.",
            "Did you mean `parameters`?",
        ),
    )
    assert parsed.procedure is not None


@pytest.mark.parametrize("field", ["target.hots", "dump.host", "dump.sha1"])
def test_unknown_fields_of_declared_parameters(field):
    source = f"{PARAMETERS}- [ ] a\n\n  ```sh\n  one\n  two <{field}> <other.thing>\n  ```\n"
    (finding,) = parse(source.encode()).findings
    assert (finding.code, finding.line, finding.column) == ("syntax.unknown_field", 10, 7)


@pytest.mark.parametrize(
    "source",
    [
        b"[" * 5_000,
        b">" * 10_000,
        b"- " * 50_000,
        b"1. " * 33_000,
        b"- [ ] a\n" * 12_000,
        b"# a\n\n" * 20_000,
        b"---\na: " + b"[" * 5_000 + b"\n---\n",
        b"---\n" + b"- " * 5_000 + b"\n---\n",
        b"---\n" + b"a: b\n" * 19_000 + b"---\n",
        b"- [ ] a\n\n  ```guard\n  " + b"{a: " * 4_000 + b"\n  ```\n",
        b"".join(b" " * n + b"- a\n" for n in range(400)),
    ],
    ids=lambda source: repr(source[:12]),
)
def test_hostile_sources_are_refused_with_a_sentence(source):
    parsed = parse(source)
    assert parsed.procedure is None
    assert any(f.level is ERROR and f.sentence.endswith(".") for f in parsed.findings)
