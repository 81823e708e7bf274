"""What a form does when the verb behind it says no: the one piece that pages of all floors use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django import forms
from django.http import HttpRequest, QueryDict

from lib.answers import count
from lib.refusals import ChangedMeanwhile, Invalid, Refused


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent; None for one that is only looked at."""
    return request.POST if request.method == "POST" else None


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
