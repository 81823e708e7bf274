"""L58: signs in commands that cannot be seen, or are not the ones they look like."""

from __future__ import annotations

import time

import pytest

from runbooks.enums import Level
from runbooks.lint.findings import lint_text
from runbooks.procedure.parser import parse
from tests.runbooks.lint.linting import flagged

ERROR, WARNING = Level.ERROR, Level.WARNING


def command(line: str, label: str = "sh") -> str:
    return f"- [ ] Look at it\n\n  ```{label}\n  {line}\n  ```\n"


def levels(source: str) -> list[Level]:
    return [finding.level for finding in flagged("L58", source)]


@pytest.mark.parametrize(
    ("line", "column", "name", "instead"),
    [
        ("psql \u2013h db-1 -c 'select 1'", 8, "U+2013 EN DASH", "`-`"),
        ("psql -h db-1 -c '\u202e1 tceles'", 20, "U+202E RIGHT-TO-LEFT OVERRIDE", "Delete"),
        ("echo a\x1b[2K", 9, "U+001B ESCAPE", "Delete"),
        ("ls\u00a0-l /srv", 5, "U+00A0 NO-BREAK SPACE", "plain space"),
        ("ls\u3000-l /srv", 5, "U+3000 IDEOGRAPHIC SPACE", "plain space"),
        ("rm /srv/a\u200bb", 12, "U+200B ZERO WIDTH SPACE", "Delete"),
        ("psql -c \u201cselect 1\u201d", 11, "U+201C LEFT DOUBLE QUOTATION MARK", '`"`'),
        ("psql -c \u2018select 1\u2019", 11, "U+2018 LEFT SINGLE QUOTATION MARK", "`'`"),
        ("dropdb pr\u043ed", 12, "U+043E CYRILLIC SMALL LETTER O", "`o`"),
        ("dropdb 'pr\u043ed'", 13, "U+043E CYRILLIC SMALL LETTER O", "`o`"),
        ("psql -\u0441 'select 1'", 9, "U+0441 CYRILLIC SMALL LETTER ES", "`c`"),
        ("\u0441\u0440 -r /a /b", 3, "U+0441 CYRILLIC SMALL LETTER ES", "`c`"),
        ("\uff52\uff4d -r /a", 3, "U+FF52 FULLWIDTH LATIN SMALL LETTER R", "`r`"),
        ("ls /srv\u2215backup", 10, "U+2215 DIVISION SLASH", "`/`"),
        ("# \u2067hidden", 5, "U+2067 RIGHT-TO-LEFT ISOLATE", "Delete"),
        ("rm \x08\x08ls", 6, "U+0008 BACKSPACE", "Delete"),
        ("rm a\x7f", 7, "U+007F DELETE", "Delete"),
        ("rm a\x9b2K", 7, "U+009B CONTROL SEQUENCE INTRODUCER", "Delete"),
    ],
)
def test_what_changes_a_command_is_an_error(line, column, name, instead):
    finding = flagged("L58", command(line))[0]
    assert (finding.level, finding.line, finding.column) == (ERROR, 4, column)
    assert name in finding.sentence
    assert instead in finding.suggestion


@pytest.mark.parametrize(
    "line",
    [
        "psql -c \"select 'остаток по счёту' -- с начала года\"",
        "psql -c \"select * from t where name = 'Ελλάδα'\"",
        "psql -c \"select '数据库，全部'\"",
        "psql -c \"select 'قاعدة البيانات'\"",
        "# Копии за неделю – см. «список», не трогать",
        "# don\u2019t wait \u2013 it is slow…",
        "echo 'done \u2013 next: 2020\u20132021'",
        "echo 'don\u2019t stop'",
        "echo ⚠️ careful",
        "df -h # 20 µs",
        "grep Größe /srv/naïve.txt",
    ],
)
def test_people_write_in_their_own_language(line):
    assert levels(command(line)) == []


@pytest.mark.parametrize(
    "line",
    [
        'echo "She said \u201cstop\u201d" >&2',
        "echo Say \u201cyes\u201d",
        'ssh db "psql \u2013h x"',
        'grep "a\u00a0b" f',
        "# dаta",
        "pg_restore … ledger",
    ],
)
def test_what_may_be_meant_is_at_most_a_warning(line):
    flagged_levels = levels(command(line))
    assert flagged_levels
    assert set(flagged_levels) == {WARNING}


def test_sql_has_its_own_quotes_and_comments():
    text = command(
        "select '\u2013h' -- \u2013 \u201cx\u201d\n  from t where a = \u201cb\u201d", "sql"
    )
    findings = flagged("L58", text)
    assert [(finding.level, finding.line) for finding in findings] == [
        (WARNING, 4),
        (ERROR, 5),
        (ERROR, 5),
    ]


def test_a_here_document_is_text():
    text = command("cat <<'EOF'\n  don\u2019t \u2013 \u201cstop\u201d\n  EOF\n  ls \u2013l")
    assert [(finding.level, finding.line) for finding in flagged("L58", text)] == [
        (WARNING, 5),
        (WARNING, 5),
        (ERROR, 7),
    ]


def test_commands_outside_steps_and_in_running_text_are_read_too():
    text = (
        "Run `psql \u2013h db-1` first, see steps `3\u20135`.\n\n```sh\nls\u00a0-l\n```\n\n"
        "- [ ] Call `rm\u00a0-r x`\n\n      ls\u200b -l\n"
    )
    assert [finding.line for finding in flagged("L58", text)] == [1, 4, 7, 9]
    assert set(levels(text)) == {ERROR}


def test_a_block_that_shows_output_may_not_hide_anything():
    assert levels(command("a \u201cb\u201d \u2013 \u00a0", "text")) == []
    assert levels(command("a\u202eb", "text")) == [ERROR]
    assert levels(command("key:\u00a0value \u2013 x", "yaml")) == [WARNING]
    assert levels(command("total \u2013 \u201cx\u201d", "")) == [WARNING] * 3
    assert levels(command("psql \u2013h db", "")) == [ERROR]


def test_other_kinds_of_code_are_read_too():
    assert levels(command("Remove-Item \u2013Recurse x", "powershell")) == [WARNING]
    assert levels(command("Remove-Item\u00a0-Recurse x", "powershell")) == [ERROR]
    assert levels(command("$ psql \u2013h db\n  \u2018db\u2019 \u2013 not found", "console")) == [
        ERROR,
        WARNING,
        WARNING,
        WARNING,
    ]
    assert levels(command("del \u2013f x", "cmd")) == [ERROR]
    assert levels(command("x = d\u0430ta  # \u2013", "python"))[0] == ERROR


def test_running_text_may_not_reorder():
    assert levels("# A title\u202e\n\n- [ ] Look \u2013 at \u201cit\u201d\u00a0now\n") == [ERROR]
    assert levels("- [ ] Look\u2067 at it\n") == [WARNING]
    assert levels("- [ ] Look\x1b at it\n") == [ERROR]


def test_values_that_are_compared():
    text = (
        "---\nparameters:\n"
        "  folder: {type: text, label: The \u201cfolder\u201d, default: a\u2013b}\n---\n\n"
        "- [ ] Look\n\n  ```guard\n  record:\n"
        "    who: {type: text, label: A \u2013 b, equals: \u201cok\u201d}\n"
        "    how: {type: text, label: x, equals: o\u200bk}\n  ```\n"
    )
    places = [(finding.line, finding.level) for finding in flagged("L58", text)]
    assert places == [(3, WARNING), (10, WARNING), (10, WARNING), (11, ERROR)]


def test_a_carriage_return_inside_a_line_is_an_error_and_at_its_end_is_not():
    def judged(source: bytes) -> list[tuple[str, int]]:
        findings = lint_text(parse(source, name="x").procedure, source).open
        return [(finding.sentence, finding.line) for finding in findings if finding.code == "L58"]

    text = b"- [ ] Look at it\n\n  ```sh\n  rm -r /srv\r  ls\n  ```\n"
    ((sentence, line),) = judged(text)
    assert "U+000D CARRIAGE RETURN" in sentence
    assert line == 4
    assert judged(text.replace(b"\r", b"").replace(b"\n", b"\r\n")) == []
    assert judged(text.replace(b"\r", b"").replace(b"\n", b"\r")) == []


def test_a_line_gets_one_finding_a_sign_and_a_text_a_hundred():
    assert len(flagged("L58", command("a\u00a0b\u00a0c\u00a0d"))) == 1
    assert len(flagged("L58", command("\n  ".join(["a\u00a0b"] * 300)))) == 100


@pytest.mark.parametrize(
    "piece", ["\u2013", "\u2013a ", "`a\u00a0", "`\u00a0` ", "d\u0430 ", "'\u201c", "<<a\u00a0"]
)
def test_the_time_grows_with_the_text_alone(piece):
    block = piece * (9000 // len(piece.encode()))
    text = "\n\n".join([f"- [ ] Look {block}\n\n  ```sh\n  {block}\n  ```"] * 5)
    procedure = parse(text.encode(), name="x").procedure
    begun = time.perf_counter()
    lint_text(procedure, text.encode())
    assert time.perf_counter() - begun < 5


def test_a_sign_in_a_table_is_found_at_its_line():
    table = "| do | say |\n|---|---|\n| look | `ls -l` |\n| list | `ls \u2013l` |\n"
    findings = flagged("L58", f"# T\n\n{table}\n- [ ] Look at it\n")
    assert [(finding.line, finding.column) for finding in findings] == [(6, 14)]
