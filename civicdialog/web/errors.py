"""Exceptions become pages: what happened, what is safe, what to do next."""

from typing import Any

import structlog
from flask import Flask, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from civicdialog.core import clock
from civicdialog.core.errors import NotAllowed, NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.kept import keep, typed_fields
from civicdialog.core.permissions import VISITOR
from civicdialog.core.redirects import here
from civicdialog.core.room import current_actor
from civicdialog.web.limits import goes_on_at
from civicdialog.web.security import is_same_origin
from civicdialog.web.templating import time_in_words

log = structlog.get_logger("error")

# status: (what happened, what to do)
WORDS: dict[int, tuple[str, str]] = {
    400: (
        mark("We could not understand that"),
        mark("Please go back and try again. If it happens again, write to us."),
    ),
    403: (
        mark("You may not do this"),
        mark(
            "Your account does not have the right for this page. If you think it should, "
            "write to us."
        ),
    ),
    404: (
        mark("There is nothing here"),
        mark("The address may be mistyped, or the page has been removed."),
    ),
    405: (mark("That does not work here"), mark("Please go back and use the buttons on the page.")),
    409: (mark("That is not possible right now"), ""),
    413: (
        mark("That was too much at once"),
        mark("Please shorten your text, or choose a smaller file, and send it again."),
    ),
    500: (
        mark("Something went wrong on our side"),
        mark("Nothing you did is to blame. We have noted the error. Please try again later."),
    ),
    503: (
        mark("Saving is not possible at the moment"),
        mark(
            "Your text has not been saved. Please keep this page open and send it again in a "
            "few minutes."
        ),
    ),
}


def _error_page(status: int, *, reason: object = None, headers: Any = None) -> ResponseReturnValue:
    title, advice = WORDS.get(status, WORDS[400])
    if status >= 500:
        g.actor = VISITOR  # the page must not ask a database that may be away
    html = render_template(
        "errors/error.html",
        status=status,
        title=title,
        advice=advice,
        reason=reason,
        typed=typed_fields() if request.method == "POST" and is_same_origin() else (),
    )
    return html, status, headers or {}


def _not_allowed(error: NotAllowed) -> ResponseReturnValue:
    if current_actor().is_signed_in:
        return _error_page(403)
    if request.method == "POST":
        return render_template("errors/sign-in-first.html", kept=keep()), 401
    return redirect(url_for("accounts.sign_in", next=here()), 302)


def _csrf(error: CSRFError) -> ResponseReturnValue:
    if not is_same_origin() or request.path == url_for("accounts.sign_in"):
        return _error_page(400)
    return render_template(
        "errors/send-again.html", path=request.path, fields=typed_fields(), expired=True
    ), 400


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    headers = {
        name: value
        for name, value in error.get_headers(request.environ)
        if name in {"Allow", "Retry-After"}
    }
    if status in {301, 302, 303, 307, 308} or error.response is not None:
        return error
    return _error_page(status, headers=headers)


def _too_often(error: RateLimitExceeded) -> ResponseReturnValue:
    """When it goes on, and the whole form again: nothing typed is lost."""
    until = goes_on_at()
    seconds = max(1, int((until - clock.now()).total_seconds()) + 1) if until else 60
    html = render_template(
        "errors/too-often.html",
        time=time_in_words(until) if until else "",
        path=here(),
        fields=typed_fields() if is_same_origin() else (),
        has_files=request.mimetype == "multipart/form-data",
    )
    return html, 429, {"Retry-After": str(seconds)}


def _database(error: OperationalError) -> ResponseReturnValue:
    log.error("database", problem=str(error.orig))
    return _error_page(503, headers={"Retry-After": "60"})


def init_app(app: Flask) -> None:
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(NotFound, lambda error: _error_page(404))
    app.register_error_handler(RuleBroken, lambda error: _error_page(409, reason=error))
    app.register_error_handler(
        StaleDataError,
        lambda error: _error_page(
            409,
            reason=mark(
                "Somebody else has changed this in the meantime. Please load the page "
                "again and make your change once more."
            ),
        ),
    )
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(RateLimitExceeded, _too_often)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(HTTPException, _http)
