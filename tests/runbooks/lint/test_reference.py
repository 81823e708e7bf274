"""The page about the linter tells every rule, with its examples and what is said of them."""

from __future__ import annotations

import re

from runbooks.lint.dangers.destroyers import CODES, DESTROYERS, QUERIES
from runbooks.lint.reference import example, lint_rules_page
from runbooks.lint.rules import RULES


def parts():
    """What the page says of each rule, by its code."""
    pieces = re.split(r"(?m)^## (L\d\d)$", lint_rules_page())
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def test_the_page_tells_every_rule_and_shows_its_examples():
    sections = parts()
    assert list(sections) == list(RULES)
    for code, rule in RULES.items():
        assert rule.summary in sections[code]
        assert rule.reason in sections[code]
        assert all(example(code, name).strip() in sections[code] for name in ("bad", "good"))


def test_the_page_lists_what_destroys():
    page = lint_rules_page()
    assert "| `dropdb/pg_dropcluster` | removes the database |  |" in page
    assert "| `TRUNCATE` in SQL | empties the table | |" in page
    assert page.count("\n| `") == len(DESTROYERS) + len(QUERIES) + len(CODES)


def test_the_page_says_what_the_linter_says_of_a_bad_example():
    sentence = "> Line 4. `rm -r /var/lib/postgresql/16/main` removes a whole tree of files"
    assert sentence in parts()["L22"]
