"""What calculating a run again can say, and the file it is read from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHOWN = 12
"""So many characters of a hash tell it from any other one."""


class Unreadable(ValueError):
    """The file is no run, or it cannot be calculated here. Says what to do."""


@dataclass(frozen=True)
class Verdict:
    """Whether a run is the same again, and what differs, in one sentence."""

    is_same: bool
    sentence: str

    @classmethod
    def of(
        cls,
        same: str,
        differences: list[str],
        then: Mapping[str, Any],
        now: Mapping[str, Any],
    ) -> "Verdict":
        """The same if nothing differs; other versions of programs are told in any case."""
        versions = other_versions(then, now)
        if differences:
            return cls(False, f"Different: {'; '.join(differences + versions)}.")
        return cls(True, f"The same: {'; '.join([same, *versions])}.")


def read_values(path: Path, versions: Mapping[str, int]) -> dict[str, Any]:
    """The values of a run's file, its format being one of these; raises Unreadable."""
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise Unreadable(f"{path}: this is no JSON file ({error})") from error
    if not isinstance(values, dict) or values.get("format") not in versions:
        raise Unreadable(f"{path}: this is no file of a run ({' or '.join(versions)})")
    if values.get("version") != versions[values["format"]]:
        raise Unreadable(f"{path}: version {values.get('version')!r} of the file is unknown")
    return values


def other_versions(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Which programs have another version here."""
    names = sorted(then.keys() | now.keys())
    changed = [
        f"{name} {then.get(name, 'missing')} → {now.get(name, 'missing')}"
        for name in names
        if then.get(name) != now.get(name)
    ]
    return [f"calculated with other versions: {', '.join(changed)}"] if changed else []
