"""A profile in the shape of public registers of algorithms, with a list of what it does not know."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from civicdialog.committee.profile_fields import BY_NAME

TABLE = Path(__file__).parent / "registers.toml"
GENERAL = frozenset(
    {
        "city", "contact_email", "id", "language", "organisation", "published_on", "revised_on",
        "risk_class", "summary", "url", "uuid",
    }
)  # fmt: skip
"""What registers ask for besides the fields of a profile."""


@dataclass(frozen=True)
class Register:
    key: str
    title: str
    version: str
    source: str
    fields: Mapping[str, str]
    """Ours by theirs; empty where we do not ask."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """What is the same for every profile, by their field."""
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Their words for our keys, by their field; a key without a word is unknown to them."""


@dataclass(frozen=True)
class Shaped:
    record: dict[str, Any]
    """What is known, with the names and the nesting of the register."""
    unknown: list[str]
    """The fields of the register that nobody can fill yet."""


@lru_cache
def registers() -> dict[str, Register]:
    """The registers a profile can be told to, by key."""
    data = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {key: Register(key=key, **values) for key, values in data.items()}


def in_shape_of(register: Register, words: Mapping[str, str], keys: Mapping[str, str]) -> Shaped:
    """A profile as a register wants it.

    :param words: what is known, by our field, in words for people
    :param keys: the same where it is a choice, as its key
    """
    record: dict[str, Any] = dict(register.fixed)
    unknown = []
    for path, name in register.fields.items():
        if path in register.choices:
            value = register.choices[path].get(keys.get(name, ""), "")
        else:
            value = words.get(name, "")
        if not value:
            unknown.append(path)
            continue
        *outer, last = path.split(".")
        inside = record
        for part in outer:
            inside = inside.setdefault(part, {})
        inside[last] = value
    return Shaped(record, unknown)


def unmapped(register: Register) -> list[str]:
    """Fields of a profile that a register has no place for."""
    return [name for name in BY_NAME if name not in register.fields.values()]
