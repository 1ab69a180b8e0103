"""What somebody typed, carried safely past a sign-in or a stale form: nothing is lost."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.exceptions import RequestEntityTooLarge

SECRET_FIELDS = frozenset(
    {"csrf_token", "password", "password_again", "present", "credential", "kept"}
)


@dataclass(frozen=True)
class Kept:
    """A form that could not be sent yet: where to, and every field in its order."""

    path: str
    fields: tuple[tuple[str, str], ...]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="kept-form")


def typed_fields() -> tuple[tuple[str, str], ...]:
    """All fields of the request under way but passwords and tokens; none if it was too large."""
    try:
        fields = list(request.form.items(multi=True))
    except RequestEntityTooLarge:
        return ()
    return tuple((name, value) for name, value in fields if name not in SECRET_FIELDS)


def keep() -> str:
    """The form of the request under way, signed, for a hidden field."""
    return str(_signer().dumps([request.path, typed_fields()]))


def restore(signed: str | None) -> Kept | None:
    """What was kept, or None if there is nothing or somebody tampered with it."""
    if not signed:
        return None
    try:
        data: Any = _signer().loads(signed)
    except BadSignature:
        return None
    return Kept(data[0], tuple((name, value) for name, value in data[1]))
