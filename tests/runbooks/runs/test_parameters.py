"""Parameters: what may be chosen, and what is made of hostile values."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from inventory.enums import Environment
from inventory.models import Copy
from runbooks.enums import Operation, ParameterType, RunKind
from runbooks.machine.placeholders import fill, places
from runbooks.machine.state import ParameterFacts
from runbooks.procedure.model import Procedure
from runbooks.runs.choices import copies_for, instances_for
from runbooks.runs.parameters import choose
from tests.factories import inventory
from tests.runbooks.texts import procedure

TEMPLATE = """---
title: Tried
parameters:
  dump: {{type: copy, label: The backup, max_age: 48h}}
  target: {{type: instance, label: The server, environment: [production, staging]}}
  side: {{type: text, label: New name, default: restored}}
---

- [ ] Write `<side>` to <side>

  ```guard
  overwrite: {{target: target, from: dump}}
  ```

  ```{label}
  {command}
  ```
"""


def runbook(command: str = "true", label: str = "sh") -> Procedure:
    indented = command.replace("\n", "\n  ")
    return procedure(TEMPLATE.format(command=indented, label=label).encode())


def side(value: str, command: str, label: str = "sh") -> str:
    """What is wrong with the text parameter for this command; '' when nothing is."""
    read = runbook(command, label)
    only = replace(read, parameters=read.parameters[2:], operation=Operation.RESTORE)
    _, errors = choose(
        only, None, {"side": value}, kind=RunKind.LIVE, at=datetime.now().astimezone()
    )
    return errors.get("side", "")


def filled(value: str, command: str, label: str = "sh") -> str:
    """The command as text, as a person copies it."""
    (step,) = runbook(command, label).steps
    page = fill(step.body_html, {"side": ParameterFacts(value), "run": ParameterFacts("42")})
    assert "<script" not in page
    (code,) = re.findall(r"<pre><code[^>]*>(.*?)</code></pre>", page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", code)).rstrip("\n")


HOSTILE = ["a b", "a;reboot", "$(reboot)", "`reboot`", "it's", 'a"b', "a\\b", "*", "~", "<b>", "&&"]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("label", ["sh", "bash", ""])
def test_a_shell_reads_back_the_value(value: str, label: str) -> None:
    assert side(value, "printf %s <side>", label) == ""
    command = filled(value, "printf %s <side>", label)
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == value


@pytest.mark.parametrize(
    "command",
    [
        "psql -c 'drop database <side>'",
        'psql -c "drop database <side>"',
        'psql -c "\n  drop database <side>"',
        "psql -c \"select 'x' from <side>\"",
        '# don\'t worry\npsql -c "\n  drop database <side>"',
        "echo 'it'\"'\"'s <side>'",
        "psql <<EOF\ndrop database <side>;\nEOF",
        "cat <<'END-OF-IT'\n<side>\nEND-OF-IT",
        "ssh db-1 rm <side>",
        "sudo ssh db-1 \\\n  rm <side>",
        "eval rm <side>",
        "bash -lc <side>",
        "su postgres -c <side>",
    ],
)
@pytest.mark.parametrize("value", HOSTILE)
def test_between_quotes_only_plain_values_go(command: str, value: str) -> None:
    assert "would need quoting inside quotes" in side(value, command)
    assert side("ledger_2", command) == ""
    assert filled("ledger_2", command) == command.replace("<side>", "ledger_2")


@pytest.mark.parametrize(
    "command", ["cat <<A\nx\nA\nls <side>", "ssh db-1 ls; ls <side>", "scp <side> a:"]
)
def test_what_only_one_shell_reads_is_quoted(command: str) -> None:
    assert side("a b", command) == ""
    assert "'a b'" in filled("a b", command)


def test_an_apostrophe_in_a_comment_opens_no_string() -> None:
    command = "# don't stop\nprintf %s <side>"
    assert side("a b", command) == ""
    assert filled("a b", command).endswith("printf %s 'a b'")


@pytest.mark.parametrize("label", ["sh", "bash", ""])
@pytest.mark.parametrize(
    "command",
    [
        "ls -l <side>",
        'ls -l "<side>"',
        "ls -l '<side>'",
        "ls $(<side>)",
        "true; <side> x",
        "true|<side>",
        "ls `<side>`",
        "<side>",
        "true\\\n  <side>",
        "DIR=<side>; ls $DIR",
        'export DIR="<side>"',
        "sh -c 'ls <side>'",
        "rm -- <side>",
        "ls {<side>,b}",
        "ls {b,<side>}",
    ],
)
def test_no_value_becomes_an_option_of_a_shell_command(command: str, label: str) -> None:
    for value in ("-rf", "--help", "-"):
        assert "would take it for an option. Write a path as" in side(value, command, label)
    assert side("./-rf", command, label) == ""
    assert side("rf-", command, label) == ""


@pytest.mark.parametrize(
    "command",
    ["ls --sort=<side>", "ls ./<side>", "ls --sort='<side>'", "echo x<side>", "ls /srv/<side>"],
)
def test_a_hyphen_within_a_word_is_no_option(command: str) -> None:
    assert side("-rf", command) == ""


def test_a_hyphen_means_nothing_where_no_shell_reads() -> None:
    assert side("-5", "select 1 from x where n = '<side>'", "sql") == ""


@pytest.mark.parametrize("label", ["sql", "postgres", "postgresql", "pgsql", "mysql", "sqlite"])
@pytest.mark.parametrize("value", HOSTILE)
def test_sql_takes_plain_names_alone(value: str, label: str) -> None:
    assert "would need quoting inside SQL" in side(value, "drop database <side>", label)
    assert side("ledger_2", "drop database <side>", label) == ""
    assert filled("ledger_2", "drop database <side>", label) == "drop database ledger_2"


def test_a_value_between_the_quotes_of_sql() -> None:
    command = "-- don't\nselect 1 from x where name = '<side>'"
    assert side("it's", command, "sql")
    assert side("2026-03-04 03:12", command, "sql") == ""


@pytest.mark.parametrize("label", ["fish", "ssh", "powershell", "bat", "redis", "python", "nginx"])
def test_code_whose_quoting_is_not_known_takes_plain_values_alone(label: str) -> None:
    for value in [*HOSTILE, "x; rm y", "x & del y", "-rf", "--help", "%PATH%"]:
        assert "whose quoting is not known" in side(value, "del <side>", label)
    assert side("/srv/ledger_2@db:5432+x=1,y-z", "del <side>", label) == ""
    assert filled("ledger_2", "del <side>", label) == "del ledger_2"


@pytest.mark.parametrize("prompt", ["$", "db:~#", "postgres@<target.host>:~$", "%"])
def test_what_is_typed_at_a_shell_is_quoted_for_it(prompt: str) -> None:
    session = f"{prompt} printf %s <side>\n$ ls\nout <side>"
    for value in HOSTILE:
        assert side(value, session, "console") == ""
    assert "would take it for an option" in side("-rf", session, "console")
    (step,) = runbook(session, "console").steps
    page = fill(step.body_html, {"side": ParameterFacts("a b")})
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert "printf %s 'a b'" in text
    assert "out a b" in text


@pytest.mark.parametrize(
    ("prompt", "refusal"),
    [
        ("ledger=#", "would need quoting inside SQL"),
        ("mysql>", "would need quoting inside SQL"),
        ("redis>", "whose quoting is not known"),
        ("PS C:\\>", "whose quoting is not known"),
        (">>>", "whose quoting is not known"),
    ],
)
def test_what_is_typed_elsewhere_takes_what_fits_there(prompt: str, refusal: str) -> None:
    for value in HOSTILE:
        assert refusal in side(value, f"{prompt} drop <side>", "console")
    assert side("ledger_2", f"{prompt} drop <side>", "console") == ""


@pytest.mark.parametrize("label", ["text", "output", "json", "yaml"])
def test_output_and_data_take_any_value(label: str) -> None:
    assert side("a b; c", "name: <side>", label) == ""


def test_an_indented_block_is_a_shell_command() -> None:
    text = TEMPLATE.replace("```{label}\n", "").replace("  {command}\n  ```", "      ls '<side>'")
    read = procedure(text.format().encode())
    (place,) = [place for place in places(read.steps[0].body_html) if place.name == "side"]
    assert (place.label, place.quoted, place.begins) == ("", True, True)


def test_a_span_and_prose() -> None:
    (step,) = runbook().steps
    title = fill(step.title_html, {"side": ParameterFacts("<script>alert(1)</script>")})
    assert "&lt;script&gt;" in title
    assert "<script" not in title
    assert fill(step.title_html, {}).count("data-parameter") == 1


def test_the_number_of_the_run() -> None:
    assert filled("x", "echo <side>_<run>") == "echo x_42"


@given(st.text(max_size=30))
def test_no_value_becomes_markup(value: str) -> None:
    (step,) = runbook("echo <side>").steps
    page = re.sub(r'<span class="strange"[^<>]*>([^<]*)</span>|</?bdi>', r"\1",
                  fill(step.body_html, {"side": ParameterFacts(value)}))  # fmt: skip
    empty = fill(step.body_html, {"side": ParameterFacts("x")})
    assert page.count("<") == empty.count("<")
    assert page.count(">") == empty.count(">")


@pytest.fixture
def place(manager: User, at: datetime) -> SimpleNamespace:
    system = inventory.system(manager, at)
    return SimpleNamespace(
        system=system,
        production=inventory.instance(system, manager, at),
        laptop=inventory.instance(
            system, manager, at, name="laptop", host="laptop-1",
            environment=Environment.DEVELOPMENT, first_value="7301", second_value="b08d",
        ),
        copy=inventory.copy(system, manager, at, good=True),
    )  # fmt: skip


Chooses = Callable[..., dict[str, str]]


@pytest.fixture
def errors(place: SimpleNamespace, at: datetime) -> Chooses:
    def ask(kind: RunKind = RunKind.LIVE, late: timedelta = timedelta(), **raw: Any) -> Any:
        given = {"dump": str(place.copy.pk), "target": str(place.production.pk), **raw}
        chosen, errors = choose(runbook(), place.system, given, kind=kind, at=at + late)
        assert set(chosen).isdisjoint(errors) or kind is RunKind.DRILL
        return errors

    return ask


def test_a_good_choice_keeps_what_the_inventory_says(
    place: SimpleNamespace, at: datetime, errors: Chooses
) -> None:
    assert errors() == {}
    raw = {"dump": str(place.copy.pk), "target": str(place.production.pk)}
    chosen, _ = choose(runbook(), place.system, raw, kind=RunKind.LIVE, at=at)
    assert chosen["side"].facts.value == "restored"
    assert chosen["target"].facts.identifiers == (
        place.production.first_value,
        place.production.second_value,
    )
    assert chosen["dump"].facts.fields["place"] == place.copy.place


def test_bad_choices_have_their_sentence(place: SimpleNamespace, errors: Chooses) -> None:
    assert errors(flavour="x") == {"flavour": "This runbook has no such parameter."}
    assert "development; wanted is" in errors(target=str(place.laptop.pk))["target"]
    assert "no such instance" in errors(target="999")["target"]
    assert "no such instance" in errors(target="9" * 40)["target"]
    assert "no such instance" in errors(target="1; drop table")["target"]
    assert "no such copy" in errors(dump="²")["dump"]
    assert errors(dump=" ")["dump"] == "Choose: The backup."
    assert "on one line" in errors(side="a\nb")["side"]
    assert "401 characters; at most 400" in errors(side="x" * 401)["side"]
    assert "is allowed here" in errors(late=timedelta(days=2))["dump"]


def test_a_drill_never_writes_into_production(errors: Chooses) -> None:
    assert "never writes into production" in errors(RunKind.DRILL)["target"]


def test_a_copy_of_another_system_is_no_choice(
    place: SimpleNamespace, manager: User, at: datetime, errors: Chooses
) -> None:
    other = inventory.system(manager, at, name="billing")
    foreign = inventory.copy(other, manager, at, name="billing.dump")
    assert "of this system" in errors(dump=str(foreign.pk))["dump"]


def test_a_quarantined_copy_is_no_choice(place: SimpleNamespace, errors: Chooses) -> None:
    Copy.objects.filter(pk=place.copy.pk).update(state="quarantined")
    assert "is quarantined" in errors()["dump"]


GUARDED = b"""---
title: Tried
parameters:
  dump: {type: copy, label: The backup}
  into: {type: copy, label: The copy that is written over}
  target: {type: instance, label: The server}
---

- [ ] Look

  ```guard
  identify: target
  direction: {from: dump, into: into}
  ```
"""
KINDS = {"name": "name", "host": "host name", "address": "network address", "role": "machine id"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kinds", "known"),
    [(("name", "host"), False), (("host", "address"), False), (("name", "role"), True)],
)
def test_what_is_identified_has_an_identifier_that_is_read_off_it(
    operator: User, at: datetime, kinds: tuple[str, str], known: bool
) -> None:
    system = inventory.system(operator, at)
    first, second = (KINDS[kind] for kind in kinds)
    target = inventory.instance(system, operator, at, first_kind=first, second_kind=second)
    given = {"target": str(target.pk)}
    _, errors = choose(procedure(GUARDED), None, given, kind=RunKind.LIVE, at=at)
    assert ("target" not in errors) is known
    assert known or "read off the machine" in errors["target"]


@pytest.mark.django_db
def test_nothing_is_written_into_the_last_good_copy(operator: User, at: datetime) -> None:
    system = inventory.system(operator, at)
    only = inventory.copy(system, operator, at, good=True)
    given = {"into": str(only.pk), "dump": str(only.pk)}
    _, errors = choose(procedure(GUARDED), None, given, kind=RunKind.LIVE, at=at)
    assert "LAST GOOD COPY" in errors["into"]
    assert "dump" not in errors
    second = inventory.copy(system, operator, at, good=True, name="second")
    given["dump"] = str(second.pk)
    _, errors = choose(procedure(GUARDED), None, given, kind=RunKind.LIVE, at=at)
    assert "into" not in errors


@pytest.mark.django_db
def test_a_copy_is_compared_with_the_newest_data_that_is_known(
    operator: User, at: datetime
) -> None:
    system = inventory.system(operator, at)
    old = at - timedelta(days=62)
    inventory.copy(system, operator, at, name="old", taken_at=old, data_as_of=old)
    replica: dict[str, Any] = {"medium": "replica", "data_as_of": at - timedelta(days=1)}
    inventory.copy(system, operator, at, name="replica", **replica)
    spec = procedure(GUARDED).parameters[0]
    choices = {str(choice.copy): choice for choice in copies_for(spec, system, at=at)}
    assert choices["old"].behind == "61 days older than the newest data that is known, in replica."
    assert choices["replica"].behind == ""
    assert choices["old"].met is False
    assert "RPO 1 h: NOT MET" in choices["old"].loss
    assert choices["old"].doubts == ()  # the loss says it already


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lifecycle", "doubts"),
    [("active", ()), ("scratch", ()), ("frozen", ("The inventory calls it frozen.",))],
)
def test_an_instance_that_is_not_in_use_is_doubted_unless_it_is_scratch(
    operator: User, at: datetime, lifecycle: str, doubts: tuple[str, ...]
) -> None:
    system = inventory.system(operator, at)
    inventory.instance(system, operator, at, lifecycle=lifecycle)
    spec = next(
        parameter
        for parameter in procedure(GUARDED).parameters
        if parameter.type is ParameterType.INSTANCE
    )
    (choice,) = instances_for(spec, system)
    assert choice.doubts == doubts


@pytest.mark.parametrize(
    ("value", "sign"),
    [
        ("ledger\u20132", "U+2013 EN DASH"),
        ("l\u0435dger", "U+0435 CYRILLIC SMALL LETTER IE"),
        ("led\u200bger", "U+200B ZERO WIDTH SPACE"),
        ("led\u00a0ger", "U+00A0 NO-BREAK SPACE"),
        ("\u202eledger", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("led\x7fger", "U+007F DELETE"),
    ],
)
def test_no_value_in_a_command_hides_or_misleads(value: str, sign: str) -> None:
    sentence = side(value, "createdb <side>")
    assert sign in sentence
    assert sentence.endswith("Type it again.")


def test_a_value_in_no_command_may_have_a_dash_and_other_letters() -> None:
    assert side("Wartung \u2013 Teil 2", "true") == ""
    assert side("\u0441\u0435\u0440\u0432\u0435\u0440", "createdb <side>") == ""
    assert "U+0435" in side("l\u0435dger", "true")


@pytest.mark.django_db
def test_a_name_of_the_inventory_that_misleads_is_not_written_into_a_command(
    admin: User, at: datetime
) -> None:
    system = inventory.system(admin, at)
    target = inventory.instance(system, admin, at, name="ledger \u2013 new")
    dump = inventory.copy(system, admin, at)
    given = {"target": str(target.pk), "dump": str(dump.pk), "side": "restored"}
    read = runbook("psql -d <target.name>")
    _, errors = choose(read, system, given, kind=RunKind.LIVE, at=at)
    assert "is written into a command of step 1. It holds U+2013 EN DASH" in errors["target"]
    _, errors = choose(runbook("psql"), system, given, kind=RunKind.LIVE, at=at)
    assert "target" not in errors
