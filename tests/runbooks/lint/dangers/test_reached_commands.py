"""Commands that stand behind others, within quotes or in what a client is given are read too."""

from __future__ import annotations

import pytest

from runbooks.lint.commands.script import script
from runbooks.lint.dangers.destroyers import dangers
from tests.runbooks.lint.linting import flagged

_AROUND = [
    "{}",
    "$ {}",
    "ls\n$ {}",
    'echo "$({})"',
    'x="`{}`"',
    "cat <<EOF\n$({})\nEOF",
    'a="b $({}) c"',
    "sudo -iu postgres {}",
    "sudo -u postgres -- {}",
    "runuser -u postgres -- {}",
    "gosu postgres {}",
    "flock /lock {}",
    "systemd-run {}",
    "nsenter -t 1 -m {}",
    "ls | xargs -n1 {}",
    "parallel {} ::: a",
    "bundle exec {}",
    "poetry run {}",
    "heroku run {}",
    "docker compose run --rm web {}",
    "docker compose exec db {}",
    "kubectl exec -it db-0 -- {}",
    "oc rsh db {}",
    "ssh db1 -- {}",
    'ssh db1 "sudo -u postgres {}"',
    "if true; then {}; fi",
    "for x in a; do {}; done",
    "f() {{ {}; }}",
    "[ -f x ] && {}",
    "case x in a) {};; esac",
    'trap "{}" EXIT',
    'echo "{}" | sh',
    "bash <<EOF\n{}\nEOF",
    "psql -c '\\! {}'",
    "env X=1 {}",
    "time {}",
    'eval "{}"',
    "powershell -Command {}",
    "cmd /c {}",
]


@pytest.mark.parametrize("around", _AROUND)
@pytest.mark.parametrize(("command", "count"), [("dropdb a", 1), ("createdb a", 0)])
def test_it_is_reached(around: str, command: str, count: int) -> None:
    assert len(list(dangers(script("sh", around.format(command))))) == count


@pytest.mark.parametrize(
    ("label", "code", "count"),
    [
        ("sql", "\\! rm -rf /srv", 1),
        ("sql", "\\! ls", 0),
        ("sql", "do $$ begin execute 'drop table x'; end $$", 1),
        ("sql", "do $$ begin execute 'select 1'; end $$", 0),
        ("tsql", "exec('drop table x')", 1),
        ("tsql", "exec sp_who 'drop table x'", 0),
        ("sql", "alter table x drop partition p", 1),
        ("sql", "alter table x add partition p", 0),
        ("rman", "host 'rm -rf /srv';", 1),
        ("sh", "echo '$(dropdb a)'", 0),
        ("sh", "cat <<'EOF'\ndropdb a\nEOF", 0),
    ],
)
def test_what_a_client_is_given(label: str, code: str, count: int) -> None:
    assert len(list(dangers(script(label, code)))) == count


@pytest.mark.parametrize(
    ("html", "line"),
    [
        ("<pre><code>dropdb -h a ledger</code></pre>", 5),
        ("<pre>\n  ls\n  dropdb -h a ledger\n  </pre>", 7),
        ("Run <code>dropdb -h a ledger</code> now.", 5),
        ("<pre>dropdb -h &lt;target.host&gt; ledger</pre>", 5),
        ("<pre>createdb ledger</pre>", 0),
    ],
)
def test_code_that_is_written_as_html_is_read(html: str, line: int) -> None:
    findings = flagged("L22", f"# A\n\n- [ ] Do it\n\n  {html}\n")
    assert [finding.line for finding in findings] == [line] * bool(line)
