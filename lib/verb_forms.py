"""What a form is sent, what it does when the verb behind it says no, and where it leads: the pieces
that pages of all floors use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Protocol

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from lib.answers import count
from lib.refusals import ChangedMeanwhile, Invalid, Refused


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent; None for one that is only looked at."""
    return request.POST if request.method == "POST" else None


class HasPage(Protocol):
    """A row that is shown on a page of its own."""

    def get_absolute_url(self) -> str: ...


def see_other(to: str | HasPage, *args: int | str) -> HttpResponse:
    """To the page `to` (the name of an address, or a thing that has one), with GET (303)."""
    response = redirect(to, *args)
    response.status_code = 303
    return response


class VerbForm(forms.Form):
    """A form whose verb may say no."""

    #: Fields of which one is needed, whichever: the page calls none of them optional.
    either: ClassVar[frozenset[str]] = frozenset()
    refusal: Refused | None = None

    @contextmanager
    def kept_when_refused(self) -> Iterator[None]:
        """Round the call of a verb: its no is shown in the form, with all that was typed."""
        try:
            yield
        except Invalid as invalid:
            count(invalid)
            for name, sentence in invalid.errors.items():
                self.add_error(name if name in self.fields else None, sentence)
        except Refused as refused:
            count(refused)
            self.refusal = refused
            if isinstance(refused, ChangedMeanwhile):
                typed = {name: self.data[name] for name in self.data}
                self.data = typed | {"seen": str(refused.seen)}

    @property
    def http_status(self) -> int:
        """HTTP status of the page that shows this form."""
        if self.refusal is not None:
            return self.refusal.status
        return 422 if self.is_bound and self.errors else 200
