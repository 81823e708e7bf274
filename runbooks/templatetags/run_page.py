"""The pieces of the run page: what a browser replaces one by one, and what is drawn once and kept.

A page of fifty steps is read again after every tick, and almost all of it is what it was. Both
answers to "is this still the same?" are made from the content itself, never from a list of what
could change: a piece's version is the digest of its HTML, and the HTML of a step or a control is
kept under all that its template reads. What is new in every answer, keys and tokens, is added
afterwards. Nothing that somebody typed is kept.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import cast

from django import template
from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.templatetags.form_tags import hidden_fields
from lib.recent import Recent
from runbooks.screen.content import content_key
from runbooks.screen.panels import Panel
from runbooks.screen.steps import StepRow

register = template.Library()

_panels: Recent[Hashable, SafeString] = Recent(2000)

_MULTIPART = format_html(' enctype="{}"', "multipart/form-data")
#: What differs in every answer and is no part of a version: the browser writes new tokens into the
#: forms that it keeps, and counts the clocks itself.
_RENEWED = re.compile(
    r'<input type="hidden" name="(?:csrfmiddlewaretoken|key|seen)"[^>]*>'
    r'|(?<= data-left=")\d+'
    r'|(?P<clock> data-since="[^>]*>)[^<]*'
)


@register.simple_block_tag(takes_context=True)
def versioned(context: template.Context, content: SafeString, *id: str | int) -> SafeString:
    """The rest of an element, from its attributes to its end, with the id and the version by which
    the browser knows whether it has this piece. Written right behind the name of the element:
    `<div{% versioned "end" %} class="…">…</div>{% endversioned %}`."""
    name = "-".join(str(part) for part in id)
    version = (context.get("versions") or {}).get(name) or _digest(content)
    return format_html(' id="{}" data-version="{}"{}', name, version, content)


def _digest(html: str) -> str:
    return blake2b(_RENEWED.sub(r"\g<clock>", html).encode(), digest_size=8).hexdigest()


def versions(html: str) -> dict[str, str]:
    """The version of each piece in `html`, by its id. A page that brings back what somebody typed
    is given those of the page without it: its pieces are replaced when the run has changed."""
    return dict(re.findall(r' id="([^"]+)" data-version="([^"]+)"', html))


@register.simple_tag(takes_context=True)
def run_rows(context: template.Context, rows: Iterable[StepRow]) -> SafeString:
    """The steps of a section, each as a list item."""
    page = {name: context.get(name) for name in ("csrf_token", "request", "versions")}

    def drawn(row: StepRow) -> SafeString:
        if row.focus is None and row.undo is None:
            return _line(row)
        shown = {"row": row, "focus": row.focus, **page}
        return _rendered(f"runbooks/_run_{'focus' if row.focus else 'step'}.html", shown)

    return format_html_join("", "{}", ((drawn(row),) for row in rows))


@register.simple_tag(takes_context=True)
def run_panel(context: template.Context, panel: Panel, large: bool = False) -> SafeString:
    """One control: a form with its fields and the button that says what it does."""
    if panel.form.is_bound:
        shown = _draw(panel, large)
    else:
        shown = _panels.get_or((content_key(panel), large), lambda: _draw(panel, large))
    hidden = [*hidden_fields(context), *panel.hidden]
    return format_html(
        '<form method="post" action="{}" class="move" id="{}" data-move="{}"{} novalidate>'
        "{}{}</form>",
        panel.url,
        panel.id,
        panel.move,
        _MULTIPART if panel.form.is_multipart() else "",
        shown,
        format_html_join("", '<input type="hidden" name="{}" value="{}">', hidden),
    )


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
def _line(row: StepRow) -> SafeString:
    """A step that is done, or still to come. The row is all that its template reads."""
    return _rendered("runbooks/_run_step.html", {"row": row})


def _draw(panel: Panel, large: bool) -> SafeString:
    return _rendered("runbooks/_run_panel.html", {"panel": panel, "large": large})


def _rendered(name: str, context: Mapping[str, object]) -> SafeString:
    # The stubs say `str`; Django's own engine gives safe text.
    return cast("SafeString", get_template(name).render(dict(context)))
