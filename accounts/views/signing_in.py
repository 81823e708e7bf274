"""The page of sign-in: the library's, behind the limits of `accounts.limits`."""

from __future__ import annotations

import ipaddress

from allauth.account.adapter import get_adapter
from allauth.account.views import LoginView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from accounts import devices, limits, people
from accounts.forms import SignInForm


class _Page(LoginView):  # type: ignore[misc]
    """Counts a try before the password is compared; a browser that got in is known from then on."""

    counted: tuple[limits.Counter, ...] = ()
    closed = ""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        login, password = request.POST.get("login", ""), request.POST.get("password", "")
        if login.strip() and password:
            self._count(request, login)
        answer: HttpResponseBase = super().post(request, *args, **kwargs)
        return answer

    def get_form_kwargs(self) -> dict[str, object]:
        return {**super().get_form_kwargs(), "closed": self.closed}

    def form_valid(self, form: SignInForm) -> HttpResponse:
        limits.fitted(self.counted, at=timezone.now())
        response: HttpResponse = super().form_valid(form)
        if self.request.user.is_authenticated:
            devices.remember(self.request, response, self.request.user)
        return response

    def _count(self, request: HttpRequest, login: str) -> None:
        at, person = timezone.now(), people.by_login(login)
        account = limits.account_of(person, login)
        device = devices.known(request, person)
        self.counted = limits.sign_in_counters(account, _address(request), device)
        opens = limits.consume(self.counted, at=at)
        if opens is not None:
            self.closed = f"Too many wrong passwords. {limits.when(opens, at)}"


_page = _Page.as_view()


@login_not_required
def account_login(request: HttpRequest) -> HttpResponseBase:
    """Sign in with a user name or an e-mail address."""
    answer: HttpResponseBase = _page(request)
    return answer


def _address(request: HttpRequest) -> str:
    """Where the request comes from, by the configured proxy alone; of IPv6 the network, all of
    which belongs to one sender."""
    client: str = get_adapter().get_client_ip(request)
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return client
