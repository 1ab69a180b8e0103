"""Structured logs of requests: what, how it went, how long. No addresses, no persons, no bodies."""

import logging
import secrets
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

from civicdialog.config import Settings
from civicdialog.web.security_log import note_for_security


def configure(settings: Settings) -> None:
    """Set up logging for this process: lines for people, or JSON for machines."""
    last: Any = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            one_line,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def one_line(logger: Any, name: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Nothing that somebody sent may look like a line of its own; a traceback is indented."""
    for key, value in entry.items():
        if key == "exception":
            entry[key] = "\n".join(f"    {_shown(line)}" for line in str(value).splitlines())
        elif isinstance(value, str):
            entry[key] = _shown(value)
    return entry


def _shown(text: str) -> str:
    """Signs that steer a screen, and ends of lines, as the escapes of a programmer."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def init_app(app: Flask, settings: Settings) -> None:
    app.after_request(note_for_security)
    if app.config.get("TESTING"):
        return
    configure(settings)
    log = structlog.get_logger("request")

    def begin() -> None:
        g.request_id = secrets.token_hex(6)
        g.began_at = time.perf_counter()

    def end(response: Response) -> Response:
        took = (time.perf_counter() - g.pop("began_at", time.perf_counter())) * 1000
        log.info(
            "request",
            id=g.get("request_id", ""),
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            ms=round(took, 1),
        )
        return response

    app.before_request(begin)
    app.after_request(end)
