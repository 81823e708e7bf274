"""Events in words, for people: the log page, the incident's timeline, the terminal.

One presenter a kind. They read an event's own data and the procedure it ran, nothing else, so an
old event can be told after everybody in it has left. `docs/reference/events.md` is made from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from accounts.texts import full_stop
from lib.times import stamp
from lib.units.durations import words
from lib.units.sizes import words as size_words
from runbooks.enums import Deviation, ValueType
from runbooks.log.words import copies, people
from runbooks.log.words.kinds import Data, Kind
from runbooks.machine import interlocks
from runbooks.machine.freshness import WENT_BACK
from runbooks.procedure.model import Procedure, ValueSpec

#: What a tick says of its pace, and how that is told.
PACE = (
    ("hurried", "faster than the step can be done"),
    ("batch", "within ten seconds of two other ticks"),
    ("late", "later than planned"),
)


def sentence(kind: str, data: Data, procedure: Procedure) -> str:
    """What happened, without who and when. An unknown kind is told by its name."""
    known = KINDS.get(kind)
    told = known.tell(data, procedure) if known else kind.replace(".", " ").replace("_", " ")
    if WENT_BACK not in data:
        return told
    return f"{told} (clock went back: it showed {stamp(datetime.fromisoformat(data[WENT_BACK]))})"


def step_name(data: Data, procedure: Procedure) -> str:
    """“step 3, Stop every writer”; '' when the event names none."""
    index = data.get("step")
    if not isinstance(index, int) or not 0 <= index < len(procedure.steps):
        return ""
    step = procedure.steps[index]
    return f"step {step.number}, {step.title}"


def value_words(values: Mapping[str, str], data: Data, procedure: Procedure) -> str:
    """The recorded values with their labels and units."""
    index = data.get("step")
    specs = (
        {v.name: v for v in procedure.steps[index].guard.record} if isinstance(index, int) else {}
    )
    found = []
    for name, value in values.items():
        spec = specs.get(name) or asked(name)
        found.append(f"{spec.label}: {told(spec, value)}")
    return "; ".join(found)


def asked(name: str) -> ValueSpec:
    """What an interlock asked for under the dotted `name`; the name itself when none did."""
    label, kind = interlocks.word(name) or (name, ValueType.TEXT)
    return ValueSpec(name, kind, label)


def told(spec: ValueSpec, value: str) -> str:
    """A recorded value as people read it, with its unit. What is to be read off a machine again is
    not told."""
    if interlocks.is_masked(spec.name):
        return "read off the machine"
    return f"{shown(spec.type.value, value)} {spec.unit}".strip()


def shown(kind: str, value: str) -> str:
    """A normal text as people read it: times with their zone, durations and sizes
    with their units, long digests shortened."""
    if kind == "datetime":
        return stamp(datetime.fromisoformat(value))
    if kind == "duration":
        return words(timedelta(seconds=int(value))) if value.isdecimal() else f"{value} s"
    if kind == "bytes":
        return size_words(int(value))
    if kind in {"sha256", "file"} and len(value) == 64:
        return f"{value[:12]}…"
    return value if len(value) <= 200 else f"{value[:200]}…"


def _about(verb: str) -> Callable[[Data, Procedure], str]:
    def tell(data: Data, procedure: Procedure) -> str:
        return f"{verb} {step_name(data, procedure)}".strip()

    return tell


def _with(verb: str, *names: str) -> Callable[[Data, Procedure], str]:
    """`verb` and the step, then the texts of the data called `names`."""

    def tell(data: Data, procedure: Procedure) -> str:
        texts = [str(data[name]) for name in names if data.get(name)]
        said = " ".join([*map(full_stop, texts[:-1]), *texts[-1:]])
        return f"{verb} {step_name(data, procedure)}".strip() + (f": {said}" if said else "")

    return tell


def _prepared(data: Data, procedure: Procedure) -> str:
    revision = data["revision"]
    chosen = ", ".join(f"{name} = {facts['value']}" for name, facts in data["parameters"].items())
    text = f"prepared a {data['kind']} run of {revision['runbook']}, revision {revision['number']}"
    return f"{text} ({chosen})" if chosen else text


def _recorded(data: Data, procedure: Procedure) -> str:
    return f"recorded {value_words(data['values'], data, procedure)}"


def _ticked(data: Data, procedure: Procedure) -> str:
    also = "".join(f", {said}" for name, said in PACE if data.get(name))
    awaits = ", which now waits for the countersign" if data["awaits"] else ""
    return f"ticked {step_name(data, procedure)}{awaits}{also}"


def _countersigned(data: Data, procedure: Procedure) -> str:
    when = "before it was done" if data["meaning"] == "before" else "after measuring again"
    values = value_words(data["values"], data, procedure)
    said = f" ({values})" if values else ""
    comment = f": {data['comment']}" if data.get("comment") else ""
    host = people.host(data)
    return f"countersigned {step_name(data, procedure)} {when}{said}{host}{comment}"


def _mismatched(data: Data, procedure: Procedure) -> str:
    values = value_words(data["values"], data, procedure)
    observed = f" Observed: {values}." if values else ""
    return f"found something different at {step_name(data, procedure)}: {data['why']}{observed}"


def _decided(data: Data, procedure: Procedure) -> str:
    return f"decided “{data['answer']}” at {step_name(data, procedure)}: {data['reason']}"


def _entered(data: Data, procedure: Procedure) -> str:
    section = procedure.sections_by_key.get(data["section"])
    return f"went to “{section.title if section else data['section']}” ({data['why']})"


def _held(data: Data, procedure: Procedure) -> str:
    why = f": {data['reason']}" if data.get("reason") else ""
    return f"held the run{' until a second person has looked' if data['mismatch'] else ''}{why}"


def _offered(data: Data, procedure: Procedure) -> str:
    return (
        f"offered the run to {data['to_name']}. Position: {full_stop(data['position'])} Running:"
        f" {full_stop(data['running'])} Next: {full_stop(data['next_step'])} Worries:"
        f" {data['worries']}"
    )


def _refused(data: Data, procedure: Procedure) -> str:
    where = step_name(data, procedure)
    what = data["move"].replace("_", " ") + (f", {where}" if where else "")
    return f"was refused ({what}): {data['sentence']} {data['remedy']}"


def _ended_early(verb: str) -> Callable[[Data, Procedure], str]:
    """`verb` and why; then in what the run went wrong, and where, when that was said."""

    def tell(data: Data, procedure: Procedure) -> str:
        said = f"{verb}: {data['reason']}" if data.get("reason") else verb
        if not data.get("deviation"):
            return said
        where = step_name({"step": data.get("failed_step")}, procedure)
        went = deviation_words(data["deviation"])
        return f"{said} — went wrong: {went}" + (f", at {where}" if where else "")

    return tell


def deviation_words(kind: str) -> str:
    """In what a run went wrong, in a few words."""
    return "something else" if kind == Deviation.OTHER else kind.replace("-", " ")


def _late(data: Data, procedure: Procedure) -> str:
    performed = stamp(datetime.fromisoformat(data["performed_at"]))
    return f"entered late, performed {performed}: {data['text']}"


def _attached(data: Data, procedure: Procedure) -> str:
    where = step_name(data, procedure)
    return f"attached {data['name']} ({data['size']} bytes, SHA-256 {data['sha256'][:12]}…)" + (
        f" to {where}" if where else ""
    )


KINDS: dict[str, Kind] = {
    "run.prepared": Kind(
        "A run was opened in its briefing; names revision and parameters.", _prepared
    ),
    "role.taken": Kind(
        "A person accepted a role.",
        lambda d, p: f"took the role of {d['role']}",
    ),
    "role.released": Kind(
        "A person gave a role back.", lambda d, p: f"gave back the role of {d['role']}"
    ),
    "run.started": Kind(
        "The brief was acknowledged and the run began.", lambda d, p: "started the run"
    ),
    "step.begun": Kind("The circle: a step is being done.", _about("began")),
    "step.recorded": Kind("Observed values were kept.", _recorded),
    "step.ticked": Kind("The slash: a step was done.", _ticked),
    "step.countersigned": Kind("A second person confirmed a step.", _countersigned),
    "step.objected": Kind("The second person refused to confirm.", _with("objected at", "reason")),
    "step.not_applicable": Kind("An optional step was left out.", _with("left out", "reason")),
    "step.mismatched": Kind(
        "What was observed is not what was expected. With `caught` it is a near miss.", _mismatched
    ),
    "step.diagnosed": Kind(
        "The cause of a mismatch was written down.", _with("diagnosed", "finding")
    ),
    "step.reopened": Kind("A step was opened for a new attempt.", _about("reopened")),
    "step.undone": Kind("A finished step was taken back.", _with("took back", "reason")),
    "team_check.confirmed": Kind(
        "A person confirmed target, direction, copy and way back.",
        lambda d, p: f"confirmed the team check as {d['role']}, at {step_name(d, p)}",
    ),
    "step.unlocked": Kind(
        "The name of what is overwritten was typed, and its command laid open.",
        lambda d, p: f"typed the name {d['name']} and laid open the command of {step_name(d, p)}",
    ),
    "section.entered": Kind("A section off the main path was entered.", _entered),
    "step.released": Kind(
        "A step that waited for a role was released.",
        lambda d, p: people.released(d, step_name(d, p)),
    ),
    "step.decided": Kind("A branch was chosen.", _decided),
    "run.held": Kind("STOP: nothing moves until the run is resumed.", _held),
    "run.resumed": Kind(
        "A hold ended with the read-back.",
        lambda d, p: f"resumed the run after reading back step {d['read_back']}",
    ),
    "hand_over.offered": Kind("The operator offered the run to another person.", _offered),
    "hand_over.withdrawn": Kind(
        "The offer was taken back.", lambda d, p: "withdrew the offer to hand over"
    ),
    "hand_over.accepted": Kind(
        "The other person read back the position and took over.",
        lambda d, p: f"took over as operator after reading back step {d['read_back']}",
    ),
    "replacement.proposed": Kind(
        "Somebody was proposed for the role of a person who is gone.",
        lambda d, p: people.proposed(d),
    ),
    "replacement.confirmed": Kind(
        "A second person agreed: who was gone has no role any more.",
        lambda d, p: people.confirmed(d),
    ),
    "replacement.withdrawn": Kind(
        "The proposal was taken back, or objected to.", lambda d, p: people.withdrawn(d)
    ),
    "note.added": Kind("A person wrote something down.", _with("noted", "text")),
    "evidence.attached": Kind("A file was kept with the run.", _attached),
    "entry.late": Kind("Something done earlier was written down afterwards.", _late),
    "entry.struck_out": Kind(
        "An entry was struck out; it stays readable.",
        lambda d, p: f"struck out entry {d['sequence']}: {d['reason']}",
    ),
    "override.asked": Kind(
        "A person asked to pass a gate without its condition; others were paged.",
        lambda d, p: people.asked(d, step_name(d, p)),
    ),
    "override.withdrawn": Kind(
        "What was asked for was taken back.", lambda d, p: f"withdrew the override of {d['gate']}"
    ),
    "gate.overridden": Kind(
        "A gate was passed without its condition; a review was opened.",
        lambda d, p: people.overridden(d, step_name(d, p)),
    ),
    "fitness.stated": Kind(
        "A person said how they are. It stays with the run and is counted nowhere.",
        lambda d, p: people.fitness(d),
    ),
    "run.turned_back": Kind(
        "The run goes the way back before it is aborted.", _ended_early("turned back")
    ),
    "run.aborted": Kind("The run ended early.", _ended_early("aborted the run")),
    "run.completed": Kind("Every step was finished.", _with("completed the run", "summary")),
    **copies.KINDS,
    "move.refused": Kind(
        "An attempt was refused. With `caught`, what a guard caught, it is a near miss.", _refused
    ),
}
