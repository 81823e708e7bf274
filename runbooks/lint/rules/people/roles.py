"""Rules about people: who is informed, and that steps name roles instead of persons."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level, RunRole
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.irreversible import act_key
from runbooks.procedure.model import Step

RULES = RuleGroup()
_TELLS = re.compile(
    r"\b(?:announc\w+|notif(?:y|ies|ication)\w*|inform\w*|communicat\w+|broadcast"
    r"|tell (?:the|those|every\w+|all|your|them|people|users|us|whoever|anyone|others)"
    r"|status ?page|stakeholders?|e-?mail|slack|those affected|customers)\b"
    r"|\bask (?:the |its |their )?(?:\w+ )?(?:community|users|owners?|customers|stakeholders)\b"
    r"|\b(?:post|message|write|say)\b[^.\n]{0,40}\bchannel\b|\blet\b[^.\n]{0,30}\bknow\b",
    re.IGNORECASE,
)
#: `@ada` is a person's handle; `@sre-team`, `@org/team`, `@here` are not.
_HANDLE = re.compile(r"(?<![\w@/.`])@([A-Za-z][A-Za-z0-9_.]{2,30})\b(?![\w/@-]|\.\w)")
_GROUPS = re.compile(
    r"(?:channel|here|everyone|all|team|group|on_?call|admins?|dbas?|sre|ops|devops|devs?|support"
    r"|security|infra\w*|platform|managers?|leads?|owners?|reviewers?|responders?|bot|todo|param"
    r"|return|example|latest|\w*(?:team|bot|ops|oncall|admins|channel|support))",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\b([a-z]{2,20})[._]([a-z]{2,20})@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_ASKED = re.compile(
    r"\b(?:[Aa]sk|[Cc]all|[Cc]ontact|[Pp]ing|[Tt]ell|[Pp]hone|[Pp]age|[Mm]essage|[Ww]ake|[Nn]otify"
    r"|approved by|done by|sign-off (?:by|from)|help from)"
    r"\s+(?!(?:[A-Z][\w']+\s+)*(?:[Tt]eam|[Gg]roup|[Ss]upport|[Dd]esk|[Oo]n-?call)\b)"
    r"([A-Z][a-z]+)\b"
)
#: First names that are seldom anything else, from many languages; enough to notice the habit.
_FIRST_NAMES = frozenset(
    re.findall(
        r"\S+",
        """
        Adam Ada Ahmed Alan Alberto Alejandro Alex Alexander Ali Alice Amir Ana Anders Andrea
        Andreas Andrew Anita Anna Anne Anton Antonio Ben Benjamin Bernd Bob Brian Carla Carlos Carol
        Catherine Charles Chen Chris Christian Christina Claire Claudia Craig Dan Daniel Daniela
        Dave David Deepak Diana Diego Dimitri Dmitry Ed Edward Elena Elizabeth Emily Emma Eric Erik
        Eva Fatima Felix Fernando Fiona Francesca Frank Fred Gary George Giulia Greg Hannah Hans
        Helen Henry Igor Ines Ingrid Ivan Jack Jacob Jakob James Jan Jane Jason Javier Jeff Jennifer
        Jens Jim Joe Johan John Jonas Jonathan Jose Joseph Juan Julia Julian Karen Karim Karl Kate
        Katrin Kenji Kevin Klaus Lars Laura Lena Leo Linda Lisa Luca Lucas Luis Lukas Marco Maria
        Marie Marina Mario Martin Mary Matthew Maya Mehmet Michael Michelle Miguel Mike Mohammed
        Monica Nadia Nancy Natalia Nathan Nick Nicolas Nina Oleg Oliver Olivia Omar Oscar Pablo
        Patrick Paul Paula Pedro Peter Petra Philip Pierre Priya Rachel Rahul Raj Ralf Rebecca
        Richard Rob Robert Rosa Ryan Sam Samuel Sandra Sara Sarah Sean Sergey Simon Sofia Sophie
        Stefan Stephen Steve Steven Susan Sven Tanja Thomas Tim Tobias Tom Tomas Tony Ulrich Ursula
        Vera Victor Viktor Walter Wei William Yuki Yusuf
        """,
    )
)


@RULES.add(
    "L38",
    Level.HINT,
    "Nobody is told about the restore or the deletion",
    "Those whose work is lost learn it from the gap, months later. Say it before, and after.",
    scope=RuleScope.ACTS,
)
def nobody_told(book: Book) -> Iterator[Remark]:
    act, done = ("restore", "restored") if book.effects.restores else ("deletion", "deleted")
    if not book.mentions(book.path, _TELLS):
        yield book.at_act(
            f"No step tells anybody that data is {done}, or what is lost by it.",
            f"Add a step that announces the {act}, and one at the end that tells those affected.",
        )


@RULES.add(
    "L47",
    Level.WARNING,
    "A step names a person instead of a role, or needs a role that nobody may take",
    "That person is asleep, on leave, or gone; a role has somebody on duty, if anybody.",
)
def named_person(book: Book) -> Iterator[Remark]:
    yield from _unfilled(book)
    known = [re.escape(name) for name in sorted(book.facts.people) if " " in name.strip()]
    people = re.compile(rf"\b(?:{'|'.join(known)})\b") if known else None
    for step in book.procedure.steps:
        for line, name in _names(book, step, people):
            yield book.at_text(
                line,
                name,
                f"Step {step.number} depends on one person, {name}.",
                "Name the role: the operator, the verifier, the decider, the one on call.",
            )
            break


def _unfilled(book: Book) -> Iterator[Remark]:
    """The first step that needs a role which nobody here may take."""
    reported: set[RunRole] = set()
    for step in book.procedure.steps:
        for role in sorted(_needed(step) & book.facts.unfilled - reported):
            reported.add(role)
            yield book.at(
                step,
                f"Step {step.number} needs a {role}, and besides the operator nobody may be one.",
                "Give one more person the right, before the night on which it is needed.",
            )


def _needed(step: Step) -> set[RunRole]:
    """The roles without which a step cannot be done."""
    guard = step.guard
    needed = {role for role in (guard.role, guard.hold) if role is not None}
    if guard.countersign is not None:
        needed.add(RunRole.VERIFIER)
    if act_key(guard):
        needed |= {RunRole.VERIFIER, RunRole.DECIDER}
    return needed


def _names(book: Book, step: Step, people: re.Pattern[str] | None) -> Iterator[tuple[int, str]]:
    """The persons whom the words of a step name, with the line."""
    for number, line in book.words(step).plain:
        for match in _HANDLE.finditer(line):
            if not _GROUPS.fullmatch(match[1]):
                yield number, match[0]
        for match in _MAIL.finditer(line):
            if not any(_GROUPS.fullmatch(part) for part in match.groups()):
                yield number, match[0]
        for match in _ASKED.finditer(line):
            if match[1] in _FIRST_NAMES:
                yield number, match[1]
        for match in people.finditer(line) if people else ():
            yield number, match[0]
