"""Reviews of overrides, both ways."""

from __future__ import annotations

from typing import Any

from runbooks.machine.moves.overrides import UseOverride
from runbooks.models import Review
from tests.parity.runs import asked
from tests.parity.shape import Api, Case, Cast, Form


def overridden(cast: Cast) -> Review:
    """A gate was overridden by the operator."""
    run = asked()(cast)
    run.at += (cast.at - run.at) / 2
    run.do(UseOverride, "operator", step=0, gate="released")
    return Review.objects.get(run=run.run)


def _case(finding: str, *, by: str = "manager", code: str = "") -> Case:
    sent: dict[str, Any] = {"finding": finding}
    return Case(
        "runbooks.runs.reviews.close",
        overridden,
        lambda review: Form(f"/reviews/{review.pk}/close/", sent),
        lambda review: Api("POST", f"/api/v1/reviews/{review.pk}/close/", sent),
        by=by,
        code=code,
    )


CASES = (
    _case("Right: nobody answered. The rota names a second person now."),
    _case("", code="invalid"),
    _case("Right.", by="operator", code="no_right"),
)
