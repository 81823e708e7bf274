"""Fields of the API that read what a program sends."""

from __future__ import annotations

import pytest
from rest_framework.exceptions import ValidationError

from accounts.api.fields import RowBySlugField
from inventory.models import System


@pytest.mark.parametrize("slug", ["a\0b", "\ud8d0", "", "two words", "straße"])
def test_what_is_no_slug_names_nothing_and_no_database_is_asked(slug: str) -> None:
    with pytest.raises(ValidationError):
        RowBySlugField(queryset=System.objects.all()).run_validation(slug)
