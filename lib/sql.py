"""SQL written out, where building it from the models at every request takes longer than running it.

Its tables and columns are named by the models all the same: a renamed column is an error when the
text is made, not when it is sent.
"""

from __future__ import annotations

from django.db.models import Model


class _Named:
    """A model in a text: `{event}` is its table, `{event.run}` a column's name alone."""

    def __init__(self, model: type[Model]) -> None:
        self._model = model

    def __format__(self, spec: str) -> str:
        return f'"{self._model._meta.db_table}"'

    def __getattr__(self, field: str) -> str:
        return f'"{self._model._meta.get_field(field).column}"'  # type: ignore[union-attr]


def sql(text: str, /, *, parts: dict[str, str] | None = None, **models: type[Model]) -> str:
    """`text` with the names of `models` and other `parts` filled in. Raises `FieldDoesNotExist`."""
    return text.format(**(parts or {}), **{name: _Named(model) for name, model in models.items()})
