"""Headers, cookies, hosts and forged requests."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request, session
from werkzeug.middleware.proxy_fix import ProxyFix

from civicdialog.config import Settings
from civicdialog.web.tokens import Tokens, page_token

csrf = Tokens()

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "manifest-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def csp_nonce() -> str:
    """The nonce of this request; scripts without it do not run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def is_same_origin() -> bool:
    """Whether the browser says that this request comes from one of our own pages."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return origin is not None and urlsplit(origin).netloc == request.host


def _set_headers(response: Response) -> Response:
    headers = {**HEADERS, "Content-Security-Policy": POLICY.format(nonce=csp_nonce())}
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    headers["Cache-Control"] = "no-store" if session.accessed else "no-cache"
    given = {name.casefold() for name, _ in response.headers}
    for name, value in headers.items():
        if name.casefold() not in given:
            response.headers.add(name, value)
    response.vary.update(("Cookie", "Accept-Language"))
    return response


def init_app(app: Flask, settings: Settings) -> None:
    is_tls = settings.base_url.startswith("https://")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if is_tls else "session",
        SESSION_COOKIE_SECURE=is_tls,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    own_host = urlsplit(settings.base_url).netloc

    def refuse_what_cannot_be_ours() -> None:
        if not settings.is_development and request.host != own_host:
            abort(400)
        if "\0" in request.path:
            abort(404)

    app.before_request(refuse_what_cannot_be_ours)
    app.after_request(_set_headers)
    names: dict[str, Any] = {"csp_nonce": csp_nonce, "csrf_token": page_token}
    app.jinja_env.globals.update(names)
    # Flask-WTF puts its own into every template.
    app.context_processor(lambda: {"csrf_token": page_token})
