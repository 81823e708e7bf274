"""Keys that a log would keep, and a deployment that would print them."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.core import checks
from django.core.mail import EmailMessage, get_connection
from django.test import override_settings

from accounts import invitations
from config import environment, logs
from demo.attempts.attempt import Attempt, GotThrough, World, demand
from notices.mail import NoServerError


@contextmanager
def _listening() -> Iterator[io.StringIO]:
    """What is written as JSON meanwhile, by whichever logger."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    formatter = dict(logs.configuration("json")["formatters"]["lines"])
    handler.setFormatter(formatter.pop("()")(**formatter))
    heard = (logging.getLogger(), logging.getLogger("uvicorn.access"))
    levels = [logger.level for logger in heard]
    for logger in heard:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        for logger, level in zip(heard, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)


def _key_in_our_line(world: World) -> str:
    path = invitations.link(world.person("relief"), site="")
    with _listening() as lines:
        answer = world.client().get(f"{path}?again={path}")
    key = path.strip("/").rpartition("/")[2]
    demand(answer.status_code in {200, 302}, f"The link answers {answer.status_code}.")
    demand("account_reset_password_from_key" in lines.getvalue(), "The request left no line.")
    demand(key not in lines.getvalue(), f"The key is in the log: {lines.getvalue()}")
    return lines.getvalue().strip()


def _key_in_the_servers_line(world: World) -> str:
    path = invitations.link(world.person("relief"), site="")
    with _listening() as lines:
        # As the server does, in its own words and with a handler of its own.
        logging.getLogger("uvicorn.access").info(
            '%s - "%s %s HTTP/%s" %d', "127.0.0.1:41200", "GET", path, "1.1", 200
        )
    demand(not lines.getvalue(), f"It is written: {lines.getvalue()}")
    return "Nothing is written: a filter of ours refuses every access line of the server."


def _no_mail_server(world: World) -> str:
    with override_settings(PRODUCTION=True, EMAIL_HOST=""):
        messages = checks.run_checks(include_deployment_checks=True)
    sentences = [str(message.msg) for message in messages if message.id == "countersign.E002"]
    demand(sentences, "manage.py check --deploy has no objection.")
    return f"check --deploy: {sentences[0]}"


def _mail_printed(world: World) -> str:
    mail = EmailMessage("Set your password", invitations.link(world.person("relief"), site=""))
    try:
        get_connection(environment.mail_backend("", production=True)).send_messages([mail])
    except NoServerError as error:
        return str(error)
    raise GotThrough("The mail went somewhere.")


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(18, "An invitation is opened, and its key looked for in the log", _key_in_our_line),
    Attempt(
        18, "The server writes an access line of its own, key and all", _key_in_the_servers_line
    ),
    Attempt(18, "Production is deployed without a mail server", _no_mail_server),
    Attempt(18, "A mail with a key in it is printed instead of sent", _mail_printed),
)
