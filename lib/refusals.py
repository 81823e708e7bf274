"""The two ways in which a verb says no. `config.refusals` is the one place that turns them into
answers."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """The move is understood and not allowed now (HTTP 409), or not to this person (403).

    `code` is stable and for programs; `sentence` says what is wrong; `remedy` what to do instead.
    """

    def __init__(self, code: str, sentence: str, remedy: str, *, status: int = 409) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
        self.status = status


class ChangedMeanwhile(Refused):
    """Somebody changed the thing after the sender had looked at it. `seen`: what to send back once
    the sender has read what changed."""

    def __init__(self, sentence: str, remedy: str, *, seen: int) -> None:
        super().__init__("changed_meanwhile", sentence, remedy)
        self.seen = seen


class KeyUsed(Refused):
    """An idempotency key that was used before, for something else. `kept`: what it was first sent
    with, in words; '' when that is not for this sender. `sequence`: the head of the log now."""

    def __init__(self, sentence: str, *, kept: str = "", sequence: int | None = None) -> None:
        super().__init__(
            "key_used",
            sentence,
            "Look at what was kept. If yours still has to be done, send it once more, under a new"
            " key; a page takes one by itself.",
        )
        self.kept = kept
        self.sequence = sequence


class Invalid(Exception):
    """What was sent cannot be read (HTTP 422): `errors` maps a field to its sentence, '' to the
    whole. Nothing was written, and it is no near miss."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)
