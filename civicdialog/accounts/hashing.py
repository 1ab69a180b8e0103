"""Passwords become hashes here and nowhere else: argon2id, and the same work for everybody."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from civicdialog.core.ids import new_secret

# RFC 9106 in a size that eight threads at once can afford.
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
_nobody = _hasher.hash(new_secret())


def hash_password(password: str) -> str:
    """What is stored of a password. Slow on purpose: never inside a transaction of a page."""
    return _hasher.hash(_same_on_every_keyboard(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is right; takes as long when there is none."""
    try:
        right = _hasher.verify(stored or _nobody, _same_on_every_keyboard(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored)


def _same_on_every_keyboard(password: str) -> str:
    return unicodedata.normalize("NFC", password)
