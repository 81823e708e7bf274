"""What is checked before a text is approved (`runbooks.library.revisions.approve`)."""

from __future__ import annotations

from collections.abc import Collection

from accounts.models import User
from lib.refusals import Refused
from runbooks.lint.findings import LintResult
from runbooks.models import Revision
from runbooks.procedure.runnable import NO_STEPS

#: How many errors a refused approval names; the page shows all of them at their lines.
_NAMED = 5


def check_reader(revision: Revision, by: User) -> None:
    """Two people stand behind a text, its author and another, once. Raises `Refused`: `own_text`,
    `approved_already`."""
    if revision.author_id == by.pk:
        raise Refused(
            "own_text",
            f"You wrote revision {revision.number} yourself, and nobody approves their own text.",
            "Ask another approver to read it.",
        )
    if revision.approved_at is not None:
        raise Refused(
            "approved_already",
            f"Revision {revision.number} was already approved, by {revision.approved_by}.",
            "Nothing is left to do.",
        )


def check_judgement(
    revision: Revision, judgement: LintResult, waivers_seen: Collection[str]
) -> None:
    """Nothing in the text stands against it, and the reason of each waiver was read. Raises
    `Refused`: `no_steps`, `open_errors`, `waivers_unseen`."""
    empty = next((error for error in judgement.errors if error.code == NO_STEPS), None)
    if empty is not None:
        raise Refused("no_steps", empty.sentence, empty.suggestion)
    if errors := judgement.errors:
        named = ", ".join(f"line {finding.line} ({finding.code})" for finding in errors[:_NAMED])
        more = f" and {len(errors) - _NAMED} more" if len(errors) > _NAMED else ""
        many = "an error" if len(errors) == 1 else f"{len(errors)} errors"
        raise Refused(
            "open_errors",
            f"Revision {revision.number} has {many}: {named}{more}.",
            "Fix the text and save it again, or waive the rule in its front matter, with the"
            " reason. Until then this revision can be drilled.",
        )
    unseen = [waiver.code for waiver in judgement.waivers if waiver.code not in waivers_seen]
    if unseen:
        raise Refused(
            "waivers_unseen",
            f"Revision {revision.number} waives {_listed(unseen)}, and you have not said that you"
            " read why.",
            "Read the reason of each waiver, tick it, and approve again.",
        )


def _listed(codes: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(codes[:-1]), codes[-1]]))
