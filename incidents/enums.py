"""The fixed words of incidents."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    DATA_LOSS = "data loss"
    CORRUPTION = "corruption"
    NEAR_MISS = "near miss"
    GOOD_CATCH = "good catch"


class Severity(StrEnum):
    """SEV1 is the worst: data that matters is gone or production writes on wrong data."""

    UNKNOWN = "not judged yet"
    SEV1 = "severity 1"
    SEV2 = "severity 2"
    SEV3 = "severity 3"
    SEV4 = "severity 4"


class Status(StrEnum):
    OPEN = "open"
    CONTAINED = "contained"
    RESTORED = "restored"
    CLOSED = "closed"


class Certainty(StrEnum):
    EXACT = "exact"
    ABOUT = "about"
    GUESSED = "guessed"


class Moment(StrEnum):
    """The clock fields of an incident, in the order in which they usually come."""

    BEGAN = "began"
    NOTICED = "noticed"
    DECLARED = "declared"
    WRITES_STOPPED = "writes stopped"
    RECOVERY_POINT = "recovery point"
    RESTORED = "restored"
    REOPENED = "reopened"


class Part(StrEnum):
    """What a person does for an incident."""

    LEAD = "lead"
    RESPONDER = "responder"
    DECIDER = "decider"
    COMMUNICATION = "communication"
    SCRIBE = "scribe"
