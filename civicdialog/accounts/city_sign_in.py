"""The city's own sign-in service (OpenID Connect). Wraps Authlib; nothing is asked without need.

Code flow with PKCE, state and nonce; the answer is checked by the service's published keys.
"""

from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, current_app, session
from werkzeug.wrappers import Response

from civicdialog.config import Settings
from civicdialog.core.ids import fingerprint

log = structlog.get_logger("city sign-in")

SECONDS = 10
_EXTENSION = "city_sign_in"
_NAME = "city"
LONGEST = 200


@dataclass(frozen=True)
class CityIdentity:
    """Who somebody is at the service, and the address it knows them by."""

    issuer: str
    subject: str
    email: str = ""
    """Empty unless the service has verified it."""


class CitySignInFailed(Exception):
    """The service is away, refused, or gave an answer that is not right."""


def is_offered() -> bool:
    return _EXTENSION in current_app.extensions


def begin(return_url: str, next_url: str) -> Response:
    """Send the browser to the service.

    :raise CitySignInFailed: if the service does not say where
    """
    forget()
    session[_NAME] = {"next": next_url}
    try:
        answer: Response = current_app.extensions[_EXTENSION].authorize_redirect(return_url)
    except Exception as error:
        raise _failed(error) from error
    return answer


def finish() -> None:
    """Check what the service says, and keep it in the session until the person has confirmed it.

    :raise CitySignInFailed: if anything is not right
    """
    try:
        claims = current_app.extensions[_EXTENSION].authorize_access_token()["userinfo"]
        issuer, subject = str(claims["iss"]), str(claims["sub"])
    except Exception as error:
        raise _failed(error) from error
    if issuer != _settings().oidc_issuer or not subject:
        raise CitySignInFailed
    if len(subject) > LONGEST:
        subject = fingerprint(subject)
    is_verified = claims.get("email_verified") is True
    email = str(claims.get("email") or "") if is_verified else ""
    session[_NAME] = {**session.get(_NAME, {}), "is": [issuer, subject, email[:254]]}


def arrived() -> CityIdentity | None:
    """Whom the service has named for this browser, if nobody has confirmed it yet."""
    found = session.get(_NAME, {}).get("is")
    return CityIdentity(*found) if found and is_offered() else None


def next_url() -> str:
    """Where the person wanted to go."""
    return str(session.get(_NAME, {}).get("next", ""))


def forget() -> None:
    """Let go of what the service has said, and of earlier attempts."""
    for key in [key for key in session if key == _NAME or key.startswith(f"_state_{_NAME}_")]:
        session.pop(key)


def _failed(error: Exception) -> CitySignInFailed:
    # The text of the error may hold the address or a code; the log does not.
    log.warning("sign-in failed", problem=type(error).__name__)
    return CitySignInFailed()


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def init_app(app: Flask) -> None:
    """Get ready, if a service is configured; it is asked only when somebody wants to sign in."""
    settings: Settings = app.extensions["settings"]
    if not settings.offers_city_sign_in:
        return
    from authlib.integrations.flask_client import OAuth

    registry: Any = OAuth(app)
    app.extensions[_EXTENSION] = registry.register(
        _NAME,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email",
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
        },
    )
