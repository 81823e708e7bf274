"""Where a webhook may go: reading an address, resolving it once, and judging what it leads to.

A webhook is a request that the server makes for somebody, so its address is a way into the network
the server stands in. Only addresses of the public internet are let through, and what
COUNTERSIGN_WEBHOOK_PRIVATE_HOSTS lists. The caller connects to the very addresses judged here: a
name that is asked a second time may answer something else.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlsplit

LONGEST = 500
Address = IPv4Address | IPv6Address
_NAT64 = IPv6Network("64:ff9b::/96")
#: IETF protocol assignments. Python calls the whole of it private only since 3.11.10, and a cloud
#: answers for its machines' credentials in it.
_ASSIGNED = IPv4Network("192.0.0.0/24")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?")
_UNSENDABLE = re.compile(r"""[^!-~]|[\\<>"`{}|^]""")
_SETTING = "COUNTERSIGN_WEBHOOK_PRIVATE_HOSTS"


@dataclass(frozen=True)
class Target:
    """An address, read: `path` is with its query, `host` without brackets and in lower case."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the header Host says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def masked(self) -> str:
        """The address without its path, which in a chat's address is the key to the channel."""
        return f"{self.scheme}://{self.authority}/…"


class Forbidden(ValueError):
    """The address leads where no webhook may go; the message is a sentence."""


def read(url: str, listed: Collection[str] = ()) -> Target:
    """`url` as a target. `listed` are the private hosts and networks of the settings.

    Raises `ValueError` with a sentence for what can never be sent to. Says nothing about what a
    name leads to: that is judged when it is sent to, each time.
    """
    text = url.strip()
    if len(text) > LONGEST:
        raise ValueError(f"The address has {len(text)} characters; {LONGEST} is the most.")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError(
            "This is no address: write one such as https://hooks.example.org/."
        ) from None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("Write an address that begins with https://.")
    if "@" in parts.netloc:
        raise ValueError("Leave out the user name and password: the signature proves the sender.")
    if parts.fragment:
        raise ValueError("Leave out the part behind #: it is never sent.")
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    if _UNSENDABLE.search(path):
        raise ValueError(
            "The path holds a blank or a sign that must be written as %20 or the like."
        )
    target = Target(parts.scheme, _host(parts.hostname or ""), _port(text), path)
    literal = literal_address(target.host)
    if literal:
        judge(target, [literal], listed)
    elif target.scheme == "http" and not listed:
        raise ValueError(
            "Write https://. Plain http:// is for hosts of your own that the setting"
            f" {_SETTING} lists."
        )
    return target


def _host(host: str) -> str:
    if literal_address(host) and "%" not in host:
        return host
    try:
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    if not _NAME.fullmatch(name) or len(name) > 253:
        raise ValueError("This is no host name: write one such as hooks.example.org.")
    return name


def _port(text: str) -> int:
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("The port is a number from 1 to 65535.")
    return port or {"https": 443, "http": 80}[parts.scheme]


def literal_address(host: str) -> Address | None:
    """The IP address that `host` is, or None when it is a name."""
    try:
        return _address(host)
    except ValueError:
        return None


def _address(text: str) -> Address:
    """An address without its zone. One that maps IPv4 into IPv6 is the IPv4 address: that is where
    the system would connect to. Raises `ValueError`."""
    ip = ip_address(text.partition("%")[0])
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip


def resolve(target: Target, seconds: float) -> list[Address]:
    """What the name leads to, asked once; at most `seconds`.

    In a thread of its own, for the system's resolver knows no limit that we could set. Raises
    `OSError`: `socket.gaierror` from the name service, `TimeoutError` after `seconds`.
    """
    literal = literal_address(target.host)
    if literal:
        return [literal]
    answers: SimpleQueue[list[Address] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            addresses = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            answers.put([_address(str(entry[4][0])) for entry in addresses])
        except OSError as error:
            answers.put(error)
        except UnicodeError:
            answers.put(socket.gaierror(socket.EAI_NONAME, "this is no name"))

    Thread(target=ask, daemon=True, name="webhook-name").start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def judge(target: Target, addresses: Collection[Address], listed: Collection[str]) -> None:
    """Raise `Forbidden` unless every one of `addresses` may be sent to.

    Every one: a name that leads to a public and to a private address is not trusted with either.
    A listed network opens its addresses, whatever they are. A listed name opens private addresses
    and this machine's own, but never link-local ones, where clouds keep their credentials.
    """
    named = target.host.rstrip(".") in listed
    networks = [ip_network(word) for word in listed if literal_address(word.split("/")[0])]
    opened = all(any(ip in network for network in networks) for ip in addresses)
    for ip in addresses:
        if any(ip in network for network in networks):
            continue
        kind = _kind(ip)
        if kind and not (named and kind in {"private", "this machine's own"}):
            led = "" if target.host == str(ip) else f"{target.host} leads to {ip}, which"
            raise Forbidden(
                f"{led or ip} is {_article(kind)} address. List the network in {_SETTING} if"
                " webhooks may go there."
            )
    if target.scheme == "http" and not named and not opened:
        raise Forbidden(
            f"Plain http:// is only for hosts that {_SETTING} lists; write https:// for"
            f" {target.host}."
        )


def _article(kind: str) -> str:
    return kind if kind.startswith("this") else f"a {kind}"


def _kind(ip: Address) -> str:
    """What keeps a webhook from `ip`, in words; '' for an address of the public internet."""
    for inner in _meant(ip):
        if inner.is_loopback:
            return "this machine's own"
        if inner.is_link_local or inner in _ASSIGNED:
            return "link-local"
        if inner.is_multicast:
            return "multicast"
        if inner.is_unspecified or inner.is_reserved:
            return "reserved"
        if not inner.is_global or (isinstance(inner, IPv6Address) and inner.is_site_local):
            return "private"
    return ""


def _meant(ip: Address) -> Iterable[Address]:
    """Where a packet to `ip` ends up: an IPv6 address of a tunnel carries an IPv4 address."""
    if isinstance(ip, IPv4Address):
        return [ip]
    if ip in _NAT64:
        return [IPv4Address(int(ip) & 0xFFFFFFFF)]
    if ip.sixtofour:  # older versions of Python call all of 2002::/16 private, newer ones none
        return [ip.sixtofour]
    return [ip, *(ip.teredo or ())]
