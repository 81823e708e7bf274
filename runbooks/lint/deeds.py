"""What the steps of a runbook do to data: what cannot be taken back, what uses a backup, what moves
data, and whether it goes into something new."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from runbooks.enums import Operation, Use
from runbooks.irreversible import act_of
from runbooks.lint.fresh import Made, is_beside, made, prepares
from runbooks.lint.intent import BESIDE, DOES_RESTORE, RESTORES, TRIES
from runbooks.procedure import Procedure, Step

if TYPE_CHECKING:
    from runbooks.lint.blocks import StepCommand

#: Programs that write other data over what is there.
_MOVERS = frozenset({"mv", "cp", "install", "dd", "rsync", "rclone"})


class Deeds:
    """The half of a `Book` that says what its steps do. The other half knows the text."""

    procedure: Procedure

    @property
    def path(self) -> tuple[Step, ...]:
        raise NotImplementedError

    @property
    def commands(self) -> tuple[StepCommand, ...]:
        raise NotImplementedError

    def of(self, step: Step) -> tuple[StepCommand, ...]:
        raise NotImplementedError

    def prose(self, step: Step) -> tuple[tuple[int, str], ...]:
        raise NotImplementedError

    def with_lock(self, key: str) -> tuple[tuple[Step, dict[str, Any]], ...]:
        raise NotImplementedError

    @cached_property
    def acts(self) -> tuple[Step, ...]:
        """The steps of the main path that cannot be taken back: those that a guard marks, and those
        whose commands destroy something before the first of them (L22 wants the others marked
        first); where L22 is waived, only those that are marked, for the author gave the reason why
        the others are no such act. In a restore that shows neither, the first that uses a backup,
        or else says that it restores; none when it makes something new."""
        unmarked = self._destroying
        marked = [step.index for step in self.path if act_of(step.guard)]
        if marked:
            waived = any(code == "L22" for code, _ in self.procedure.waive)
            unmarked -= self._destroying if waived else self._preparing
            unmarked = frozenset(index for index in unmarked if index < marked[0])
        found = tuple(s for s in self.path if act_of(s.guard) or s.index in unmarked)
        if found or not self.restores:
            return found
        said = tuple(step for step in self.path if DOES_RESTORE.search(step.title))
        return tuple(step for step in self.uses or said if not self.is_beside(step))[:1]

    def is_beside(self, step: Step) -> bool:
        """Whether a step that restores does so into something new, as its words or its commands
        say; one that a guard marks does not."""
        if act_of(step.guard) or step.index in self._destroying:
            return False
        restoring = [(c, place) for c in self.of(step) for place in c.restores]
        made = all(is_beside(place) or self.made(c).holds(place) for c, place in restoring)
        said = "\n".join(line for _, line in self.prose(step))
        return bool(restoring) and made or bool(BESIDE.search(f"{self._introduced}\n{said}"))

    def made(self, command: StepCommand) -> Made:
        """What the text has made by itself up to the end of the command's step."""
        return self._made[command.step.index]

    @cached_property
    def _made(self) -> dict[int, Made]:
        steps = self.procedure.steps
        told = (
            ("\n".join(line for _, line in self.prose(step)), [c.script for c in self.of(step)])
            for step in steps
        )
        return dict(zip((step.index for step in steps), made(told), strict=True))

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
            step for step in self.path if "overwrite" in step.guard.locks or step.index in restoring
        )

    @cached_property
    def moves(self) -> tuple[Step, ...]:
        """The steps of the main path that move data from one place into another. What only removes
        something moves nothing."""
        said = {step.index for step in self.path if DOES_RESTORE.search(step.title)}
        deeds = said | {step.index for step in (*self.uses, *self.acts)}
        return tuple(step for step in self.path if step.index in deeds - self._removing)

    @cached_property
    def replacing(self) -> tuple[Step, ...]:
        """The acts that put data in the place of other data, and those that make room for it. What
        is only removed after the last move is cleaning up, a deletion of its own."""
        last = max((step.index for step in self.moves), default=-1)
        return tuple(
            step
            for step in self.acts
            if step.index not in self._removing
            or (step.index < last and "destroy" not in step.guard.locks)
        )

    @cached_property
    def is_into_new(self) -> bool:
        """Whether it restores into something new and shows no act: there is nothing to stop before
        and nothing that is lost."""
        said = BESIDE.search(self._introduced)
        return not self.acts and bool(said or any(map(self.is_beside, self.moves)))

    @cached_property
    def _removing(self) -> frozenset[int]:
        """The steps that destroy something and put nothing in its place."""
        moving = {
            command.step.index
            for command in self.commands
            if any(danger.restores for _, danger in command.dangers)
            or any(call.program in _MOVERS for call in command.script.calls)
        }
        destroying = {step.index for step, _ in self.with_lock("destroy")} | self._destroying
        writing = {step.index for step, _ in self.with_lock("overwrite")}
        return frozenset(destroying - moving - writing)

    @cached_property
    def deletes(self) -> bool:
        """Whether it deletes something on purpose: a step says `destroy`, or its `operation`."""
        return bool(self.with_lock("destroy")) or self.procedure.operation is Operation.DELETE

    @cached_property
    def restores(self) -> bool:
        """Whether it puts data back: it has an `overwrite`, which no `operation` talks away, or its
        `operation` or its title says so, or a step's title and a command together do. Destroying
        alone (a clean-up, say) is no restore, nor is a page for looking up without commands."""
        if self.with_lock("overwrite"):
            return True
        if self.procedure.operation or self.procedure.copies_out:
            return self.procedure.operation is Operation.RESTORE
        if self.procedure.use is Use.REFERENCE and not (self._destroying or self.uses):
            return False  # A page for looking up that shows no command is no procedure.
        title = self.procedure.title
        if self.path and RESTORES.search(title) and not TRIES.search(title):
            return True
        said = any(DOES_RESTORE.match(step.title) for step in self.path)
        return bool(self._destroying) and (
            said or any(danger.restores for c in self.commands for _, danger in c.dangers)
        )
