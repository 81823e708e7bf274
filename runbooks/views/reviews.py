"""Reviews of overrides: those that wait, those that were closed, and the form that closes one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.sessions import signed_in, signed_in_with
from lib.refusals import Invalid, Refused
from lib.verb_forms import see_other
from runbooks.forms.library import FindingForm
from runbooks.models import Review
from runbooks.runs import reviews

#: Closed ones on the page; the log of each run keeps all of them.
MOST = 100


@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """Every open review, then the newest closed ones."""
    signed_in_with(request)
    every = Review.objects.select_related("run", "reviewed_by")
    waiting = reviews.with_overrides(every.filter(reviewed_at__isnull=True))
    closed = reviews.with_overrides(every.filter(reviewed_at__isnull=False)[:MOST])
    return render(request, "runbooks/review_list.html", {"waiting": waiting, "closed": closed})


@require_safe
def review_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One review: the gate, the reason, and the finding or its form."""
    return _page(request, pk, FindingForm())


@require_POST
def review_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close it with a finding."""
    review, form = get_object_or_404(Review, pk=pk), FindingForm(request.POST)
    refusal = None
    if form.is_valid():
        finding = form.cleaned_data["finding"]
        try:
            reviews.close(review, finding=finding, by=signed_in(request), at=timezone.now())
        except Invalid as invalid:
            for name, sentence in invalid.errors.items():
                form.add_error(name or None, sentence)
        except Refused as refused:
            refusal = refused
        else:
            messages.success(request, "The review is closed.")
            return see_other("runbooks:review_list")
    return _page(request, pk, form, refusal)


def _page(
    request: HttpRequest, pk: int, form: FindingForm, refusal: Refused | None = None
) -> HttpResponse:
    by = signed_in_with(request)
    review = get_object_or_404(Review.objects.select_related("run", "reviewed_by"), pk=pk)
    context = {
        "told": reviews.with_overrides([review])[0],
        "form": form,
        "refusal": refusal,
        "may_close": reviews.may_close(by),
        "own": review.overridden_by_id == by.pk,
    }
    status = refusal.status if refusal else 422 if form.is_bound else 200
    return render(request, "runbooks/review_detail.html", context, status=status)
