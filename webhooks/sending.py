"""One POST to an address that somebody typed, on our guard.

The name is resolved once, every address it leads to is judged (`webhooks.targets`), and the
connection goes to one of those: a second answer of the name service cannot lead elsewhere. The
certificate is checked for the name. No redirect is followed and no proxy of the environment is
used. A watch breaks the exchange off at its deadline, whatever the receiver does: a byte a second
would outlive every time-out between two reads.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from threading import Timer

from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse
from urllib3.util.ssl_ import create_urllib3_context

from webhooks import targets
from webhooks.targets import Address, Target

MOST_BYTES = 64 * 1024
KEPT_CHARACTERS = 2_000


@dataclass(frozen=True)
class Patience:
    """How long is waited, in seconds: for name and connection, for each read, for everything."""

    connect: float = 5
    read: float = 10
    total: float = 20


@dataclass(frozen=True)
class Exchange:
    """What came of an attempt. `code` is None when no answer came, and `error` says why; `answer`
    is the beginning of its text. `retry_after` is in seconds, where the receiver asked for it."""

    code: int | None
    answer: str
    error: str
    took_ms: int
    retry_after: int | None = None

    @property
    def ok(self) -> bool:
        """The status line decides; a text that breaks off behind it takes nothing back."""
        return self.code is not None and 200 <= self.code < 300


class _Failed(Exception):
    """No answer; the message is a sentence."""


def post(
    target: Target,
    body: str,
    headers: Mapping[str, str],
    *,
    listed: Collection[str] = (),
    patience: Patience | None = None,
    trust: ssl.SSLContext | None = None,
) -> Exchange:
    """Send `body` once. Never raises for what the receiver, the network or a name does.

    `listed`: the private hosts and networks of the settings. `trust`: certificates other than the
    system's (tests).
    """
    wait = patience or Patience()
    begun = time.monotonic()
    try:
        with _connected(target, listed, wait, trust) as connection:
            code, answer, retry_after = _exchange(connection, target, body, headers)
    except _Failed as failed:
        return Exchange(None, "", str(failed)[:300], _since(begun))
    error = "" if 200 <= code < 300 else _not_taken(code)
    return Exchange(code, answer, error, _since(begun), retry_after)


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)


def _not_taken(code: int) -> str:
    if 300 <= code < 400:
        return (
            f"It answered {code} and sent us elsewhere. Redirects are not followed: write the"
            " new address."
        )
    if code == 410:
        return "It answered 410: it is gone for good and wants nothing more."
    return f"It answered {code}."


@contextmanager
def _connected(
    target: Target, listed: Collection[str], wait: Patience, trust: ssl.SSLContext | None
) -> Iterator[HTTPConnection]:
    """A connection to a judged address, broken off at the deadline. Raises `_Failed`."""
    deadline = time.monotonic() + wait.total
    plain = _reach(target, _judged(target, listed, wait), wait)
    # The watch holds a socket of its own: while TLS is being set up, nobody else holds this one.
    watched = plain.dup()
    late: list[bool] = []

    def break_off() -> None:
        late.append(True)
        with suppress(OSError):
            watched.shutdown(socket.SHUT_RDWR)

    watch = Timer(max(deadline - time.monotonic(), 0), break_off)
    watch.daemon = True
    watch.start()
    connection = HTTPConnection(target.host, target.port, timeout=wait.read)
    try:
        connection.sock = plain
        if target.scheme == "https":
            connection.sock = _secured(plain, target, trust)
        yield connection
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise _Failed(_broken_off(wait) if late else _told(error, wait)) from error
    finally:
        watch.cancel()
        connection.close()
        plain.close()
        watched.close()


def _judged(target: Target, listed: Collection[str], wait: Patience) -> list[Address]:
    try:
        addresses = targets.resolve(target, wait.connect)
        targets.judge(target, addresses, listed)
    except targets.Forbidden as forbidden:
        raise _Failed(str(forbidden)) from forbidden
    except TimeoutError as error:
        raise _Failed(f"The name service did not answer within {wait.connect:g} s.") from error
    except OSError as error:
        raise _Failed(_nameless(target.host, error)) from error
    return addresses


def _nameless(host: str, error: OSError) -> str:
    """Why a name led nowhere. A name service out of reach knows nothing against the name."""
    if isinstance(error, socket.gaierror) and error.errno != socket.EAI_AGAIN:
        return f"The name {host} is not known."
    return f"The name service gave no answer about {host}."


def _reach(target: Target, addresses: Collection[Address], wait: Patience) -> socket.socket:
    """A TCP connection to the first of `addresses` that takes one, all within one time."""
    until = time.monotonic() + wait.connect
    failed = f"The name {target.host} leads to no address."
    for ip in addresses:
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            sock = socket.create_connection((str(ip), target.port), left)
        except TimeoutError:
            failed = f"No connection to {ip} within {wait.connect:g} s."
        except ConnectionRefusedError:
            failed = f"{ip} refused the connection: nothing listens at port {target.port}."
        except OSError as error:
            failed = f"No connection to {ip}: {error.strerror or error}."
        else:
            sock.settimeout(wait.read)
            return sock
    raise _Failed(failed)


def _secured(plain: socket.socket, target: Target, trust: ssl.SSLContext | None) -> ssl.SSLSocket:
    context = trust
    if context is None:
        context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
        context.check_hostname = True
        context.load_default_certs()
    return context.wrap_socket(plain, server_hostname=target.host.rstrip("."))


def _exchange(
    connection: HTTPConnection, target: Target, body: str, headers: Mapping[str, str]
) -> tuple[int, str, int | None]:
    connection.request(
        "POST",
        target.path,
        body=body.encode(),
        headers={"Host": target.authority, "Connection": "close", **headers},
        preload_content=False,
        decode_content=False,
    )
    response = connection.getresponse()
    return response.status, _text(response), _seconds(response.headers.get("Retry-After", ""))


def _text(response: BaseHTTPResponse) -> str:
    """The beginning of the answer; what breaks off is kept as far as it came."""
    got = bytearray()
    with suppress(HTTPError, HTTPException, OSError, ValueError):
        while len(got) < MOST_BYTES:
            piece = response.read1(MOST_BYTES - len(got), decode_content=False)
            if not piece:
                break
            got += piece
    # PostgreSQL keeps no NUL.
    return bytes(got).decode("utf-8", "replace").replace("\x00", "�")[:KEPT_CHARACTERS]


def _seconds(text: str) -> int | None:
    """Whole seconds of a Retry-After; None for none, and for a date, which nobody sends here."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _broken_off(wait: Patience) -> str:
    return f"The exchange was not over after {wait.total:g} s and was broken off."


def _told(error: Exception, wait: Patience) -> str:
    """What went wrong behind the connection, in a sentence."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not valid for this address: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return f"No secure connection: {error.reason or error}."
    if isinstance(error, TimeoutError):
        return f"No answer within {wait.read:g} s."
    if isinstance(error, ConnectionError):
        return "It hung up without an answer."
    return f"What came back is no answer of HTTP: {error}."
