"""The one place where HTML is marked as safe."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from richtext.drawn import drawn_text

register = template.Library()


@register.filter
def safe_html(html: str) -> SafeString:
    """Show HTML that `richtext.render` made when the text was saved. Give it nothing else: it
    passes what it gets straight to the page."""
    return mark_safe(html)  # noqa: S308 - the only one; everything stored was sanitised


@register.filter
def drawn(text: str) -> SafeString:
    """Plain text of a command or a source, with the signs drawn that cannot be seen or look like
    others."""
    return mark_safe(drawn_text(text))  # noqa: S308 - it was escaped


@register.filter
def drawn_in_words(text: str) -> SafeString:
    """As `drawn`, for code in a sentence of the product, where `…` means that something is left out
    and is not a character of a command."""
    return mark_safe("…".join(map(drawn_text, text.split("…"))))  # noqa: S308 - it was escaped
