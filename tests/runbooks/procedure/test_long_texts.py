"""Our own patterns on texts made to be slow: the time grows with the length, not with its square.

Each text is so long that looking at it once for each of its characters takes minutes.
"""

from __future__ import annotations

import re

import pytest

from lib.units import checksums, lengths, moments, numbers, sizes
from richtext.sanitise import literal, tame
from runbooks.enums import ValueType
from runbooks.lint.book import words
from runbooks.lint.book.effects import RESTORES
from runbooks.lint.commands import shell
from runbooks.lint.findings import lint_text
from runbooks.lint.rules.commands import connections, literals
from runbooks.machine.placeholders import begins_a_word
from runbooks.procedure import quoting
from runbooks.procedure.observed import LONGEST_TEXT, normal
from runbooks.procedure.parser import parse
from runbooks.procedure.parser.outline import _ATTRIBUTES, _TEMPLATE
from runbooks.procedure.parser.placeholders import MAX_PLACEHOLDERS

pytestmark = pytest.mark.timeout(60)
READERS = (checksums.read, lengths.read, moments.read, moments.read_day, numbers.read, sizes.read)
LONG = 100_000


def filled(unit: str, length: int = LONG) -> str:
    return unit * (length // len(unit)) + "!"


@pytest.mark.parametrize("unit", ["{%", "{{", "<%", "<!--", "{{ a"])
def test_what_is_opened_and_never_closed(unit: str) -> None:
    words._COMMENT.sub("", filled(unit))
    _TEMPLATE.sub("", filled(unit))
    assert tame(filled(unit)).endswith("!")
    assert literal(filled(unit)).endswith("!</p>")


@pytest.mark.parametrize(
    ("pattern", "unit"),
    [
        (_ATTRIBUTES, "\t"),
        (_ATTRIBUTES, " {#a"),
        (shell.VARIABLE, "${a"),
        (connections._HERE, "a"),
        (RESTORES, " "),
        (RESTORES, "-"),
    ],
)
def test_what_begins_everywhere(pattern: re.Pattern[str], unit: str) -> None:
    assert pattern.search(filled(unit)) is None


def test_a_word_of_a_command() -> None:
    assert literals._HOST.fullmatch(filled("a")) is None
    assert literals._HOST.fullmatch("db-prod-01")
    assert literals._HOST.fullmatch("db1")
    assert not literals._HOST.fullmatch("1db")
    assert len(shell.statements(filled("${"))) >= 1
    assert not begins_a_word(filled("a"))
    assert begins_a_word(filled("a") + " ")


class _Counting:
    """A pattern that counts what it is asked for, and the characters that it read."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern, self.read, self.asked = pattern, 0, 0

    def match(self, text: str, start: int) -> re.Match[str] | None:
        match = self.pattern.match(text, start)
        self.asked += 1
        self.read += (match.end() if match else len(text)) - start
        return match


@pytest.mark.parametrize("unit", ["echo <nm> ", "'<nm>' ", "# <nm>\n", "<nm>'", '"<nm> '])
@pytest.mark.parametrize("label", ["sh", "sql"])
def test_a_block_is_read_once_for_all_its_placeholders(
    monkeypatch: pytest.MonkeyPatch, unit: str, label: str
) -> None:
    text = filled(unit)
    starts = [hit.start() for hit in re.finditer("<nm>", text)]
    counting = _Counting(quoting._atoms(label))
    monkeypatch.setattr(quoting, "_atoms", lambda label: counting)
    assert len(quoting.between_quotes(text, starts, label)) == len(starts)
    assert counting.read <= len(text)
    assert counting.asked <= len(text)


def test_a_block_holds_so_many_placeholders() -> None:
    head = "---\nparameters:\n  nm: {type: text}\n---\n- [ ] Do it\n\n  ```sh\n  "
    most = head + "<nm> <other> " * MAX_PLACEHOLDERS
    assert "syntax.too_many_placeholders" not in codes(f"{most}\n  ```\n")
    assert "syntax.too_many_placeholders" in codes(f"{most}<nm>\n  ```\n")


def codes(source: str) -> list[str]:
    return [finding.code for finding in parse(source.encode()).findings]


@pytest.mark.parametrize("unit", ["1", "1h", "1 ", "a", "-", "2026-", "9."])
def test_what_is_typed_as_a_value(unit: str) -> None:
    for kind in ValueType:
        with pytest.raises(ValueError, match="."):
            normal(kind, filled(unit))
        try:
            normal(kind, filled(unit, LONGEST_TEXT - 1))
        except ValueError:
            continue
    for read in READERS:
        with pytest.raises(ValueError, match="."):
            read(filled(unit))


@pytest.mark.parametrize("unit", ["\t", "{%", "${", "<!--", "a_", "$("])
@pytest.mark.parametrize("form", ["- [ ] Do {}\n", "- [ ] Do it\n\n  ```sh\n  {}\n  ```\n"])
def test_a_runbook_is_read_and_judged(form: str, unit: str) -> None:
    source = form.replace("{}", filled(unit, 9_000)).encode()
    parsed = parse(source)
    assert lint_text(parsed.procedure, source, parsed.findings) is not None


def test_comments_go_and_what_is_never_closed_stays() -> None:
    assert tame("a<!-- <script> -->b<br><!-- c") == "ab<br>&lt;!-- c"
    assert tame("<!--><script>-->x") == "x"
    assert literal("<!-- a --> b <!-- c") == "<p> b &lt;!-- c</p>"
