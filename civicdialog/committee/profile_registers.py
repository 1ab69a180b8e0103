"""A profile in the shape of public registers of algorithms; what is unknown is null, not left out."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from civicdialog.committee.profile_fields import BY_NAME

TABLE = Path(__file__).parent / "registers.toml"
GENERAL = frozenset({"organisation", "url", "language", "revised_on", "id", "risk_class"})
"""What a register asks for besides the fields of a profile."""


@dataclass(frozen=True)
class Register:
    key: str
    title: str
    version: str
    source: str
    fields: Mapping[str, str]
    """Ours by theirs."""


@lru_cache
def registers() -> dict[str, Register]:
    """The registers a profile can be told to, by key."""
    data = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {key: Register(key=key, **values) for key, values in data.items()}


def in_shape_of(register: Register, values: Mapping[str, str]) -> dict[str, Any]:
    """The profile with the names and the nesting of a register."""
    shaped: dict[str, Any] = {}
    for path, name in register.fields.items():
        *outer, last = path.split(".")
        inside = shaped
        for part in outer:
            inside = inside.setdefault(part, {})
        inside[last] = values.get(name) or None
    return shaped


def unmapped(register: Register) -> list[str]:
    """Fields of a profile that a register has no place for."""
    return [name for name in BY_NAME if name not in register.fields.values()]
