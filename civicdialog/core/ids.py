"""Public names of things that tell nothing about how many there are."""

import hashlib
import secrets

# No vowels and no look-alikes: no accidental words, easy to read out on the telephone.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"


def new_public_id() -> str:
    """Ten random characters: 27^10 possibilities, enough for a city, short enough for a letter."""
    return "".join(secrets.choice(ALPHABET) for _ in range(10))


def new_secret() -> str:
    """A token for a link in a mail; only its hash is stored."""
    return secrets.token_urlsafe(32)


def new_hidden_id() -> int:
    """A random 62-bit key for rows whose order must not tell who came first."""
    return secrets.randbits(62)


def fingerprint(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
