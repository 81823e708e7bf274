"""Incidents by API: what is sent is read, one verb is called, what is kept is printed."""

from __future__ import annotations
