"""Passkeys: a key in somebody's device instead of a password. Wraps the WebAuthn library.

They work only where the browser trusts the address: over https, and on `localhost`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from flask import current_app
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from civicdialog.accounts.models import Passkey, Person
from civicdialog.core.city import city

VERIFIED = UserVerificationRequirement.REQUIRED
"""The device asks for finger, face or code: the key alone is not enough."""
LONGEST_ANSWER = 20_000


@dataclass(frozen=True)
class NewPasskey:
    """What is kept of a key somebody's device has made."""

    credential_id: str
    public_key: bytes
    sign_count: int


def are_possible() -> bool:
    """Whether browsers allow passkeys at this site's address."""
    address = urlsplit(_origin())
    return address.scheme == "https" or address.hostname == "localhost"


def options_to_register(person: Person, known: Iterable[Passkey], challenge: bytes) -> str:
    """What the browser needs to make a key, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=_site(),
        rp_name=city().site_name[city().languages[0]],
        user_id=person.public_id.encode(),
        user_name=person.email,
        user_display_name=person.public_name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(key.credential_id))
            for key in known
        ],
    )
    return webauthn.options_to_json(options)


def options_to_sign_in(challenge: bytes) -> str:
    """What the browser needs to sign in with any key it has for this site, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=_site(), challenge=challenge, user_verification=VERIFIED
    )
    return webauthn.options_to_json(options)


def new_passkey(answer: str, challenge: bytes) -> NewPasskey | None:
    """The key the browser has made for this challenge; None if anything is not right."""
    if _read(answer) is None:
        return None
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_site(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return None
    return NewPasskey(
        bytes_to_base64url(made.credential_id), made.credential_public_key, made.sign_count
    )


def credential_in(answer: str) -> str:
    """Which key the browser says it has used; empty if it says nothing sensible."""
    read = _read(answer)
    name = read.get("id") if read else None
    return name if isinstance(name, str) else ""


def proven_count(passkey: Passkey, answer: str, challenge: bytes) -> int | None:
    """The key's new counter if the answer was signed with it; None if it was not."""
    try:
        return webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_site(),
            expected_origin=_origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        ).new_sign_count
    except (WebAuthnException, ValueError):
        return None


def _read(answer: str) -> dict[str, Any] | None:
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _origin() -> str:
    return str(current_app.extensions["settings"].base_url)


def _site() -> str:
    return urlsplit(_origin()).hostname or ""
