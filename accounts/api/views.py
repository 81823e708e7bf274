"""What every view of the API is: a class with one method for each HTTP method, which reads what was
sent, calls at most one verb, and prints."""

from __future__ import annotations

import re
from datetime import datetime

from django.urls import URLPattern, path
from django.utils import timezone
from rest_framework.exceptions import APIException, NotAuthenticated
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts import access
from accounts.api.serializers import SerializerKind, Values
from accounts.enums import Right
from accounts.models import Token, User
from lib.refusals import Refused


class ApiView(APIView):
    """Lets nobody in who may not see the product. The verbs ask for every further right.

    A subclass may have `state_now(request)`, whose answer stands under `state` in every 409.
    """

    format_kwarg = None  # DRF's: no address names a form of answer

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """As DRF's, but counts before it refuses: a stranger who guesses is slowed down too."""
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(
            request
        )
        refusal: APIException | None = None
        try:
            self.perform_authentication(request)
        except APIException as exception:
            request._not_authenticated()  # type: ignore[attr-defined]
            refusal = exception
        self.check_throttles(request)
        if refusal is not None:
            raise refusal
        self.check_permissions(request)

    def check_permissions(self, request: Request) -> None:
        """Raise `NotAuthenticated` (401) or `Refused` (403)."""
        if not isinstance(request.user, User):
            raise NotAuthenticated("Nobody is signed in.")
        access.check(request.user, Right.VIEW)
        token = request.auth
        if isinstance(token, Token) and token.only_reads and request.method not in SAFE_METHODS:
            raise Refused(
                "token_scope",
                "This token only reads.",
                "Use a token with the scope “run”, “author” or “admin”.",
                status=403,
            )


def person(request: Request) -> User:
    """Who asks. `ApiView` lets nobody else in; a TypeError is a fault of ours."""
    if not isinstance(request.user, User):
        raise TypeError("This view is open to people who are not signed in.")
    return request.user


def now() -> datetime:
    """The moment of the deed, for a verb's `at`."""
    return timezone.now()


def sent(kind: SerializerKind, request: Request) -> Values:
    """The body, read by `kind`. Raises `ValidationError` (422) or `ParseError` (400)."""
    reader = kind(data=request.data)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)


def asked(kind: SerializerKind, request: Request) -> Values:
    """The query, read by `kind`. Raises `ValidationError` (422)."""
    reader = kind(data=request.query_params.dict())
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)


def route(address: str, view: type[APIView]) -> URLPattern:
    """An entry of a URL configuration, named after its view: `SystemList` is
    `system_list`, `IncidentRunView` is `incident_run`."""
    return path(address, view.as_view(), name=address_name(view))


def address_name(view: type[APIView]) -> str:
    """The name of the address of `view`."""
    name = view.__name__.removesuffix("View")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
