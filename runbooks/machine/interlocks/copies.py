"""New copies: of what will be lost, and of the copy that is worked with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from inventory import plausibility
from runbooks.enums import Caught, Deviation, Purpose
from runbooks.machine.events.copies import CopyRegistered, CopyVerified
from runbooks.machine.events.event import RunEvent
from runbooks.machine.interlocks import doubt
from runbooks.machine.interlocks.holdings import on_host, same_place
from runbooks.machine.interlocks.interlock import Signature, Wrong, utc
from runbooks.machine.interlocks.newcopy import WITHOUT_FILE, NewCopyInterlock, called
from runbooks.machine.requests import Gate
from runbooks.machine.state import ParameterFacts, RunState
from runbooks.procedure.guards.copies import MakeCopy, Protect
from runbooks.procedure.model import ValueSpec


class MakeCopyInterlock(NewCopyInterlock[MakeCopy]):
    """A copy of live data, on another machine than its source, measured and read back."""

    judges = MakeCopy
    source = "B15: PostgreSQL, restic and SQL Server (tail-log) want one first; M3 of the story"

    def asks(self, state: RunState, index: int) -> tuple[ValueSpec, ...]:
        no_file = self.demand(state, index).medium in WITHOUT_FILE
        return (
            *self.where(state, index),
            self.ask("size", min="1"),
            self.ask("fingerprint" if no_file else "sha256"),
            self.ask("data_as_of"),
            self.ask("read_back"),
        )

    def gates(self, state: RunState, index: int, at: datetime) -> tuple[Gate, ...]:
        values = state.steps[index].values
        if "copy.size" not in values:
            return ()
        copy = self._measured(state, index, values)
        return doubt.gates(self, state, copy, self._doubt(state, index, values))

    def signs(self, state: RunState, index: int, at: datetime) -> Signature | None:
        values = state.steps[index].values
        copy = self._measured(state, index, values)
        return doubt.signature(state, copy, self._doubt(state, index, values))

    def wrong(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> Wrong | None:
        other = self._another(state, index, values)
        if other:
            return other
        facts, place = self.facts(state, index), self.lies(state, index, values)["place"]
        host = facts.fields.get("host", "")
        if place and on_host(place, host):
            return Wrong(
                f"{place} is on {host}, where {facts.value} itself is: one fault takes both. Copy"
                " it to another machine.",
                caught=Caught.PLACE,
            )
        return too_new("The newest record of the copy", values.get("copy.data_as_of"), at)

    def events(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> tuple[RunEvent, ...]:
        lies = self.lies(state, index, values)
        event = CopyRegistered(
            step=index,
            parameter=self.named(state, index),
            purpose=self.demand(state, index).purpose,
            name=self._name(state, index),
            place=lies["place"],
            medium=lies["medium"],
            encrypted=lies["encrypted"],
            sha256=values.get("copy.sha256", ""),
            fingerprint=values.get("copy.fingerprint", ""),
            size=int(values["copy.size"]),
            data_as_of=datetime.fromisoformat(values["copy.data_as_of"]),
            how=values["copy.read_back"],
            accepted=self._accepted(state, index, values),
        )
        return (event,)

    def _purpose(self, state: RunState, index: int) -> str:
        return self.demand(state, index).purpose.value

    def _measured(self, state: RunState, index: int, values: Mapping[str, str]) -> doubt.Measured:
        lies, size = self.lies(state, index, values), doubt.whole(values, "copy.size")
        kind = plausibility.kind_of(lies["medium"], self._name(state, index), lies["place"])
        name = f"the copy of {self.facts(state, index).value}"
        return doubt.measured(state, self.named(state, index), name, size, kind)

    def _name(self, state: RunState, index: int) -> str:
        """The name under which the inventory keeps it."""
        purpose = self._purpose(state, index)
        return called(state, index, f"{self.facts(state, index).value}-{purpose}")

    def _another(self, state: RunState, index: int, values: Mapping[str, str]) -> Wrong | None:
        """What shows that something else was measured, or nothing."""
        digest, typed = values.get("copy.sha256", ""), values.get("copy.data_as_of")
        copy = self._measured(state, index, values)
        as_of = datetime.fromisoformat(typed) if typed else None
        return doubt.impossible(copy, digest) or doubt.other_data(
            doubt.same_bytes(state, index, digest), copy.size, as_of
        )

    def _doubt(self, state: RunState, index: int, values: Mapping[str, str]) -> str:
        """Why the copy that was measured may not be what it should be; ''."""
        about = self.named(state, index), self._purpose(state, index)
        others = doubt.same_bytes(state, index, values.get("copy.sha256", ""))
        same = next((other.name for other in others if (other.of, other.purpose) != about), "")
        twice = f"It is byte for byte {same}: perhaps that was measured, and not the copy."
        return self._measured(state, index, values).doubt or (twice if same else "")

    def _accepted(self, state: RunState, index: int, values: Mapping[str, str]) -> str:
        why = self._doubt(state, index, values)
        return doubt.accepted(state, self._measured(state, index, values), why) if why else ""


class ProtectInterlock(NewCopyInterlock[Protect]):
    """The chosen copy is duplicated before it is worked with: one content, two places."""

    judges = Protect
    source = "B16; NIST SP 800-53 CP-9; the last copy was used directly (M6, M12 of the story)"

    def asks(self, state: RunState, index: int) -> tuple[ValueSpec, ...]:
        facts, asked = self.facts(state, index), self._words(state, index)
        return (
            *self.where(state, index),
            self.ask(asked[0], label=f"{self.judges.values[asked[0]][0]}: {facts.value}"),
            self.ask(asked[1]),
        )

    def gates(self, state: RunState, index: int, at: datetime) -> tuple[Gate, ...]:
        copy = chosen_copy(state, self.named(state, index))
        return doubt.gates(self, state, copy, copy.doubt) if copy.doubt else ()

    def signs(self, state: RunState, index: int, at: datetime) -> Signature | None:
        copy = chosen_copy(state, self.named(state, index))
        return doubt.signature(state, copy, copy.doubt)

    def wrong(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> Wrong | None:
        facts, asked = self.facts(state, index), self._words(state, index)
        original, duplicate = (values.get(f"protect.{word}", "") for word in asked)
        copy = chosen_copy(state, self.named(state, index))
        nothing = doubt.impossible(copy, original if asked[0] == "original" else "")
        if nothing:
            return nothing
        known = facts.fields.get("sha256", "")
        if asked[0] == "original" and original and known and original != known:
            return Wrong(
                f"The original that you read is not {facts.value} as the inventory has it: its"
                " SHA-256 is another. You read another file, or it was changed. Do not restore"
                " from it.",
                Deviation.WRONG_COPY,
            )
        if original and duplicate and original != duplicate:
            return Wrong(
                "The duplicate is not the original: what you read of the two differs. Do not"
                " work with it.",
                Deviation.WRONG_COPY,
            )
        place = self.lies(state, index, values)["place"]
        if place and same_place(place, facts.fields.get("place", "")):
            return Wrong(
                f"{place} is where the original lies: two files in one place are lost together."
                " Put the duplicate elsewhere.",
                caught=Caught.PLACE,
            )
        return None

    def events(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> tuple[RunEvent, ...]:
        name, facts = self.named(state, index), self.facts(state, index)
        asked = self._words(state, index)
        as_file = asked[0] == "original"
        content, lies = values[f"protect.{asked[1]}"], self.lies(state, index, values)
        original = read_original(
            state,
            index,
            name,
            sha256=content if as_file else "",
            fingerprint="" if as_file else content,
            size=int(facts.fields["size"]) if facts.fields.get("size") else None,
            data_as_of=None,
            how=f"read in run {state.number}, step {state.step(index).number}",
            accepted=accepted(state, name),
        )
        duplicate = CopyRegistered(
            step=index,
            parameter=name,
            purpose=Purpose.DUPLICATE,
            name=called(state, index, f"{facts.value}-duplicate"),
            place=lies["place"],
            medium=lies["medium"],
            encrypted=lies["encrypted"],
            sha256=original.sha256,
            fingerprint=original.fingerprint,
            size=original.size,
            data_as_of=None,
            how=original.how,
            accepted=original.accepted,
        )
        return original, duplicate

    def _words(self, state: RunState, index: int) -> tuple[str, str]:
        """The two words under which the content is asked for."""
        if self.facts(state, index).fields.get("medium") in WITHOUT_FILE:
            return "original_content", "duplicate_content"
        return "original", "duplicate"


def read_original(
    state: RunState,
    index: int,
    parameter: str,
    *,
    size: int | None,
    data_as_of: datetime | None,
    how: str,
    accepted: str,
    sha256: str = "",
    fingerprint: str = "",
    loss: str | None = None,
) -> CopyVerified:
    """The event of a step that read the copy that was chosen for `parameter`."""
    facts = state.facts[parameter]
    return CopyVerified(
        step=index,
        parameter=parameter,
        purpose=Purpose.ORIGINAL,
        name=facts.value,
        place=facts.fields.get("place", ""),
        medium=facts.fields.get("medium", ""),
        sha256=sha256,
        fingerprint=fingerprint,
        size=size,
        data_as_of=data_as_of,
        how=how,
        accepted=accepted,
        loss=loss,
    )


def chosen_copy(state: RunState, parameter: str, size: int | None = None) -> doubt.Measured:
    """The copy that was chosen for `parameter`, with `size` bytes where the inventory has none."""
    facts = state.facts.get(parameter) or ParameterFacts(parameter)
    fields, known = facts.fields, facts.fields.get("size")
    bytes_ = int(known) if known else size
    kind = plausibility.kind_of(fields.get("medium", ""), facts.value, fields.get("place", ""))
    return doubt.measured(state, parameter, facts.value, bytes_, kind)


def accepted(state: RunState, parameter: str, size: int | None = None) -> str:
    """Why the decider accepted a doubt about the copy that was chosen; '' without one."""
    copy = chosen_copy(state, parameter, size)
    return doubt.accepted(state, copy, copy.doubt) if copy.doubt else ""


def too_new(subject: str, typed: str | None, at: datetime) -> Wrong | None:
    """What is wrong with a time (ISO 8601) that lies after `at`."""
    if typed is None or datetime.fromisoformat(typed) <= at:
        return None
    return Wrong(
        f"{subject} lies in the future: it is {utc(at)} now. Read it again, with its time zone."
    )


INTERLOCKS = (MakeCopyInterlock(), ProtectInterlock())
