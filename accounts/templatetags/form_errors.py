"""What is wrong with a field, as its page says it."""

from __future__ import annotations

from django import template
from django.forms import BoundField

from accounts.fields import sentences

register = template.Library()


@register.filter
def said(field: BoundField) -> str:
    """The sentences about one field, joined; '' when nothing is wrong with it."""
    return " ".join(sentences(field))
