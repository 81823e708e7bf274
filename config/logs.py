"""Log lines: JSON in production, text at a terminal. Every module uses `logging` as always.

A line never carries what somebody typed, a path with a token in it, or a query string: requests are
named by their view, and a fault by its class, its place in the code and the first line of what it
says (PostgreSQL writes the whole refused row into the second).

Where JSON is asked for, nothing else is written: warnings, faults that nobody caught and faults at
the start are lines as well.
"""

from __future__ import annotations

import json
import logging
import logging.config
import os
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import structlog

FORMATS = ("json", "plain")
#: What Django and other handlers hang on records, and what must not be written out with them.
_NOT_OURS = (
    "request",
    "message",
    "asctime",
    "response",
    "server_time",
    "status_code",
    "sql",
    "params",
    "alias",
    "color_message",
)
#: Servers' own access lines name the path, which may hold a key: whoever starts them, and however.
#: Ours is `countersign.access`.
_SILENT = ("uvicorn.access", "django.server")
_LONGEST = 300  # characters of what an exception says


def configuration(form: str) -> dict[str, Any]:
    """Django's LOGGING for `form`, one of FORMATS.

    `json` writes every line from INFO up, the server's own too, one object a line. `plain` is for
    the person at the terminal: what is wrong, and no line for each request.
    """
    render = _as_json if form == "json" else _as_text
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "pass_foreign_args": True,
        "foreign_pre_chain": [
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
        ],
        "processors": [
            _nameless,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            render,
        ],
    }
    loggers: dict[str, object] = {
        # Its warnings repeat each 4xx, with the path; the access line says it without.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},  # else a line for each message, every few seconds
    }
    if form == "json":
        loggers["uvicorn"] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": formatter},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["lines"], "level": "INFO" if form == "json" else "WARNING"},
        "loggers": loggers,
    }


def begin(form: str) -> None:
    """Write lines in `form` from now on, before Django sets logging up from the settings."""
    logging.config.dictConfig(configuration(form))
    for name in _SILENT:  # a filter stays when a server configures its own loggers afterwards
        logging.getLogger(name).addFilter(_never)
    if form == "json":
        logging.captureWarnings(True)
        sys.excepthook = _uncaught
        sys.unraisablehook = lambda fault: _tell(fault.exc_value)
        threading.excepthook = lambda fault: _tell(fault.exc_value)


def as_json() -> bool:
    """Whether this process writes JSON and nothing else."""
    return sys.excepthook is _uncaught


@contextmanager
def startup() -> Iterator[None]:
    """Round what a process imports when it starts: a fault is a line, and the process ends with 3.

    For processes whose parent or command line would print the fault in its own way.
    """
    try:
        yield
    except Exception as error:
        if not as_json():
            raise
        _tell(error)
        raise SystemExit(3) from None


def write(logger: str, text: str) -> None:
    """Write a line past the locks of `logging`, which a handler of signals may not wait for."""
    record = logging.LogRecord(logger, logging.INFO, "", 0, text, None, None)
    line = logging.getLogger().handlers[0].format(record)
    os.write(2, f"{line}\n".encode())


def _never(record: logging.LogRecord) -> bool:
    return False


def _uncaught(kind: type[BaseException], error: BaseException, place: TracebackType | None) -> None:
    _tell(error)


def _tell(fault: BaseException | None) -> None:
    """What Python would print of a fault that nobody caught, as a line."""
    logging.getLogger("countersign.fault").critical("nobody caught a fault", exc_info=fault)


def _nameless(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Take paths and request objects out of Django's own records, and tell the time and fault."""
    record: logging.LogRecord = event["_record"]
    request, given = event.get("request"), event.pop("positional_args", ())
    if not isinstance(request, str):  # ours is the id; Django's is the whole request
        event.pop("request", None)
        event.update(structlog.contextvars.get_contextvars())
        if request is not None and isinstance(given, tuple):
            secret = getattr(request, "path", None)
            args = tuple("(path left out)" if arg == secret else arg for arg in given)
            event["event"] = str(record.msg) % args
    for name in _NOT_OURS[1:]:
        event.pop(name, None)
    event["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    fault = event.pop("exc_info", None)
    if fault:
        event["fault"] = describe_fault(fault if isinstance(fault, tuple) else sys.exc_info())
    return event


def describe_fault(
    fault: tuple[type[BaseException] | None, BaseException | None, TracebackType | None],
) -> str:
    """The traceback of `fault` and of what it came from, with one line of what each says."""
    lines: list[str] = []
    error, seen = fault[1], set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        says = (str(error).splitlines() or [""])[0][:_LONGEST]
        place = "".join(traceback.format_tb(error.__traceback__))
        lines.append(f"{place}{type(error).__qualname__}: {says}")
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)
    return "\nwhich came from\n".join(lines)


def _as_json(logger: object, method: str, event: Mapping[str, object]) -> str:
    head = {name: event.get(name) for name in ("time", "level", "logger", "event")}
    return json.dumps({**head, **event}, ensure_ascii=False, default=str)


def _as_text(logger: object, method: str, event: Mapping[str, object]) -> str:
    head = ("time", "level", "logger", "event", "fault")
    more = "".join(f" {key}={value}" for key, value in event.items() if key not in head)
    says = str(event["event"]).replace("\r", " ").replace("\n", " ")
    fault = f"\n{event['fault']}" if "fault" in event else ""
    return f"{event['time']} {event['level']} {event['logger']}: {says}{more}{fault}"
