"""How drf-spectacular makes the OpenAPI document of the views: a part of the settings."""

from __future__ import annotations

SETTINGS: dict[str, object] = {
    "TITLE": "Countersign",
    "VERSION": "1",
    "DESCRIPTION": "The same verbs as the pages, with the same refusals.",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    # Programs use tokens; the session is for the product's own pages.
    "AUTHENTICATION_WHITELIST": ["accounts.api.authentication.BearerToken"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # In this order: each is given what those before it made of the document.
    "POSTPROCESSING_HOOKS": [
        "webhooks.described.add_webhooks",
        "accounts.api.schema.refusals",
        "accounts.api.schema.plain_words",
        "accounts.api.schema.nothing_else",
        "runbooks.api.live.add_stream",
        "config.api.links.add",
    ],
}
