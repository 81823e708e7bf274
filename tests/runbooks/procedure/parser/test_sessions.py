"""Sessions: what is typed is told from what is answered, and nothing that is typed is lost."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbooks.procedure.code_kinds import CodeKind
from runbooks.procedure.model import Step
from runbooks.procedure.parser import parse
from runbooks.procedure.parser.sessions import pieces

SESSION = r"""$ psql ledger
ledger=# drop table
ledger-# x;
DROP TABLE
ledger=# \q
$ ls \
> -l
total 0
# rm -rf /srv
# Now wait for it
## and a remark
postgres@db-1:~$ cat > y <<EOF
# a
$ b
EOF
ok
(venv) [root@db ~]# sh -c 'a
b'
mysql> show tables
+---+
| a |
mysql> delete from x
    -> where y;
Query OK, 0 rows
MariaDB [ledger]> delete
from x;
C:\>del /s x
PS C:\Users> Remove-Item x
>>> for x in y:
...     os.remove(x)
irb(main):001:0> a
irb(main):002:0> b
=> nil
> db.dropDatabase()
127.0.0.1:6379> FLUSHALL
OK
rs0 [primary] test> db.y.drop()
RMAN> restore database;
$ """
TYPED = [
    ("sh", "$", "psql ledger"),
    ("sql", "ledger=#", "drop table\nx;"),
    ("sql", "ledger=#", "\\q"),
    ("sh", "$", "ls \\\n-l"),
    ("sh", "#", "rm -rf /srv"),
    ("sh", "postgres@db-1:~$", "cat > y <<EOF\n# a\n$ b\nEOF"),
    ("sh", "(venv) [root@db ~]#", "sh -c 'a\nb'"),
    ("sql", "mysql>", "show tables"),
    ("sql", "mysql>", "delete from x\nwhere y;"),
    ("sql", "MariaDB [ledger]>", "delete\nfrom x;"),
    ("bat", "C:\\>", "del /s x"),
    ("powershell", "PS C:\\Users>", "Remove-Item x"),
    ("python", ">>>", "for x in y:\n    os.remove(x)"),
    ("ruby", "irb(main):001:0>", "a\nb"),
    ("client", ">", "db.dropDatabase()"),
    ("client", "127.0.0.1:6379>", "FLUSHALL"),
    ("javascript", "rs0 [primary] test>", "db.y.drop()"),
    ("client", "RMAN>", "restore database;"),
]
SHOWN = [
    "DROP TABLE", "total 0", "# Now wait for it\n## and a remark", "ok", "+---+\n| a |",
    "Query OK, 0 rows", "=> nil", "OK", "$ ",
]  # fmt: skip


def step(label: str, text: str) -> Step:
    indented = text.replace("\n", "\n  ")
    parsed = parse(f"- [ ] a\n\n  ```{label}\n  {indented}\n  ```\n".encode())
    assert parsed.procedure is not None
    return parsed.procedure.steps[0]


def test_what_is_typed_and_what_is_answered() -> None:
    parts = pieces("console", SESSION + "\n")
    assert [(p.label, p.prompt, p.text) for p in parts if p.is_run] == TYPED
    assert [p.text for p in parts if not p.is_run] == SHOWN
    lines = SESSION.split("\n")
    assert all(p.lines[0] in lines[p.first] for p in parts)


@pytest.mark.parametrize(
    ("label", "text", "typed"),
    [
        ("console", "dropdb x\nls", [("", "dropdb x\nls")]),
        ("pycon", "import os", [("python", "import os")]),
        ("bash", "# first\n$ dropdb x\n# rm y\nok", [("sh", "dropdb x")]),
        ("", "root@db:~# dropdb x", [("sh", "dropdb x")]),
        ("bash", "# dropdb x\n> y", [("bash", "# dropdb x\n> y")]),
        ("sh", "[ -d x ] # dropdb y", [("sh", "[ -d x ] # dropdb y")]),
        ("sh", "cat> /srv/x", [("sh", "cat> /srv/x")]),
        ("sh", "2> /srv/x ls", [("sh", "2> /srv/x ls")]),
        ("sql", "mysql> drop table x;\nOK", [("sql", "drop table x;")]),
        ("ps1", "PS> rm x", [("powershell", "rm x")]),
        ("text", "$ dropdb x", []),
        ("output", "postgres=# drop table x", []),
    ],
)
def test_a_block_of_any_label(label: str, text: str, typed: list[tuple[str, str]]) -> None:
    assert [(p.label, p.text) for p in pieces(label, text) if p.is_run] == typed
    assert list(step(label, text).commands) == typed


@pytest.mark.parametrize("line", ["# rm -rf /srv", "# dropdb x", "# Rm -rf x", "# Drop x > y"])
def test_what_root_may_have_typed_is_read(line: str) -> None:
    assert [p.text for p in pieces("console", f"$ ls\n{line}")][1:] == [line[2:]]
    parsed = parse(f"- [ ] a\n\n  ```console\n  $ ls\n  {line}\n  ```\n".encode())
    (finding,) = [finding for finding in parsed.findings if finding.code == "syntax.unclear_prompt"]
    assert (finding.line, finding.level) == (5, "warning")


@pytest.mark.parametrize("text", ["# ls\n# df", "$ ls\nroot@db:~# df", "$ ls\n# Now wait"])
def test_a_clear_prompt_is_no_finding(text: str) -> None:
    indented = text.replace("\n", "\n  ")
    parsed = parse(f"- [ ] a\n\n  ```console\n  {indented}\n  ```\n".encode())
    assert not [finding for finding in parsed.findings if finding.code == "syntax.unclear_prompt"]


def test_the_page_shows_prompts_and_output_and_copies_neither() -> None:
    (body,) = [step("console", SESSION).body_html]
    blocks = re.findall(r'data-command="\d+">(.*?)</div>\n', body, re.DOTALL)
    codes = [re.findall(r"<pre><code[^>]*>(.*?)</code>", block, re.DOTALL) for block in blocks]
    copied = [html.unescape(re.sub(r"<[^>]+>", "", code)).rstrip("\n") for (code,) in codes]
    assert copied == [text for _, _, text in TYPED]
    prompts = re.findall(r'<p class="prompt"><code>(.*?)</code></p>', body)
    assert [html.unescape(prompt) for prompt in prompts] == [prompt for _, prompt, _ in TYPED]
    assert body.count('<div class="output">') == len(SHOWN)


_LINES = st.sampled_from(
    ["$ a", "$ a \\", "> b", "# c", "x=# d", "x=# d;", "x-# e", "$ f 'g", "h'", "$ i <<J", "J",
     "k", "", ">>> l", "... m", "PS> n", "mysql> o", "    -> p", "C:\\>q", "r> s", "# Now t"]
)  # fmt: skip


@given(st.lists(_LINES, min_size=1, max_size=12), st.sampled_from(["console", "sh", "sql", "x"]))
def test_no_line_is_lost_and_each_is_where_it_was(lines: list[str], label: str) -> None:
    parts = pieces(label, "\n".join(lines) + "\n")
    assert sum(len(piece.lines) for piece in parts) == len(lines)
    for piece in parts:
        for number, line in enumerate(piece.lines, piece.first):
            assert lines[number].endswith(line.lstrip())
        if not piece.is_run:
            assert piece.kind is CodeKind.DATA
            assert piece.text == "\n".join(lines[piece.first : piece.first + len(piece.lines)])


@pytest.mark.parametrize(
    "text",
    ["$ " + "''" * 4000 + "'\n" + "a\n" * 2000, "$ a \\\n" * 3000, "$ a 'b <<c\n" * 1500,
     "x=# a\n" * 3000, "[" * 9000 + "\n@" * 5000, ("$ " + "\\" * 90 + "\n") * 200],
)  # fmt: skip
def test_a_long_session_is_read_at_once(text: str) -> None:
    parts = pieces("console", text[:20_000])
    assert sum(len(piece.lines) for piece in parts) == len(
        text[:20_000].removesuffix("\n").split("\n")
    )
