"""Reviews: somebody else looks at every override that was used, and writes down what they find.

An override that nobody looks at afterwards becomes the usual way (normalised deviance; RUNS:
"opens a review item").
"""

from __future__ import annotations

from accounts.models import User
from runbooks.machine import Line, RunState
from runbooks.models import Review, Run


def begin(run: Run, state: RunState, line: Line, by: User) -> None:
    """Open the review of an override, `line` of the log of `run`, by the person `by`."""
    Review.objects.create(run=run, sequence=line.sequence, overridden_at=line.at, overridden_by=by)
