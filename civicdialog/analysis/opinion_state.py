"""What an opinion run hands on to the next one. Needs no numerical library."""

from collections.abc import Mapping
from typing import Any


def state_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """What a later run needs of the result of this one, as values for JSON."""
    return {
        "k": result["k"],
        "wanted_k": result["wanted_k"],
        "agreeing": result["agreeing"],
        "keys": [group["key"] for group in result["groups"]],
        "last_key": result["last_key"],
        "statements": {
            each["id"]: {name: each[name] for name in ("easiness", "weights", "shares")}
            for each in result["statements"]
            if each["weights"] is not None
        },
    }
