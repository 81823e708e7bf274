"""The fixed words of runbooks and runs. Plain Python, so that the pure modules may import it."""

from __future__ import annotations

from enum import StrEnum


class Use(StrEnum):
    """How a runbook is meant to be read: step by step in hand, or looked up."""

    STEP_BY_STEP = "step-by-step"
    REFERENCE = "reference"


class Level(StrEnum):
    """Weight of a finding. An error blocks saving or approval; the others never do."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class ParameterType(StrEnum):
    INSTANCE = "instance"
    COPY = "copy"
    TEXT = "text"
    NUMBER = "number"
    DATETIME = "datetime"
    DURATION = "duration"
    CHOICE = "choice"


class ValueType(StrEnum):
    """Types of a value that a step records."""

    TEXT = "text"
    NUMBER = "number"
    DATETIME = "datetime"
    DURATION = "duration"
    BYTES = "bytes"
    SHA256 = "sha256"
    CHOICE = "choice"
    FILE = "file"


class Operation(StrEnum):
    """What a runbook is for. A copy-out reads production and never writes into it; a deletion puts
    nothing in the place of what it takes away."""

    RESTORE = "restore"
    COPY_OUT = "copy-out"
    BACKUP = "backup"
    CHECK = "check"
    DELETE = "delete"


class Deviation(StrEnum):
    """In what a run went wrong: what was acted on, which way round, with which copy."""

    WRONG_TARGET = "wrong-target"
    WRONG_DIRECTION = "wrong-direction"
    WRONG_COPY = "wrong-copy"
    OTHER = "other"


class Caught(StrEnum):
    """What a guard caught before it did harm: the one thing that near misses count. What is merely
    not done yet, mistyped, or not for this person, is refused as well, and is none."""

    TARGET = "wrong-target"
    DIRECTION = "wrong-direction"
    COPY = "wrong-copy"
    PLACE = "wrong-place"
    ACCESS = "write-access"


class Purpose(StrEnum):
    """What a copy that a run knows is for. ORIGINAL: the one that was chosen; DUPLICATE: of it."""

    SAFETY = "safety"
    BACKUP = "backup"
    TRANSFER = "transfer"
    ORIGINAL = "original"
    DUPLICATE = "duplicate"
    QUARANTINE = "quarantine"


class Rearmed(StrEnum):
    """What is switched on again after a restore, and forgotten (Travis CI 2018, Flowdock 2020)."""

    JOBS = "jobs"
    ALERTS = "alerts"
    REPLICATION = "replication"
    SESSIONS = "sessions"
    SEQUENCES = "sequences"


class CountersignTiming(StrEnum):
    """BEFORE: concurrent verification of an irreversible act. AFTER: independent and blind."""

    BEFORE = "before"
    AFTER = "after"


class RunRole(StrEnum):
    OPERATOR = "operator"
    VERIFIER = "verifier"
    DECIDER = "decider"
    OBSERVER = "observer"


class NoticedBy(StrEnum):
    """How a near miss was noticed. An override is no near miss and is counted by itself."""

    REFUSAL = "refusal"
    MISMATCH = "mismatch"
    OVERRIDE = "override"


class RunKind(StrEnum):
    LIVE = "live"
    DRILL = "drill"


class RunStatus(StrEnum):
    BRIEFING = "briefing"
    RUNNING = "running"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    ABORTED = "aborted"

    @property
    def label(self) -> str:
        """The status as people read it."""
        return self.value.replace("_", " ")


class StepStatus(StrEnum):
    LOCKED = "locked"
    OPEN = "open"
    STARTED = "started"
    AWAITING = "awaiting countersign"
    DONE = "done"
    NOT_APPLICABLE = "not applicable"
    MISMATCH = "mismatch"
    DIAGNOSED = "diagnosed"
    STRUCK = "struck"
