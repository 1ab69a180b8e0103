"""The token against forged requests, in other letters on every page.

A page that is compressed tells by its length whether what somebody else put into it resembles a
secret in it (BREACH, CVE-2013-3587). Written over with fresh random bytes, the token resembles
nothing twice.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from secrets import token_bytes

from flask import g
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf


class Tokens(CSRFProtect):
    """Reads the tokens that `page_token` has written."""

    def _get_csrf_token(self) -> str | None:
        given: str | None = super()._get_csrf_token()
        return _uncovered(given) if given else None


def page_token() -> str:
    """The token of this session for the forms of this answer."""
    token: str = generate_csrf()
    if g.get("page_token", ("", ""))[0] != token:
        g.page_token = (token, covered(token))
    written: str = g.page_token[1]
    return written


def covered(token: str) -> str:
    """The token under fresh random bytes."""
    cover = token_bytes(len(token))
    return urlsafe_b64encode(cover + _xor(cover, token.encode())).decode()


def _uncovered(given: str) -> str | None:
    try:
        both = urlsafe_b64decode(given.encode())
        half = len(both) // 2
        return _xor(both[:half], both[half:]).decode()
    except (Error, ValueError):
        return None


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(first, second, strict=True))
