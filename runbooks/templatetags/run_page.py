"""The pieces of the run page that are many: its steps and its controls.

A page of fifty steps is read again after every tick, and almost all of it is what it was. A piece
is drawn by its template once and kept under everything that the template reads; the same content
again is the same HTML. What is new in every answer, keys and tokens, is added afterwards. Nothing
that somebody typed is kept.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Any, cast

from django import template
from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.templatetags.form_tags import hidden_fields
from runbooks.forms.moves import MoveForm
from runbooks.runs.cache import Recent
from runbooks.screen.panels import Panel
from runbooks.screen.steps import Row

register = template.Library()

_panels: Recent[Hashable, SafeString] = Recent(2000)


@register.simple_tag(takes_context=True)
def run_rows(context: template.Context, rows: Iterable[Row]) -> SafeString:
    """The steps of a section, each as a list item."""
    page = {name: context.get(name) for name in ("csrf_token", "request")}

    def drawn(row: Row) -> SafeString:
        if row.focus is None and row.undo is None:
            return _line(row)
        told = {"row": row, "focus": row.focus, **page}
        return _rendered(f"runbooks/_run_{'focus' if row.focus else 'step'}.html", told)

    return format_html_join("", "{}", ((drawn(row),) for row in rows))


@register.simple_tag(takes_context=True)
def run_panel(context: template.Context, panel: Panel, large: bool = False) -> SafeString:
    """One control: a form with its fields and the button that says what it does."""
    if panel.form.is_bound:
        shown = _draw(panel, large)
    else:
        shown = _panels.get_or(_look(panel, large), lambda: _draw(panel, large))
    hidden = [*hidden_fields(context), *panel.hidden]
    ends = format_html_join("", '<input type="hidden" name="{}" value="{}">', hidden)
    return format_html("{}{}</form>", shown, ends)


@register.simple_tag(takes_context=True)
def run_folds(context: template.Context, panels: Iterable[Panel]) -> SafeString:
    """Quiet controls, one below the other."""
    return format_html_join("", "{}", ((run_fold(context, panel),) for panel in panels))


@register.simple_tag(takes_context=True)
def run_fold(context: template.Context, panel: Panel) -> SafeString:
    """A quiet control, folded until it is wanted; it works without a script."""
    return format_html(
        '<details class="fold" data-fold="{}"{}><summary>{}</summary>{}</details>',
        panel.move,
        " open" if panel.open else "",
        panel.title,
        run_panel(context, panel),
    )


@lru_cache(maxsize=4000)
def _line(row: Row) -> SafeString:
    """A step that is done, or still to come. The row is all that its template reads."""
    return _rendered("runbooks/_run_step.html", {"row": row})


def _draw(panel: Panel, large: bool) -> SafeString:
    return _rendered("runbooks/_run_panel.html", {"panel": panel, "large": large})


def _rendered(name: str, told: dict[str, Any]) -> SafeString:
    # The stubs say `str`; Django's own engine gives safe text.
    return cast("SafeString", get_template(name).render(told))


def _look(panel: Panel, large: bool) -> Hashable:
    """Everything that the template of a control reads while nothing was typed into it."""
    told = (panel.id, panel.move, panel.url, panel.verb, panel.overwrites, panel.blocked)
    return (*told, panel.also, panel.groups, large, _fields(panel.form))


def _fields(form: MoveForm) -> Hashable:
    return tuple(
        (
            name,
            type(field),
            field.label,
            field.help_text,
            field.required,
            repr(field.widget.attrs),
            repr(form.get_initial_for_field(field, name)),
            tuple(getattr(field, "choices", ())),
        )
        for name, field in form.fields.items()
        if not field.widget.is_hidden
    )
