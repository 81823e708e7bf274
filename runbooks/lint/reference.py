"""The page of docs/reference about the linter, made from its rules and their examples."""

from __future__ import annotations

from pathlib import Path

from runbooks.lint.dangers.danger import Danger
from runbooks.lint.dangers.destroyers import CODES, DESTROYERS, QUERIES
from runbooks.lint.linter import lint
from runbooks.lint.rule import LintRule
from runbooks.lint.rules import RULES
from runbooks.procedure.model import Finding
from runbooks.procedure.parser import parse

EXAMPLES = Path(__file__).resolve().parent / "examples"
_INTRODUCTION = """# Rules of the linter

The linter speaks in the editor, on the page of a runbook, [on the command line, in CI and by
API](../how-to/lint-runbooks.md). An **error** keeps the text from being approved for live runs; it
can still be saved and drilled. A **warning** and a **hint** never stop anybody.

A rule that does not apply is waived in the front matter, with the reason. Whoever approves the text
ticks it, and everybody reads it before a run:

```yaml
waive: {L05: "The host has one disk, and no second one can be had before the deadline."}
```

Most rules speak only about runbooks in which something can be lost. A plain checklist meets next to
none of them. [Which commands destroy data](#commands-that-destroy-data) stands below all rules; why
some are left out, and why a level is as it is, in the [decisions](../decisions/linter.md).

“The story” is the night this product was made for: somebody wanted a copy of production, and the
clicks wrote an old dump over it. M1 to M20 number the mistakes that were made.
"""
_COMMANDS = """## Commands that destroy data

What L22 finds in the commands of steps, also behind `sudo`, `ssh` and `docker exec`, in
substitutions and in here-documents. In a script (Python, Ruby, JavaScript and the like) it also
finds what is handed to a shell and what is sent to a database.
"""


def lint_rules_page() -> str:
    """Markdown: a table of all rules, then each with its reason, a bad and a good example."""
    rows = [
        f"| [{code}](#{code.lower()}) | {rule.level.value} | {rule.summary} | {rule.scope.value} |"
        for code, rule in RULES.items()
    ]
    table = ["| rule | level | flags | in |", "|---|---|---|---|", *rows]
    return "\n".join([_INTRODUCTION, *table, "", *map(_section, RULES.values()), *_commands()])


def _commands() -> list[str]:
    rows = [f"| {_written(danger)} | {danger.does} | {_when(danger)} |" for danger in DESTROYERS]
    rows += [f"| `{danger.name}` in SQL | {danger.does} | |" for danger in QUERIES]
    rows += [f"| `{danger.name}` in a script | {danger.does} | |" for danger in CODES]
    return [_COMMANDS, "| command | what it does | when |", "|---|---|---|", *rows, ""]


def _written(danger: Danger) -> str:
    """A command as one would type it: alternatives are parted by a stroke."""
    parts = ["/".join(danger.programs), *(word.replace("|", "/") for word in danger.words)]
    parts += [" or ".join(danger.options)] if danger.options else []
    parts = parts if danger.programs else [danger.name]
    return f"`{' '.join(parts)}`"


def _when(danger: Danger) -> str:
    """The first sentence that the condition says of itself."""
    condition = " ".join((danger.also.__doc__ or "").split()) if danger.also else ""
    return condition.partition(". ")[0].rstrip(".")


def example(code: str, name: str) -> str:
    """The text of the `bad` or the `good` example of a rule."""
    return (EXAMPLES / code / f"{name}.md").read_text("utf-8")


def _section(rule: LintRule) -> str:
    bad, good = example(rule.code, "bad"), example(rule.code, "good")
    parts = [f"## {rule.code}", f"{rule.summary}: {rule.level.value}.", rule.reason, "Flagged:"]
    parts += [_block(bad), *_finding(rule.code, bad), "Not flagged:", _block(good)]
    return "\n\n".join(parts) + "\n"


def _finding(code: str, source: str) -> list[str]:
    """The finding of the rule on its example; none where it needs facts of the inventory."""
    procedure = parse(source.encode(), name="An example").procedure
    findings = lint(procedure, source) if procedure else ()
    return [_quoted(finding) for finding in findings if finding.code == code][:1]


def _quoted(finding: Finding) -> str:
    return f"> Line {finding.line}. {finding.sentence}\n>\n> {finding.suggestion}"


def _block(source: str) -> str:
    return f"````markdown\n{source.strip()}\n````"
