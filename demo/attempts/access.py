"""Attempts on what people type: patterns, options and passwords."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.urls import reverse

from accounts import limits
from demo.attempts.attempt import Attempt, GotThrough, World, demand
from demo.day.crew import PASSWORD
from runbooks.enums import RunKind, ValueType
from runbooks.library.revisions import save
from runbooks.machine.moves.second_person import Countersign
from runbooks.models import Revision
from runbooks.procedure import patterns
from runbooks.procedure.model import ValueSpec
from runbooks.procedure.observed import judge
from runbooks.procedure.parser import parse
from runbooks.runs import preparation

_SLOW = "([a-z0-9]+[-_.]?)+"
_PASTED = "dbprodledgerprimary01internalexampleorg$ "
_TEXT = """---
title: Tried with what people type
parameters:
  nm: {type: text, label: Name, pattern: "%s"}
---

- [ ] Look at it

  ```sh
  ls -l <nm>
  ```
"""


def _revision(world: World, pattern: str) -> Revision:
    return save(source=(_TEXT % pattern).encode(), by=world.person("author"), at=world.at)


def _prepared(world: World, pattern: str, value: str) -> str:
    revision = _revision(world, pattern)
    return world.refused(
        "invalid",
        lambda: preparation.prepare(
            revision=revision,
            kind=RunKind.DRILL,
            parameters={"nm": value},
            by=world.person("operator"),
            at=world.at,
        ),
    )


def _slow_parameter(world: World) -> str:
    return _prepared(world, "(a+)+b", "a" * 60 + "!")


def _slow_value(world: World) -> str:
    spec = ValueSpec("nm", ValueType.TEXT, "Name", matches=_SLOW, blind=False)
    sentence = judge(spec, _PASTED, earlier={}, at=world.at, kinds={}).wrong
    demand(sentence == patterns.refusal(_SLOW), f"It said: {sentence}")
    return sentence


def _look_around(world: World) -> str:
    findings = parse((_TEXT % "(?=(a+))a*b").encode()).findings
    sentences = [f"line {f.line}: {f.sentence}" for f in findings if f.code == "syntax.pattern"]
    demand(sentences, "Nothing was found.")
    return sentences[0]


def _contradiction(world: World) -> str:
    text = _TEXT.replace("pattern:", "default: L1, pattern:") % "[a-z]+"
    findings = parse(text.encode()).findings
    sentences = [f.sentence for f in findings if f.code == "syntax.contradiction"]
    demand(sentences, "Nothing was found.")
    return sentences[0]


def _option(world: World) -> str:
    return _prepared(world, "[a-z-]+", "-rf")


def _kept_out(world: World) -> str:
    """Wrong passwords of a stranger, then the right one in the engineer's own browser."""
    mine, page = world.client(), reverse("account_login")
    sent = {"login": "verifier", "password": PASSWORD}
    demand(mine.post(page, sent).status_code == 302, "The right password was refused.")
    mine.post(reverse("account_logout"))
    for _ in range(6):
        answer = world.client().post(page, {**sent, "password": "wrong"})
    sentence = re.search(r"Too many wrong passwords[^<]*", answer.content.decode())
    if sentence is None:
        raise GotThrough("A stranger guesses on without a wait.")
    kept_out = mine.post(page, sent).status_code != 302
    demand(not kept_out, "The engineer is kept out by a stranger's wrong passwords.")
    return f"to the stranger: {sentence[0].strip()} The engineer's own browser is let in."


def _many_addresses(world: World) -> str:
    """Wrong passwords from sixty addresses, then the engineer on a device that is new."""
    account, most = limits.account_of(world.person("verifier"), ""), limits.ACCOUNT.most

    def asks(address: str, at: datetime) -> datetime | None:
        return limits.consume(limits.sign_in_counters(account, address), at=at)

    compared = sum(asks(f"198.51.100.{n}", world.at) is None for n in range(60) for _ in range(3))
    demand(compared == limits.ACCOUNT.free, f"{compared} of 180 were compared without a wait.")
    opens = asks("192.0.2.1", world.at)
    demand(opens is not None, "A new address does not wait while the account is guessed at.")
    later = world.at + timedelta(seconds=most)
    for n in range(60):
        asks(f"198.51.100.{n}", later)
    demand(asks("192.0.2.1", later) is None, "Strangers keep the engineer's new device out.")
    return f"{compared} of 180 were compared. The engineer's new device waits {most} s, once."


def _oracle(world: World) -> str:
    """The same answer to a right and a wrong password of somebody who has no role in the run."""
    crew = world.restore()

    def ask(password: str) -> str:
        return world.refused(
            "not_in_run",
            lambda: crew.press("operator", Countersign, 0, signer="admin", password=password),
        )

    wrong, right = ask("wrong"), ask(PASSWORD)
    demand(wrong == right, f"Different answers: {wrong} {right}")
    return wrong


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(16, "A stranger keeps an engineer out with wrong passwords", _kept_out),
    Attempt(16, "Sixty addresses guess at one account, and keep a new device out", _many_addresses),
    Attempt(16, "The countersign on one's screen, as an oracle for an admin's password", _oracle),
    Attempt(17, "A text parameter that a command would take for an option", _option),
    Attempt(17, "A default that its own pattern refuses", _contradiction),
    Attempt(19, "A parameter whose pattern tries every way to split the text", _slow_parameter),
    Attempt(19, "A prompt, pasted as a value whose pattern is slow", _slow_value),
    Attempt(19, "A pattern that looks ahead, which no linear engine reads", _look_around),
)
