"""Long lists, a page at a time, by key: a page costs the same wherever it lies, and what is added
meanwhile shifts nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from accounts.api.fields import LARGEST, WholeNumberField
from accounts.api.serializers import AnswerSerializer, InputSerializer, Values

PAGE, MOST = 50, 200
Row = TypeVar("Row", bound=Model)
Line = TypeVar("Line")


class PageQuerySerializer(InputSerializer):
    """Which page of a list."""

    limit = WholeNumberField(
        required=False, default=PAGE, min_value=1, max_value=MOST, help_text="Rows on a page."
    )
    cursor = serializers.RegexField(
        r"^[0-9]{1,18}([.-][0-9]{1,18}){0,2}$",
        required=False,
        help_text="From `next` of the page before. Made for programs: do not build it.",
    )


def by_key(rows: QuerySet[Row], asked: Values, *, newest: bool = False) -> tuple[list[Row], str]:
    """A page of `rows` in the order of their primary keys, and the cursor of the next, '' if none.

    `asked`: what a `PageQuerySerializer` has read. Raises `ValidationError` for a cursor of another
    list.
    """
    if cursor := asked.get("cursor", ""):
        if not cursor.isdigit() or int(cursor) > LARGEST:
            raise serializers.ValidationError({"cursor": "This cursor is of another list."})
        rows = rows.filter(**{"pk__lt" if newest else "pk__gt": int(cursor)})
    got = list(rows.order_by("-pk" if newest else "pk")[: asked["limit"] + 1])
    shown = got[: asked["limit"]]
    return shown, str(shown[-1].pk) if len(got) > len(shown) else ""


def page(
    request: Request, row: type[AnswerSerializer[Line]], rows: Iterable[Line], cursor: str
) -> dict[str, object]:
    """The body of a page: each of `rows` as `row` prints it, and under `next` the address of the
    page that begins after `cursor`, null when that is ''."""
    query = {**request.query_params.dict(), "cursor": cursor}
    path = f"{request.path}?{urlencode(query)}" if cursor else None
    return {"results": [row.printed(line) for line in rows], "next": path}
