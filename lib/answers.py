"""What is told when a verb said no: the one mapping from `Refused` and `Invalid` to an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from prometheus_client import Counter

from lib.refusals import Invalid, Refused

REFUSALS = Counter("countersign_refusals", "Times that a verb said no to somebody.", ["code"])


def count(refusal: Refused | Invalid) -> None:
    """One no that somebody was told. Every place that tells one counts it here."""
    REFUSALS.labels(refusal.code if isinstance(refusal, Refused) else "invalid").inc()


@dataclass(frozen=True)
class Answer:
    """What is told: `errors` only for bad input, `sequence` only when a run's log has moved on,
    `kept` only when an idempotency key was sent with something else before."""

    status: int
    code: str
    sentence: str
    remedy: str
    errors: dict[str, str]
    sequence: int | None = None
    kept: str = ""

    def as_json(self) -> dict[str, object]:
        """The documented keys; `errors`, `sequence` and `kept` only where there are any."""
        known: dict[str, object] = {
            "code": self.code,
            "sentence": self.sentence,
            "remedy": self.remedy,
        }
        if self.errors:
            known["errors"] = self.errors
        if self.sequence is not None:
            known["sequence"] = self.sequence
        if self.kept:
            known["kept"] = self.kept
        return known


TOO_BIG = Answer(
    413,
    "too_big",
    "What was sent is too big. Nothing was saved.",
    "Send at most 2 MB. Attach a longer text as a file.",
    {},
)


def answer_to(exception: Exception) -> Answer | None:
    """The answer to `exception`, or None when it is no refusal, no bad input and not too big."""
    if isinstance(exception, Refused | Invalid):
        count(exception)
    if isinstance(exception, Refused):
        return Answer(
            exception.status,
            exception.code,
            exception.sentence,
            exception.remedy,
            {},
            getattr(exception, "sequence", None),
            getattr(exception, "kept", ""),
        )
    if isinstance(exception, Invalid):
        sentence = unread(exception.errors)
        remedy = "Go back, correct what is named here, and send it again."
        return Answer(422, "invalid", sentence, remedy, exception.errors)
    if isinstance(exception, RequestDataTooBig):
        return TOO_BIG
    return None


def unread(errors: Mapping[str, str]) -> str:
    """The one sentence about bad input, `errors` by field: what is said of the whole, or which
    fields it is about."""
    named = ", ".join(name for name in errors if name)
    return errors.get("", f"Nothing was saved. Missing or unreadable: {named}.")


def wants_json(request: HttpRequest) -> bool:
    """Whether the sender asked for JSON in so many words; a browser's `*/*` is not enough."""
    return "application/json" in request.headers.get("Accept", "")


def wants_fragment(request: HttpRequest) -> bool:
    """Whether a script of ours sent the form and will put the answer into the open page."""
    return "X-Fragment" in request.headers or "HX-Request" in request.headers
