"""What the steps of a runbook do to data: what cannot be undone, what uses a backup, what moves
data, and whether it goes into something new."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from runbooks.enums import Operation, Use
from runbooks.lint.book.blocks import StepCommand
from runbooks.lint.dangers.new_objects import (
    NewObjects,
    is_beside,
    new_objects,
    prepares,
)
from runbooks.procedure.guards.acts import Destroy, Overwrite
from runbooks.procedure.guards.demand import Demand
from runbooks.procedure.irreversible import act_key
from runbooks.procedure.model import Procedure, Step

#: The title of a runbook that puts data back.
RESTORES = re.compile(r"\b(?:restor(?:e|es|ing|ation)|disaster[ -]recovery)\b", re.IGNORECASE)
#: The title of one that only tries it, or looks whether it worked.
TRIES = re.compile(
    r"\b(?:test\w*|trials?|try|drills?|rehears\w+|practi[cs]\w+|check\w*|verif\w+|confirm\w*)\b",
    re.IGNORECASE,
)
#: The title of a step that restores, at the shell or in a console.
DOES_RESTORE = re.compile(
    r"^\W*(?:restore|import|recover)\b|\b(?:choose|click|press|select|run|start|create|perform"
    r"|execute|launch)\b[^.\n]{0,60}\brestor(?:e|ing)\b",
    re.IGNORECASE,
)
#: What introduces a restore beside what is there: into something new.
BESIDE = re.compile(
    r"\bnever overwrites?\b|\bnamed differently\b|\bbeside the\b"
    r"|\b(?:creat\w+|into|to|makes?|under|in|on) (?:\w+ )?(?:new|fresh|empty|separate|scratch)"
    r" (?:\w+ )?"
    r"(?:name|table|database|instance|cluster|resource|server|volume|disk|director\w+)\b",
    re.IGNORECASE,
)


#: Programs that write other data over what is there.
_MOVERS = frozenset({"mv", "cp", "install", "dd", "rsync", "rclone"})


@dataclass(frozen=True)
class Effects:
    """What the steps of a runbook do to data. `path` are the steps of the main path in ticking
    order, `commands` those of all steps, `prose` is the text of each step, by its index."""

    procedure: Procedure
    path: tuple[Step, ...]
    commands: tuple[StepCommand, ...]
    prose: Mapping[int, str]

    @cached_property
    def acts(self) -> tuple[Step, ...]:
        """The steps of the main path that cannot be taken back: those that a guard marks, and those
        whose commands destroy something before the first of them (L22 wants the others marked
        first); where L22 is waived, only those that are marked, for the author gave the reason why
        the others are no such act. In a restore that shows neither, the first that uses a backup,
        or else says that it restores; none when it makes something new."""
        unmarked = self._destroying
        marked = [step.index for step in self.path if act_key(step.guard)]
        if marked:
            waived = any(code == "L22" for code, _ in self.procedure.waive)
            unmarked -= self._destroying if waived else self._preparing
            unmarked = frozenset(index for index in unmarked if index < marked[0])
        acting = tuple(s for s in self.path if act_key(s.guard) or s.index in unmarked)
        if acting or not self.restores:
            return acting
        titled = tuple(step for step in self.path if DOES_RESTORE.search(step.title))
        return tuple(step for step in self.uses or titled if not self.is_beside(step))[:1]

    def is_beside(self, step: Step) -> bool:
        """Whether a step that restores does so into something new, as its words or its commands
        say; one that a guard marks does not."""
        if act_key(step.guard) or step.index in self._destroying:
            return False
        restoring = [(c, place) for c in self._commands(step) for place in c.restores]
        only_new = all(is_beside(place) or self.made(c).holds(place) for c, place in restoring)
        return (
            bool(restoring)
            and only_new
            or bool(BESIDE.search(f"{self._introduced}\n{self.prose[step.index]}"))
        )

    def made(self, command: StepCommand) -> NewObjects:
        """What the text has made by itself up to the end of the command's step."""
        return self._made[command.step.index]

    @cached_property
    def _made(self) -> dict[int, NewObjects]:
        steps = self.procedure.steps
        written = ((self.prose[s.index], [c.script for c in self._commands(s)]) for s in steps)
        return dict(zip((step.index for step in steps), new_objects(written), strict=True))

    def _commands(self, step: Step) -> Iterator[StepCommand]:
        return (command for command in self.commands if command.step.index == step.index)

    def _marked(self, kind: type[Demand]) -> frozenset[int]:
        """The steps of the main path whose guard has a demand of this kind."""
        return frozenset(step.index for step in self.path if kind in step.guard)

    @cached_property
    def _introduced(self) -> str:
        """The title and the text that belongs to no step."""
        texts = (section.html for section in self.procedure.sections)
        return "\n".join([self.procedure.title, self.procedure.intro_html, *texts])

    @cached_property
    def _destroying(self) -> frozenset[int]:
        """The steps with a command that destroys something that was there before this run."""
        return frozenset(
            command.step.index
            for command in self.commands
            if any(not self.made(command).holds(*danger) for danger in command.dangers)
        )

    @cached_property
    def _preparing(self) -> frozenset[int]:
        """The steps that destroy no more than what is on a disk which they prepare."""
        others = {
            command.step.index
            for command in self.commands
            for place, danger in command.dangers
            if not prepares(place) and not self.made(command).holds(place, danger)
        }
        return self._destroying - others

    @cached_property
    def uses(self) -> tuple[Step, ...]:
        """The steps of the main path that use the backup: that restore from it, or overwrite."""
        restoring = {c.step.index for c in self.commands if c.restores}
        return tuple(
            step for step in self.path if Overwrite in step.guard or step.index in restoring
        )

    @cached_property
    def moves(self) -> tuple[Step, ...]:
        """The steps of the main path that move data from one place into another. What only removes
        something moves nothing."""
        titled = {step.index for step in self.path if DOES_RESTORE.search(step.title)}
        deeds = titled | {step.index for step in (*self.uses, *self.acts)}
        return tuple(step for step in self.path if step.index in deeds - self._removing)

    @cached_property
    def replacing(self) -> tuple[Step, ...]:
        """The acts that put data in the place of other data, and those that make room for it. What
        is only removed after the last move is cleaning up, a deletion of its own."""
        last = max((step.index for step in self.moves), default=-1)
        return tuple(
            step
            for step in self.acts
            if step.index not in self._removing or (step.index < last and Destroy not in step.guard)
        )

    @cached_property
    def is_into_new(self) -> bool:
        """Whether it restores into something new and shows no act: there is nothing to stop before
        and nothing that is lost."""
        beside = BESIDE.search(self._introduced)
        return not self.acts and bool(beside or any(map(self.is_beside, self.moves)))

    @cached_property
    def _removing(self) -> frozenset[int]:
        """The steps that destroy something and put nothing in its place."""
        moving = {
            command.step.index
            for command in self.commands
            if any(danger.restores for _, danger in command.dangers)
            or any(call.program in _MOVERS for call in command.script.calls)
        }
        destroying = self._marked(Destroy) | self._destroying
        return frozenset(destroying - moving - self._marked(Overwrite))

    @cached_property
    def deletes(self) -> bool:
        """Whether it deletes something on purpose: a step says `destroy`, or its `operation`."""
        return bool(self._marked(Destroy)) or self.procedure.operation is Operation.DELETE

    @cached_property
    def transfers(self) -> bool:
        """Whether it is meant to move data: it restores, or copies data to somewhere else."""
        return self.restores or self.procedure.copies_out

    @cached_property
    def restores(self) -> bool:
        """Whether it puts data back: it has an `overwrite`, which no `operation` talks away, or its
        `operation` or its title says so, or a step's title and a command together do. Destroying
        alone (a clean-up, say) is no restore, nor is a page for looking up without commands."""
        if self._marked(Overwrite):
            return True
        if self.procedure.operation or self.procedure.copies_out:
            return self.procedure.operation is Operation.RESTORE
        if self.procedure.use is Use.REFERENCE and not (self._destroying or self.uses):
            return False  # A page for looking up that shows no command is no procedure.
        title = self.procedure.title
        if self.path and RESTORES.search(title) and not TRIES.search(title):
            return True
        titled = any(DOES_RESTORE.match(step.title) for step in self.path)
        return bool(self._destroying) and (
            titled or any(danger.restores for c in self.commands for _, danger in c.dangers)
        )

    @cached_property
    def before_act(self) -> tuple[Step, ...]:
        """The steps of the main path up to and including the first irreversible one."""
        first = self.acts[0].index if self.acts else len(self.procedure.steps)
        return tuple(step for step in self.path if step.index <= first)

    @cached_property
    def before_use(self) -> tuple[Step, ...]:
        """The steps of the main path up to the first that uses the backup, or cannot be undone."""
        using = [step.index for step in (*self.acts, *self.uses)]
        first = min(using, default=len(self.procedure.steps))
        return tuple(step for step in self.path if step.index <= first)

    @cached_property
    def last_act(self) -> Step | None:
        """The last step that puts other data in the place of what was there. What is destroyed
        after it is cleaning up; what is restored into something new replaces nothing yet."""
        over = tuple(step for step in self.uses if not self.is_beside(step))
        return (over[-1:] or self.replacing[:1] or self.uses[-1:] or self.acts[:1] or (None,))[0]

    @cached_property
    def after_act(self) -> tuple[Step, ...]:
        """The steps of the main path behind that last one."""
        act = self.last_act
        return tuple(step for step in self.path if act is None or step.index > act.index)
