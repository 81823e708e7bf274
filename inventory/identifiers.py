"""What machines are known by: how each kind is read, compared, and what it tells apart. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from inventory.enums import IdentifierKind

#: The command that reads each kind, '' where it depends on the machine.
READ_BY: dict[IdentifierKind, str] = {
    IdentifierKind.NAME: "",
    IdentifierKind.HOST: "hostname",
    IdentifierKind.SYSTEM_IDENTIFIER: (
        'psql -Atc "select system_identifier from pg_control_system()"'
    ),
    IdentifierKind.MACHINE_ID: "cat /etc/machine-id",
    IdentifierKind.ROLE: (
        "psql -Atc \"select case when pg_is_in_recovery() then 'standby' else 'primary' end\""
    ),
    IdentifierKind.ADDRESS: "hostname -I",
    IdentifierKind.SERIAL: "cat /sys/class/dmi/id/product_serial",
    IdentifierKind.FINGERPRINT: "",
}
#: What people call a machine. It says where one meant to be, not where one is.
NAMED = frozenset({IdentifierKind.NAME, IdentifierKind.HOST, IdentifierKind.ADDRESS})
#: What `pg_is_in_recovery()` answers, in words.
_ROLES = {"f": "primary", "false": "primary", "t": "standby", "true": "standby"}


@dataclass(frozen=True)
class Preset:
    """The identifiers that fit a kind of server, proposed on the form of a new instance."""

    slug: str
    label: str
    first: IdentifierKind
    second: IdentifierKind


PRESETS = (
    Preset(
        "postgresql",
        "PostgreSQL server",
        IdentifierKind.SYSTEM_IDENTIFIER,
        IdentifierKind.ROLE,
    ),
)


def preset(slug: str) -> Preset | None:
    """The preset with this word in an address; None for none."""
    return next((preset for preset in PRESETS if preset.slug == slug), None)


def plain(text: str) -> str:
    """A typed text as it is compared: blanks and capitals do not count, nor how a letter with an
    accent is put together, nor what nobody can see and pasting brings along."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return " ".join(text.split()).casefold()


def normal(kind: str, value: str) -> str:
    """An identifier of `kind` as it is compared: a host name without the dot at its end, a role as
    "primary" or "standby", also where PostgreSQL says `f` or `t`."""
    text = plain(value)
    if kind == IdentifierKind.HOST:
        return text.rstrip(".") or text
    return _ROLES.get(text, text) if kind == IdentifierKind.ROLE else text


def same_host(first: str, other: str) -> bool:
    """Whether two host names are equal, or one is the short name of the other. (The first number
    of an address is not.)"""
    names = (plain(first).rstrip("."), plain(other).rstrip("."))
    short, long = sorted(names, key=len)
    return short == long or (long.startswith(f"{short}.") and not short.isdigit())


def key(kind: str, value: str) -> str:
    """One identifier as a text that is equal where the identifier is."""
    return f"{kind}={normal(kind, value)}"


def together(first: str, other: str) -> str:
    """Two `key`s as one text, in whichever order they are given."""
    return "\n".join(sorted((first, other)))
