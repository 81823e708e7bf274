"""Reading commands: words, redirections, here-documents, what runs inside what."""

from __future__ import annotations

import pytest

from runbooks.lint.commands.script import script
from runbooks.lint.commands.shell import statements


def words(text):
    return [[word.text for word in statement.words] for statement in statements(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rm -rf 'a b' \"c d\" e\\ f", [["rm", "-rf", "a b", "c d", "e f"]]),
        ("a && b || c; d\ne", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("a \\\n  b # c d", [["a", "b"]]),
        ("echo a#b", [["echo", "a#b"]]),
        ("psql -h <target.host> <Data base>", [["psql", "-h", "<target.host>", "<Data base>"]]),
        ("tar -C $(pwd)/x", [["tar", "-C", "$("], ["pwd"], ["/x"]]),
        ("(cd /x; ls)", [["cd", "/x"], ["ls"]]),
        ("a 'never closed", [["a", "'never", "closed"]]),
    ],
)  # fmt: skip
def test_words(text, expected):
    assert words(text) == expected


def test_redirections_are_no_words():
    (statement,) = statements("pg_dump ledger 2>&1 >> log > out.dump < in")
    assert [word.text for word in statement.words] == ["pg_dump", "ledger"]
    assert [(mark, word.text) for mark, word in statement.redirects] == [
        (">&", "1"), (">>", "log"), (">", "out.dump"), ("<", "in"),
    ]  # fmt: skip


def test_a_here_document_belongs_to_its_call():
    text = "psql <<'END'\ndrop table a;\nEND\nls"
    assert words(text) == [["psql"], ["ls"]]
    assert statements(text)[0].document.text == "drop table a;\n"


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("sudo -u postgres pg_restore x", "pg_restore"),
        ("PGUSER=a env LANG=C /usr/bin/dropdb x", "dropdb"),
        ("docker exec -it db psql -c x", "psql"),
        ("kubectl -n live exec db-0 -- rm -rf /data", "rm"),
        ("ssh -p 22 db1 rm -rf /data", "rm"),
        ("if ! time timeout 5 rm -r x", "rm"),
    ],
)
def test_what_is_called_is_found_behind_what_calls_it(text, program):
    assert script("sh", text).calls[0].program == program


@pytest.mark.parametrize(
    "text",
    [
        "psql -h a -xc 'select 1; drop table b'",
        "psql --command='drop table b'",
        "mysql -e \"drop table b\"",
        "echo 'drop table b' | psql a",
        "psql a <<< 'drop table b'",
        "psql a <<END\n-- drop table c\ndrop table b;\nEND",
        "ssh db1 \"psql -c 'drop table b'\"",
        "sqlite3 file.db 'drop table b'",
    ],
)  # fmt: skip
def test_sql_is_found_where_a_client_gets_it(text):
    assert [q.text for q in script("sh", text).queries if "drop" in q.text] == ["drop table b"]


def test_a_block_of_sql_has_no_calls():
    made = script("sql", "\\connect a\nselect 'drop table x; --';\n/* ; */ drop table b;\n")
    assert [q.text for q in made.queries] == ["select ''", "drop table b"]
    assert made.queries[1].line == 2
    assert not made.calls
    assert script("", "SELECT 1;").queries


def test_places_are_those_of_the_block():
    made = script("sh", "ls\nif true; then\n  rm -r x\nfi\npsql -c '\n drop table a'")
    assert [(c.program, c.line, c.column) for c in made.calls][2] == ("rm", 2, 2)
    assert (made.queries[0].line, made.queries[0].column) == (5, 1)


def test_options():
    (call,) = script("sh", "pg_dump -xvh db1 --dbname=a -Fc --file b -j4").calls
    assert call.value("-d", "--dbname") == "a"
    assert call.value("-f", "--file") == "b"
    assert call.value("-j") == "4"
    assert call.value("-U") is None
    assert call.has("-v")
    assert not call.has("-q")
