"""The product's settings, with two plain views beside its pages to measure them against."""

from __future__ import annotations

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
API_READS_PER_MINUTE = API_WRITES_PER_MINUTE = 1_000_000  # the limits count, and stop nothing
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler", "level": "ERROR"}},
    "root": {"handlers": ["stderr"]},
}
