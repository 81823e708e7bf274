"""What every form of a page needs: the text of its errors, and its hidden fields.

`{% csrf_token %}` is Django's, and beside it the person for whom the form was drawn.

It takes the place of Django's own tag (`builtins` in the settings), so that no form can forget it:
what one person typed is never sent under the name of another who signed in meanwhile.
"""

from __future__ import annotations

from django import template
from django.forms import BoundField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.fields import sentences

TYPED_BY = "typed_by"

register = template.Library()


@register.filter
def error_text(field: BoundField) -> str:
    """The sentences about one field, joined; '' when nothing is wrong with it."""
    return " ".join(sentences(field))


@register.simple_tag(takes_context=True)
def csrf_token(context: template.Context) -> SafeString:
    """The hidden fields of a form that is sent by POST."""
    return format_html_join(
        "", '<input type="hidden" name="{}" value="{}">', hidden_fields(context)
    )


def hidden_fields(context: template.Context) -> list[tuple[str, str]]:
    """Name and value of each of them. `context` is a page's."""
    fields = []
    if (csrf := str(context.get("csrf_token", "NOTPROVIDED"))) != "NOTPROVIDED":
        fields.append(("csrfmiddlewaretoken", csrf))
    request = context.get("request")
    if person := request and hasattr(request, "user") and request.user.pk:
        fields.append((TYPED_BY, str(person)))
    return fields
