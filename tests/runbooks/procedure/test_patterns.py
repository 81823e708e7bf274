"""Authors' regular expressions: no text that people paste makes one slow, and none is a riddle."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import re2

from runbooks.enums import ParameterType, ValueType
from runbooks.procedure import patterns
from runbooks.procedure.model import ParameterSpec, ValueSpec
from runbooks.procedure.observed import judge
from runbooks.procedure.parser import parse
from runbooks.procedure.typed import plain

AT = datetime(2026, 3, 4, 3, 12, 45, tzinfo=UTC)
RUNBOOKS = Path(patterns.__file__).parents[1]
#: (pattern, text that it does not fit): each takes Python's `re` hours, or for ever.
SLOW = [
    ("(a+)+b", "a" * 28 + "!"),
    ("(a+)+b", "a" * 3_999 + "!"),
    ("([a-z0-9]+[-_.]?)+", "dbprodledgerprimary01internalexampleorg$ "),
    ("([a-z0-9]+[-_.]?)+", "db-prod-ledger." * 250 + "$"),
    ("(x+x+)+y", "x" * 3_000),
    ("(.*,){20}done", "a," * 1_900),
    (r"^(\w+\s?)*$", "somebody pasted their prompt " * 100 + "#"),
    (r"(\w+@)*(\w+\.)*org", "a" * 3_000),
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("pattern", "text"), SLOW)
def test_a_pattern_that_explodes_elsewhere_is_answered(pattern: str, text: str) -> None:
    patterns.check(pattern)
    assert not patterns.fits(pattern, text)


@pytest.mark.timeout(20)
def test_a_pasted_line_is_refused_in_words_at_a_parameter_and_at_a_value() -> None:
    pattern, text = SLOW[2]
    spec = ParameterSpec("nm", ParameterType.TEXT, "Name", pattern=pattern, default="db-01")
    with pytest.raises(
        ValueError, match="does not match the format that the runbook asks for"
    ) as e:
        plain(spec, text.strip())
    assert str(e.value).endswith(f": `{pattern}`, such as db-01.")
    value = ValueSpec("v", ValueType.TEXT, "V", matches=pattern, blind=False)
    sentence = judge(value, text, earlier={}, at=AT, kinds={}).wrong
    assert sentence == f"It does not match the format that the runbook asks for: `{pattern}`."


def test_a_blind_value_does_not_give_its_pattern_away() -> None:
    value = ValueSpec("v", ValueType.TEXT, "V", matches="ledger_[0-9]{4}")
    assert "ledger" not in judge(value, "other", earlier={}, at=AT, kinds={}).wrong


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("[a-z]+", "ledger", True),
        ("[a-z]+", "ledger_2", False),
        ("led|ledger", "ledger", True),
        ("ledger$", "ledger\n", False),
        (r"\d+", "٣", False),
        (r"\w", "ä", False),
        (r"\p{L}+", "Grüße", True),
        ("(?i)ledger", "LEDGER", True),
        (".*", "a\nb", False),
        ("(?s).*", "a\nb", True),
        ("a*", "a" * patterns.LONGEST_MATCHED, True),
        ("a*", "a" * (patterns.LONGEST_MATCHED + 1), False),
        (".", "\ud800", False),
    ],
)
def test_the_whole_text_must_fit(pattern: str, text: str, fits: bool) -> None:
    assert patterns.fits(pattern, text) is fits


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(?=a)b", "looks ahead"),
        ("(?<!x)a", "looks ahead or behind"),
        (r"(a)\1", "refers back"),
        ("(?P<n>a)(?P=n)", "refers back"),
        ("(?>a)b", "possessive"),
        ("a++", "possessive"),
        (r"a\Z", "not needed"),
        (r"\u00e4", r"`\u`"),
        ("(?x)a", "flags"),
        ("a(?#note)", "comments"),
        ("a{1001}", "repetition size"),
        ("(a{100}){100}", "repetition size"),
        (r"\p{L}{1000}", "too large"),
        ("a" * 501, "501 characters"),
        ("a**", "side by side"),
        ("*a", "nothing stands before"),
        ("[a", "never closed"),
        ("a)", "never opened"),
        ("a\\", "single backslash"),
        ("\ud800", "half a character"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_a_finding_with_a_sentence(pattern: str, why: str) -> None:
    with pytest.raises(patterns.UnreadablePattern) as error:
        patterns.check(pattern)
    assert why in error.value.why
    assert error.value.suggestion or not patterns._FOREIGN[0][0].search(pattern)


def test_it_is_found_at_its_line_in_a_guard_too() -> None:
    text = "- [ ] Read it\n\n  ```guard\n  record:\n    v: {matches: '(a)\\1'}\n  ```\n"
    (finding,) = [f for f in parse(text.encode()).findings if f.code == "syntax.pattern"]
    assert (finding.line, finding.suggestion) == (5, "Write the repeated part out.")


def test_an_expected_value_that_its_own_rules_refuse_is_found_at_its_line() -> None:
    text = "- [ ] Read it\n\n  ```guard\n  record:\n    v: {matches: '[a-z]+', equals: L1}\n  ```\n"
    (finding,) = [f for f in parse(text.encode()).findings if f.code == "syntax.contradiction"]
    assert finding.line == 5
    assert finding.sentence == (
        "No value can be right: `L1` breaks the other rules of `v`."
        " It does not match the format that the runbook asks for: `[a-z]+`."
    )


def test_re2_is_asked_in_one_module_and_re_is_never_given_an_authors_pattern() -> None:
    users = []
    for path in sorted(RUNBOOKS.rglob("*.py")):
        text = path.read_text("utf-8")
        users += [path.name] if re.search(r"^import re2", text, re.MULTILINE) else []
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "re":
                given = ast.unparse(node.args[0]) if node.args else ""
                assert not re.search(r"\.(matches|pattern)$", given) or "_" in given, path
    assert users == ["patterns.py"]


def test_compiled_patterns_are_kept() -> None:
    assert patterns._compiled("[a-z]kept") is patterns._compiled("[a-z]kept")
    assert isinstance(patterns._compiled("[a-z]kept"), type(re2.compile("a")))
