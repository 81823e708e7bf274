"""People, by API: who I am, who is here, and the verbs of an admin."""

from __future__ import annotations

from dataclasses import dataclass

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import access, people
from accounts.api.fields import ApiMomentField, ApiTextField, EnumField
from accounts.api.paging import PageQuerySerializer, by_key, page
from accounts.api.schema import operation, page_of
from accounts.api.serializers import AnswerSerializer, InputSerializer, PersonNameSerializer
from accounts.api.views import ApiView, asked, now, person, sent
from accounts.enums import Right, Role
from accounts.models import Token, User


class PersonLineSerializer(PersonNameSerializer):
    """A person, whether enabled or not: logs name them for years."""

    enabled = serializers.BooleanField(source="is_active")
    roles = serializers.ListField(child=EnumField(Role))


class InvitedSerializer(InputSerializer):
    """A person to invite."""

    name = ApiTextField(max_length=120)
    email = serializers.EmailField()
    username = ApiTextField(max_length=150)
    initials = ApiTextField(max_length=4)
    roles = serializers.ListField(child=EnumField(Role), max_length=len(Role))


class RolesSerializer(InputSerializer):
    """All the standing roles that a person shall hold."""

    roles = serializers.ListField(child=EnumField(Role), max_length=len(Role))


class TokenSerializer(AnswerSerializer[Token]):
    """The token of this very request."""

    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.SerializerMethodField()
    expires_at = ApiMomentField()

    def get_scopes(self, token: Token) -> list[str]:
        return token.scopes.split()


@dataclass(frozen=True)
class AuthenticatedCaller:
    """Who asks, with which token; None in a browser's session."""

    user: User
    token: Token | None

    @property
    def rights(self) -> list[str]:
        return [right.name.lower() for right in Right if access.may(self.user, right)]


class MeSerializer(AnswerSerializer[AuthenticatedCaller]):
    """Who asks, and what they may do in this request."""

    id = serializers.IntegerField(source="user.pk")
    name = serializers.CharField(source="user.name")
    initials = serializers.CharField(source="user.initials")
    enabled = serializers.BooleanField(source="user.is_active")
    roles = serializers.ListField(child=EnumField(Role), source="user.roles")
    rights = serializers.ListField(child=serializers.CharField())
    token = TokenSerializer(allow_null=True, help_text="null in a browser's session.")


class Me(ApiView):
    @operation("me", "People", answers=MeSerializer)
    def get(self, request: Request) -> Response:
        """Who asks, with which token, and what that allows now."""
        token = request.auth if isinstance(request.auth, Token) else None
        return Response(MeSerializer.printed(AuthenticatedCaller(person(request), token)))


class PersonList(ApiView):
    @operation(
        "person_list", "People", answers=page_of(PersonLineSerializer), asks=PageQuerySerializer
    )
    def get(self, request: Request) -> Response:
        """Everybody, the disabled too."""
        people_here = User.objects.prefetch_related("groups")
        rows, cursor = by_key(people_here, asked(PageQuerySerializer, request))
        return Response(page(request, PersonLineSerializer, rows, cursor))

    @operation(
        "person_invite",
        "People",
        takes=InvitedSerializer,
        answers=PersonLineSerializer,
        status=201,
        example={
            "name": "Kim Park",
            "email": "kim@example.org",
            "username": "kim",
            "initials": "kp",
            "roles": ["responder"],
        },
    )
    def post(self, request: Request) -> Response:
        """Invite somebody: they get a letter with the link that sets their password."""
        site = request.build_absolute_uri("/").rstrip("/")
        made = people.invite(
            **sent(InvitedSerializer, request), site=site, by=person(request), at=now()
        )
        return Response(PersonLineSerializer.printed(made), status=201)


class PersonDetail(ApiView):
    @operation("person_detail", "People", answers=PersonLineSerializer)
    def get(self, request: Request, id: int) -> Response:
        """One person."""
        return Response(_person_now(id))


class PersonAct(ApiView):
    """What the verbs on one person have alike."""

    def state_now(self, request: Request) -> dict[str, object]:
        return _person_now(self.kwargs["id"])


class PersonRoles(PersonAct):
    @operation(
        "person_roles",
        "People",
        takes=RolesSerializer,
        answers=PersonLineSerializer,
        example={"roles": ["viewer"]},
    )
    def put(self, request: Request, id: int) -> Response:
        """Give exactly these roles."""
        roles = sent(RolesSerializer, request)["roles"]
        people.give_roles(_person(id), roles=roles, by=person(request), at=now())
        return Response(_person_now(id))


class PersonDisable(PersonAct):
    @operation("person_disable", "People", answers=PersonLineSerializer)
    def post(self, request: Request, id: int) -> Response:
        """Shut a person out at once: sessions end, tokens open nothing."""
        people.disable(_person(id), by=person(request), at=now())
        return Response(_person_now(id))


class PersonEnable(PersonAct):
    @operation("person_enable", "People", answers=PersonLineSerializer)
    def post(self, request: Request, id: int) -> Response:
        """Let a person in again, with the roles they had."""
        people.enable(_person(id), by=person(request), at=now())
        return Response(_person_now(id))


def _person(pk: int) -> User:
    return get_object_or_404(User, pk=pk)


def _person_now(pk: int) -> dict[str, object]:
    return PersonLineSerializer.printed(_person(pk))
