"""What was sent under an idempotency key, kept as a keyed digest, so that a message that is sent
again can be told from another one under the same key.

HMAC-SHA256 with a random secret for each row, over the move, its step and what was sent with it.
A person may paste a password into any text: the digest can be tried against guesses only with its
secret, so both go together, after seven days (`forget`), and whatever takes a text out of the
product must remove its row too. Nothing of this is in the chained log. Passwords of signatures are
no part of it, nor what they came to.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import takewhile

from lib import times
from lib.refusals import KeyUsed
from runbooks.log import blind_values, texts
from runbooks.machine.events.event import LogLine
from runbooks.machine.events.gates import AttemptRefused
from runbooks.machine.move import Move
from runbooks.machine.state import RunState
from runbooks.models import Run, SentKey
from runbooks.models.sql import Before, Statement, insert

KEPT_FOR = timedelta(days=7)
_SECRET_BYTES = 32


def contents(move: Move) -> str:
    """The one text that stands for what was sent with a move. A file is in it by its SHA-256."""
    left_out = move.looked_up | {"step"}
    sent = {name: value for name, value in vars(move).items() if name not in left_out}
    return contents_of(move.kind, move.index, sent)


def contents_of(kind: str, step: int | None, sent: Mapping[str, object]) -> str:
    """The same of anything that is sent with a key: names sorted, blanks around texts dropped, line
    ends counted alike, and nothing for what was left empty."""
    form = {"move": kind, "step": step, "data": _plain(sent)}
    return json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        plain = {str(name): _plain(inner) for name, inner in value.items()}
        return {name: inner for name, inner in plain.items() if inner not in (None, "", {})}
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, bool):
        return value
    return "\n".join(str(value).strip().splitlines())


def row(run_id: int, key: str, sent: Move | str, *, at: datetime) -> list[Statement]:
    """The statement that keeps the digest of what was `sent` (a move, or its `contents`) with
    `key`."""
    text = contents(sent) if isinstance(sent, Move) else sent
    secret = secrets.token_hex(_SECRET_BYTES)
    return insert(
        SentKey,
        [
            {
                "run_id": run_id,
                "key": key,
                "secret": secret,
                "digest": _digest(secret, text),
                "at": at,
            }
        ],
    )


def is_repeat(first: LogLine, move: Move, by: int) -> bool:
    """Whether `first`, the event that keeps the key, may be what this `move` of the person `by`
    (account id) caused. `check` compares what was sent."""
    if first.by != by:
        return False
    event, step, on = first.event, move.index, first.event.step
    if isinstance(event, AttemptRefused):
        return event.move == move.kind and on == step
    return first.kind in move.first_events and (on is None or step is None or on == step)


def check(run: Run, state: RunState, before: Before, sent: str) -> None:
    """Raise `KeyUsed` unless `sent` (its `contents`) is what was first sent with its key, which the
    same person used `before` for the same move. It says what the first came to, so that nobody
    believes that theirs was kept."""
    if before.sent is not None and _is_same(before.sent, sent):
        return
    first = texts.read(before.text)
    came_to = kept(run, state, first)
    why = "This was sent before with other contents, and the first was"
    if before.sent is None:
        why = (
            "This key was used before, and what was sent with it is no longer there to compare. The"
            " first was"
        )
    if isinstance(first.event, AttemptRefused):
        sentence = f"{why} refused: {first.event.sentence} Yours was not looked at."
    else:
        sentence = f"{why} kept: {came_to.rstrip('.')}. Yours was not saved."
    raise KeyUsed(sentence, kept=came_to, sequence=run.sequence)


def kept(run: Run, state: RunState, first: LogLine) -> str:
    """All that the move came to whose first event is `first`, in words for whoever made it. One
    query."""
    same = run.events.filter(
        by=first.by, at=times.microseconds(first.at), sequence__gte=first.sequence
    )
    rows = same.order_by("sequence").values_list("sequence", "key", "text")
    mine = takewhile(lambda row: row[0] == first.sequence or row[1] is None, rows)
    lines = (texts.read(text) for _, _, text in mine)
    hidden = blind_values.steps(state, first.by)
    return "; ".join(blind_values.telling(line.event, state, hidden) for line in lines)


def forget(*, at: datetime) -> int:
    """Remove what was kept for longer than seven days; how many rows that were."""
    return SentKey.objects.filter(at__lt=at - KEPT_FOR).delete()[0]


def _is_same(stored: str, sent: str) -> bool:
    """Whether `sent` is the text of which `stored` (secret, then digest) was kept."""
    secret, digest = stored[: 2 * _SECRET_BYTES], stored[2 * _SECRET_BYTES :]
    return hmac.compare_digest(digest, _digest(secret, sent))


def _digest(secret: str, sent: str) -> str:
    return hmac.new(bytes.fromhex(secret), sent.encode(), hashlib.sha256).hexdigest()
