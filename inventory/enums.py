"""The fixed words of the inventory."""

from __future__ import annotations

from enum import StrEnum


def choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    """An enumeration as a model's field wants it: people read the very words that are stored."""
    return [(word.value, word.value) for word in words]


class Environment(StrEnum):
    PRODUCTION = "production"
    STAGING = "staging"
    TEST = "test"
    DEVELOPMENT = "development"


class Lifecycle(StrEnum):
    ACTIVE = "active"
    FROZEN = "frozen"
    STANDBY = "standby"
    SCRATCH = "scratch"
    QUARANTINED = "quarantined"
    DECOMMISSIONED = "decommissioned"


class DataClass(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class IdentifierKind(StrEnum):
    """Kinds of identifier. A name alone never identifies: the two of an instance differ in kind."""

    NAME = "name"
    HOST = "host name"
    SYSTEM_IDENTIFIER = "database system identifier"
    MACHINE_ID = "machine id"
    ROLE = "role it reports"
    ADDRESS = "network address"
    SERIAL = "serial number"
    FINGERPRINT = "fingerprint of its data"


class Medium(StrEnum):
    DISK = "disk"
    OBJECT_STORE = "object store"
    SNAPSHOT = "snapshot"
    REPLICA = "replica"
    TAPE = "tape"
    REMOVABLE = "removable disk or stick"
    LAPTOP = "laptop"
    LIVE_DATABASE = "live database"


class CopyState(StrEnum):
    GOOD = "good"
    UNVERIFIED = "unverified"
    SUSPECT = "suspect"
    DESTROYED = "destroyed"
    QUARANTINED = "quarantined"


class YesNoUnknown(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
