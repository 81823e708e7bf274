"""Controls: a form and the one button that sends it, in the words of the people who press it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.forms import BoundField

from runbooks.forms.by_move import form_of
from runbooks.forms.moves import MoveForm
from runbooks.forms.run_moves import WithdrawForm
from runbooks.machine.move import Move
from runbooks.machine.moves.hand_over import HandOver
from runbooks.machine.moves.unlock import Unlock
from runbooks.machine.state import RunState
from runbooks.screen.buttons import button_words
from runbooks.screen.context import PageContext, RefusedForm
from runbooks.screen.groups import Group, groups, in_order
from runbooks.screen.words import address


@dataclass(frozen=True)
class Panel:
    """One control. `blocked` disables the button and says why; `also` are other moves that the same
    fields can be sent to (move, address, words)."""

    id: str
    move: str
    url: str
    form: MoveForm
    title: str
    verb: str
    overwrites: bool = False
    blocked: str = ""
    also: tuple[tuple[str, str, str], ...] = ()
    groups: tuple[Group, ...] = ()

    @property
    def open(self) -> bool:
        """Whether a disclosure around it stands open: it holds something that was typed."""
        return self.form.is_bound

    @property
    def parts(self) -> list[tuple[Group | None, list[BoundField]]]:
        """The fields that people see: those of a guard together with its question, the others each
        alone, in the order in which they are asked for."""
        group_of = {name: group for group in self.groups for name in group.names}
        parts: list[tuple[Group | None, list[BoundField]]] = []
        for name in in_order(field.name for field in self.form.visible_fields()):
            group = group_of.get(name)
            if group is None or not parts or parts[-1][0] is not group:
                parts.append((group, []))
            parts[-1][1].append(self.form[name])
        return parts

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The fields that nobody sees, with their values."""
        sent = self.form.data if self.form.is_bound else self.form.initial
        return [
            (name, str(sent[name]))
            for name, field in self.form.fields.items()
            if field.widget.is_hidden and sent.get(name) is not None
        ]


def make_panel(
    page: PageContext,
    move: type[Move],
    step: int | None = None,
    *,
    form_class: type[MoveForm] | None = None,
    initial: Mapping[str, object] | None = None,
    also: tuple[type[Move], ...] = (),
    blocked: str = "",
) -> Panel:
    """The control for `move`. What was just typed into it, and refused, stands in it again."""
    form = _refused_form(page.sent, {move, *also}, step, initial or {}) or (
        form_class or form_of(move)
    )(
        move=move,
        state=page.state,
        step=step,
        person=page.person,
        people=page.successors,
        initial={**(initial or {}), "key": page.new_key(), "seen": page.state.sequence},
    )
    mark = "run" if step is None else str(step)
    extra = "".join(f"-{value}" for value in (initial or {}).values() if value)
    return Panel(
        id=f"{move.kind}-{mark}{extra}",
        move=move.kind,
        url=_address(page.state, move),
        form=form,
        title=move.title,
        verb=move.button if step is None else button_words(page.state, move, step, page.at),
        overwrites=move is Unlock,
        blocked=blocked,
        also=tuple((m.kind, _address(page.state, m), m.button) for m in also),
        groups=groups(page.state, step, form.fields),
    )


def withdraw_panel(page: PageContext) -> Panel:
    """The control that takes an offered hand-over back."""
    panel = make_panel(page, HandOver, form_class=WithdrawForm)
    return replace(panel, title="Withdraw", verb="Withdraw the hand-over")


def _address(state: RunState, move: type[Move]) -> str:
    return address("runbooks:run_move", state.number, move.kind)


def _refused_form(
    sent: RefusedForm | None,
    moves: set[type[Move]],
    step: int | None,
    initial: Mapping[str, object],
) -> MoveForm | None:
    if sent is None or sent.move not in moves or sent.step != step:
        return None
    if any(str(sent.form.data.get(name, "")) != str(value) for name, value in initial.items()):
        return None
    return sent.form
