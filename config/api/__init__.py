"""The API as a whole: its addresses, its root, its OpenAPI document and the page about it."""

from __future__ import annotations
