"""The fixed words of incidents."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    DATA_LOSS = "data loss"
    CORRUPTION = "corruption"
    NEAR_MISS = "near miss"
    GOOD_CATCH = "good catch"


class Severity(StrEnum):
    """How bad it is for the data, the worst first. Where two fit, the worse one."""

    UNKNOWN = "not judged yet"
    SEV1 = "severity 1"
    SEV2 = "severity 2"
    SEV3 = "severity 3"
    SEV4 = "severity 4"

    @property
    def definition(self) -> str:
        """What it means, in a sentence."""
        return _SEVERITIES[self]


_SEVERITIES = {
    Severity.UNKNOWN: "Nobody has judged it yet.",
    Severity.SEV1: "Production data is gone and no good copy is known, or production still writes"
    " on wrong data.",
    Severity.SEV2: "Production data is lost or wrong, and cannot be restored within the RPO and the"
    " RTO, or none is set.",
    Severity.SEV3: "Production data was lost or wrong, and all of it can be restored within the RPO"
    " and the RTO.",
    Severity.SEV4: "No production data was lost: a near miss, or data that can be made again, such"
    " as that of a test system.",
}


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


class LossOf(StrEnum):
    """What can be counted when data is lost."""

    RECORDS = "records"
    FILES = "files"
    BYTES = "bytes"
    ACCOUNTS = "accounts"
    TRANSACTIONS = "transactions"
    MINUTES = "minutes of writes"
    CONFIGURATION = "configuration"
    MESSAGES = "messages"


class LossState(StrEnum):
    """What became of it. The first is where it starts; the others are how it ended."""

    AT_FIRST = "lost at first"
    RECOVERED = "recovered"
    RE_CREATED = "re-created"
    GONE = "gone for good"
    CONTAMINATED = "contaminated"
    UNKNOWN = "unknown"


class Counted(StrEnum):
    """How somebody came to an amount."""

    COUNTED = "counted"
    ESTIMATED = "estimated"
    CLAIMED = "claimed"


class Reconciliation(StrEnum):
    """What is done about writes that were lost, or went to wrong data."""

    UNDECIDED = "not decided yet"
    RE_ENTERED = "re-entered"
    PARTLY = "partly re-entered"
    GIVEN_UP = "given up"
    NOTHING = "nothing to do"


class SavedBy(StrEnum):
    """What kept it from being worse."""

    UNKNOWN = "not said yet"
    CONTROL = "planned control"
    RECOVERY = "unplanned recovery"
    LUCK = "luck"
    MIXED = "mixed"
    NOTHING = "nothing"
    NOT_NEEDED = "not needed"


class ActionKind(StrEnum):
    INVESTIGATE = "investigate"
    MITIGATE = "mitigate"
    REPAIR = "repair"
    DETECT = "detect"
    MITIGATE_NEXT = "mitigate the next one"
    PREVENT = "prevent"
    PROCESS = "process"


class Strength(StrEnum):
    """How much an action helps when people are tired (the action hierarchy of RCA²)."""

    STRONGER = "stronger"
    INTERMEDIATE = "intermediate"
    WEAKER = "weaker"


class ActionStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"
