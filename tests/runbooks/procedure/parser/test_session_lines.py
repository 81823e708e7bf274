"""Sessions: lines that a shell waits for are typed, and the prompts of common shells are known."""

from __future__ import annotations

import time

import pytest

from runbooks.procedure.parser.sessions import pieces


def typed(text: str) -> list[str]:
    return [piece.text for piece in pieces("console", text) if piece.is_run]


@pytest.mark.parametrize(
    "command",
    [
        "for d in a b; do\n    dropdb $d\n  done",
        "if true; then\ndropdb a\nfi",
        "while read d; do\ndropdb $d\ndone < list",
        "until x\ndo\ndropdb a\ndone",
        "{\n  dropdb a\n}",
        "(\n  dropdb a\n)",
        "echo $(\n  dropdb a\n)",
        "f() {\n  dropdb a\n}",
        "case x in\nx) dropdb a;;\nesac",
        "for x in a; do if true; then\ndropdb $x\nfi; done",
        "for d in a b; do\npsql <<EOF\ndrop table x;\nEOF\ndone",
        "psql <<'END-OF-SQL'\ndrop table x;\nEND-OF-SQL",
        "psql <<\\EOF\ndrop table x;\nEOF",
        "ssh db psql <<A\ndrop table x;\nA",
        "cat <<A\n$ ls\n# df\nA",
        "cat <<A <<B\none\nA\ntwo\nB",
        'psql -c "$(cat <<EOF\ndrop table x;\nEOF\n)"',
        "a=(1\n2)",
    ],
)
def test_a_command_over_several_lines_is_typed_whole(command):
    assert pieces("console", f"$ {command}\nanswer\n$ ls\n")[0].text == command
    assert "answer" not in "".join(typed(f"$ {command}\nanswer\n$ ls\n"))


@pytest.mark.parametrize(
    "command",
    [
        "grep -E '(a|b' x", "cp x.{a,b} y", "awk '{print $1}' x", "echo do if { case for",
        "[[ -e x && ( -e y || -e z ) ]] && ls", "find . \\( -name x \\)", "ls # ( { <<EOF",
        "for x in a; do ls; done", "if true; then ls; else df; fi",
        "case x in a) ls;; b) ls;; esac",
        "f() { ls; }; f", "ls | while read x; do df $x; done | wc", "x=$((3 * (2 + 1)))",
        "for ((i=0;i<3;i++)); do ls; done", "echo $((1<<2))", 'echo "<<EOF"', "cat <<< a",
        "kubectl get x -o jsonpath={.items[0].x}",
    ],
)  # fmt: skip
def test_a_command_of_one_line_takes_no_answer(command):
    assert typed(f"$ {command}\nanswer\n") == [command]


def test_what_is_never_closed_is_typed_up_to_the_next_prompt():
    assert typed("$ psql <<EOF\ndrop table x;\n") == ["psql <<EOF\ndrop table x;"]
    assert typed("$ for x in a; do\ndropdb x\n$ ls\n") == ["for x in a; do\ndropdb x\nls"]


@pytest.mark.parametrize(
    "prompt",
    [
        "/ #", "~ $", "/app $", "~/src$", "/srv/db$", "12:00:01 root@db-1 ~ #",
        "[12:00:01] root@db-1:~#", "PROD root@db-1:/#", "(⎈|prod:default) user@host:~$", "mac%",
        "~/src main* ❯", "rs0 [direct: primary] ledger>", "redis 127.0.0.1:6379>",
    ],
)  # fmt: skip
def test_prompts_that_people_have_are_known(prompt):
    parts = pieces("console", f"$ ls\n{prompt} dropdb x\n")
    assert [(piece.prompt, piece.text) for piece in parts if piece.is_run][-1] == (
        prompt,
        "dropdb x",
    )


def test_a_variable_ahead_of_a_command_is_typed():
    assert typed("% PGHOST=a dropdb b\n") == ["PGHOST=a dropdb b"]


@pytest.mark.parametrize(
    "text",
    ["/opt/drop.sh # drops it\nls\n", "ssh root@db-1 # log in\nls\n", "~/drop.sh # x\nls\n"],
)
def test_a_remark_behind_a_command_is_no_prompt(text):
    assert [piece.text for piece in pieces("sh", text)] == [text.removesuffix("\n")]


@pytest.mark.parametrize(
    "text",
    [
        "$ for x in a; do\n" + "ls\n" * 22_000,
        "$ a <<EOF\n" + "x\n" * 40_000,
        "$ a <<EOF\n" * 9_000,
        "$ for\n" + "a <<E\n" * 15_000,
        '$ "<<A\n' + "<<A\n" * 20_000,
        "$ " + "(" * 45_000 + "\n" + "x\n" * 20_000,
        '$ "\n' + "x\n" * 40_000,
        "$ " + '"a"<<A ' * 12_000,
    ],
)
def test_the_time_grows_with_the_text(text):
    begun = time.perf_counter()
    pieces("console", text)
    assert time.perf_counter() - begun < 5
