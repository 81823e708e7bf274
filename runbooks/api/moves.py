"""What each move takes as JSON: one serializer a move, and the table of all of them.

They parse and judge nothing: which step is open, who may act and whether a value fits is for the
verbs of `runbooks.runs.moves` to say, as it is for the forms of the pages.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField, WholeNumberField
from accounts.api.serializers import InputSerializer
from runbooks.api.fields import Text, Texts, Yes
from runbooks.enums import Deviation, Move, RunRole

INDEX = 999_999  # the last step that any runbook could have


class Password(Text):
    """The sender's own (or the signer's), where `COUNTERSIGN_SIGN_AGAIN` asks for it again."""

    def __init__(self, **kwargs: Any) -> None:
        told = "The password again, where a signature asks for it. It is kept nowhere."
        super().__init__(max_length=200, default="", write_only=True, help_text=told, **kwargs)


class SentMove(InputSerializer):
    """What every move carries."""

    seen = WholeNumberField(help_text="`sequence` of the run as its sender knew it.")


class SentStep(SentMove):
    """A move on a step that takes nothing else."""

    step = WholeNumberField(max_value=INDEX, help_text="`index` of the step.")


class SentValues(SentStep):
    """A move on a step with what was observed."""

    values = Texts(
        default=dict, help_text="Name → what was observed, as text, as a person would write it."
    )


class SentTick(SentValues):
    """The slash. Nothing of the run is read before the verb: it is the most frequent move."""


class SentRecord(SentValues):
    """Values without the slash."""


class SentCountersign(SentValues):
    """The second person's own values; none where a step is confirmed before it is done."""

    comment = Text(default="")
    signer = Text(
        max_length=254,
        default="",
        help_text="Name at the sign-in of the second person, who signs on this screen.",
    )
    password = Password()


class SentDecision(SentValues):
    """One of the answers of a decision."""

    answer = Text(max_length=200)
    reason = Text()


class SentGate(SentMove):
    """One gate: of a step, or of the start when no `step` is named."""

    step = WholeNumberField(
        required=False, max_value=INDEX, help_text="`index` of the step, if of one."
    )
    gate = Text(max_length=80, help_text="`key` of the gate.")


class SentAskedOverride(SentGate):
    """The gate that is to be passed without its condition, and why."""

    reason = Text()
    again = Yes(
        default=False,
        help_text="True when gates of this run were overridden before, and one more is needed.",
    )


class SentOverride(SentGate):
    """The same gate, two minutes later."""

    password = Password()


class SentFitness(SentMove):
    """How somebody is. It stays with the run."""

    hours_awake = serializers.IntegerField(min_value=0, max_value=72)
    alone = Yes(default=False)
    local_time = Text(max_length=5, default="", help_text="Where they are, such as `03:40`.")


class SentReason(SentStep):
    """A move on a step that wants a reason."""

    reason = Text()


class SentObservation(SentStep):
    """Something is different."""

    observed = Text()


class SentFinding(SentStep):
    """The cause of a mismatch; `lead` opens the section that the step names for it."""

    finding = Text()
    lead = Yes(default=False)


class SentUnlock(SentStep):
    """The name of what is overwritten, typed."""

    name = Text(max_length=200)
    password = Password()


class SentRole(SentMove):
    """The role to take."""

    role = EnumField(RunRole)


class SentStart(SentMove):
    """The brief was read, and what must be true before the start is true."""

    acknowledged = Yes()
    conditions = Yes(default=True)
    access = Text(
        max_length=10,
        default="",
        help_text="`read` or `write`: what the account can do on what is read, in a run that copies"
        " out of production.",
    )


class SentQuestion(SentMove):
    """The question to the whole team: does anyone hold a newer copy?"""

    text = Text(default="")


class SentAnswer(SentMove):
    """The answer to it."""

    holds = Yes()
    text = Text(default="", help_text="Which one: where it lies, from when, how you know.")


class SentHold(SentMove):
    """STOP. No reason is needed."""

    reason = Text(default="")


class SentReadBack(SentMove):
    """Where the run stands: the number of the step that was finished last, or `none`."""

    read_back = Text(max_length=40)
    comment = Text(default="")


class SentHandOver(SentMove):
    """The run is offered to the person `to`. One's own id takes the offer back."""

    to = WholeNumberField(help_text="Account id of the person; one's own withdraws the offer.")
    position = Text(default="")
    running = Text(default="")
    next_step = Text(default="")
    worries = Text(default="")


class SentTakeOver(SentMove):
    """The offered run is taken: the read-back, and the target identified anew."""

    read_back = Text(max_length=40)
    identifier = Text(max_length=200, default="")


class SentReplacement(SentMove):
    """Who holds a role is gone, and `to` is to take it."""

    role = EnumField(RunRole, help_text="`operator` or `decider`.")
    to = WholeNumberField(help_text="Account id of the person.")
    reason = Text()


class SentConfirmed(SentMove):
    """The second person; the new decider reads back where the run stands."""

    read_back = Text(max_length=40, default="")


class SentWithdrawn(SentMove):
    """The proposal is taken back, or objected to."""

    reason = Text(default="")


class SentNote(SentMove):
    """A note, on a step or on the run."""

    step = WholeNumberField(required=False, max_value=INDEX)
    text = Text()


class SentLateEntry(SentMove):
    """What was done earlier, and when."""

    step = WholeNumberField(required=False, max_value=INDEX)
    performed_at = ApiMomentField()
    text = Text()


class SentFile(SentMove):
    """A file, as `multipart/form-data`; `value` names the recorded value that it answers."""

    step = WholeNumberField(required=False, max_value=INDEX)
    value = Text(max_length=80, default="")
    file = serializers.FileField(
        error_messages={"required": "Choose a file.", "empty": "The file is empty."}
    )


class SentStrikeOut(SentMove):
    """The line of the log that is struck out; it stays readable."""

    sequence = WholeNumberField(help_text="`sequence` of the event.")
    reason = Text()


class SentEnd(SentMove):
    """The run ends early."""

    reason = Text()
    deviation = EnumField(Deviation, required=False, help_text="In what it went wrong, if it did.")


class SentSummary(SentMove):
    """The run is complete."""

    summary = Text(default="")


MOVES: dict[Move, type[SentMove]] = {
    Move.TAKE_ROLE: SentRole,
    Move.RELEASE_ROLE: SentMove,
    Move.START: SentStart,
    Move.BEGIN_STEP: SentStep,
    Move.RECORD: SentRecord,
    Move.TICK: SentTick,
    Move.COUNTERSIGN: SentCountersign,
    Move.OBJECT: SentReason,
    Move.NOT_APPLICABLE: SentReason,
    Move.REPORT_MISMATCH: SentObservation,
    Move.DIAGNOSE: SentFinding,
    Move.REOPEN: SentStep,
    Move.UNDO: SentReason,
    Move.CONFIRM_TEAM_CHECK: SentStep,
    Move.UNLOCK: SentUnlock,
    Move.ASK_OVERRIDE: SentAskedOverride,
    Move.WITHDRAW_OVERRIDE: SentGate,
    Move.OVERRIDE: SentOverride,
    Move.STATE_FITNESS: SentFitness,
    Move.ASK_COPIES: SentQuestion,
    Move.ANSWER_COPIES: SentAnswer,
    Move.HOLD: SentHold,
    Move.RESUME: SentReadBack,
    Move.HAND_OVER: SentHandOver,
    Move.ACCEPT_HAND_OVER: SentTakeOver,
    Move.PROPOSE_REPLACEMENT: SentReplacement,
    Move.CONFIRM_REPLACEMENT: SentConfirmed,
    Move.WITHDRAW_REPLACEMENT: SentWithdrawn,
    Move.RELEASE: SentReason,
    Move.DECIDE: SentDecision,
    Move.NOTE: SentNote,
    Move.ATTACH: SentFile,
    Move.LATE_ENTRY: SentLateEntry,
    Move.STRIKE_OUT: SentStrikeOut,
    Move.ABORT: SentEnd,
    Move.COMPLETE: SentSummary,
}
