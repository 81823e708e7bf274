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

    def asks(self) -> tuple[ValueSpec, ...]:
        no_file = self.demand.medium in WITHOUT_FILE
        return (
            *self.where(),
            self.ask("size", min="1"),
            self.ask("fingerprint" if no_file else "sha256"),
            self.ask("data_as_of"),
            self.ask("read_back"),
        )

    def gates(self, at: datetime) -> tuple[Gate, ...]:
        if "copy.size" not in self.recorded:
            return ()
        return doubt.gates(self, self._measured(self.recorded), self._doubt(self.recorded))

    def signs(self, at: datetime) -> Signature | None:
        copy = self._measured(self.recorded)
        return doubt.signature(self.state, copy, self._doubt(self.recorded))

    def wrong(self, values: Mapping[str, str], at: datetime) -> Wrong | None:
        if other := self._another(values):
            return other
        facts, place = self.facts, self.lies(values)["place"]
        host = facts.fields.get("host", "")
        if place and on_host(place, host):
            return Wrong(
                f"{place} is on {host}, where {facts.value} itself is: one fault takes both. Copy"
                " it to another machine.",
                caught=Caught.PLACE,
            )
        return too_new("The newest record of the copy", values.get("copy.data_as_of"), at)

    def events(self, values: Mapping[str, str], at: datetime) -> tuple[RunEvent, ...]:
        lies = self.lies(values)
        event = CopyRegistered(
            step=self.index,
            parameter=self.parameter,
            purpose=self.demand.purpose,
            name=self._name(),
            place=lies["place"],
            medium=lies["medium"],
            encrypted=lies["encrypted"],
            sha256=values.get("copy.sha256", ""),
            fingerprint=values.get("copy.fingerprint", ""),
            size=int(values["copy.size"]),
            data_as_of=datetime.fromisoformat(values["copy.data_as_of"]),
            how=values["copy.read_back"],
            accepted=self._accepted(values),
        )
        return (event,)

    def _measured(self, values: Mapping[str, str]) -> doubt.Measured:
        lies, size = self.lies(values), doubt.whole(values, "copy.size")
        kind = plausibility.kind_of(lies["medium"], self._name(), lies["place"])
        name = f"the copy of {self.facts.value}"
        return doubt.measured(self.state, self.parameter, name, size, kind)

    def _name(self) -> str:
        """The name under which the inventory keeps it."""
        name = f"{self.facts.value}-{self.demand.purpose}"
        return called(self.state, self.index, name)

    def _another(self, values: Mapping[str, str]) -> Wrong | None:
        """What shows that something else was measured, or nothing."""
        digest, typed = values.get("copy.sha256", ""), values.get("copy.data_as_of")
        copy = self._measured(values)
        as_of = datetime.fromisoformat(typed) if typed else None
        return doubt.impossible(copy, digest) or doubt.other_data(
            doubt.same_bytes(self.state, self.index, digest), copy.size, as_of
        )

    def _doubt(self, values: Mapping[str, str]) -> str:
        """Why the copy that was measured may not be what it should be; ''."""
        about = self.parameter, self.demand.purpose
        others = doubt.same_bytes(self.state, self.index, values.get("copy.sha256", ""))
        same = next((other.name for other in others if (other.of, other.purpose) != about), "")
        twice = f"It is byte for byte {same}: perhaps that was measured, and not the copy."
        return self._measured(values).doubt or (twice if same else "")

    def _accepted(self, values: Mapping[str, str]) -> str:
        why = self._doubt(values)
        return doubt.accepted(self.state, self._measured(values), why) if why else ""


class ProtectInterlock(NewCopyInterlock[Protect]):
    """The chosen copy is duplicated before it is worked with: one content, two places."""

    judges = Protect
    source = "B16; NIST SP 800-53 CP-9; the last copy was used directly (M6, M12 of the story)"

    def asks(self) -> tuple[ValueSpec, ...]:
        facts, asked = self.facts, self._words()
        return (
            *self.where(),
            self.ask(asked[0], label=f"{self.judges.values[asked[0]][0]}: {facts.value}"),
            self.ask(asked[1]),
        )

    def gates(self, at: datetime) -> tuple[Gate, ...]:
        copy = chosen_copy(self.state, self.parameter)
        return doubt.gates(self, copy, copy.doubt) if copy.doubt else ()

    def signs(self, at: datetime) -> Signature | None:
        copy = chosen_copy(self.state, self.parameter)
        return doubt.signature(self.state, copy, copy.doubt)

    def wrong(self, values: Mapping[str, str], at: datetime) -> Wrong | None:
        facts, asked = self.facts, self._words()
        original, duplicate = (values.get(f"protect.{word}", "") for word in asked)
        copy = chosen_copy(self.state, self.parameter)
        if other := doubt.impossible(copy, original if asked[0] == "original" else ""):
            return other
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
        place = self.lies(values)["place"]
        if place and same_place(place, facts.fields.get("place", "")):
            return Wrong(
                f"{place} is where the original lies: two files in one place are lost together."
                " Put the duplicate elsewhere.",
                caught=Caught.PLACE,
            )
        return None

    def events(self, values: Mapping[str, str], at: datetime) -> tuple[RunEvent, ...]:
        name, facts, asked = self.parameter, self.facts, self._words()
        as_file = asked[0] == "original"
        content, lies = values[f"protect.{asked[1]}"], self.lies(values)
        original = read_original(
            self.state,
            self.index,
            name,
            sha256=content if as_file else "",
            fingerprint="" if as_file else content,
            size=int(facts.fields["size"]) if facts.fields.get("size") else None,
            data_as_of=None,
            how=f"read in run {self.state.number}, step {self.state.step(self.index).number}",
            accepted=accepted(self.state, name),
        )
        duplicate = CopyRegistered(
            step=self.index,
            parameter=name,
            purpose=Purpose.DUPLICATE,
            name=called(self.state, self.index, f"{facts.value}-duplicate"),
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

    def _words(self) -> tuple[str, str]:
        """The two words under which the content is asked for."""
        if self.facts.fields.get("medium") in WITHOUT_FILE:
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


INTERLOCKS = (MakeCopyInterlock, ProtectInterlock)
