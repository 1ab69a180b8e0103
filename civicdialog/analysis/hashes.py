"""Values in fixed bytes, and the hash of them. Needs no numerical library."""

import hashlib
import json


def canonical_json(value: object) -> bytes:
    """JSON with sorted keys, no blanks and ASCII only: the same value has the same bytes."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return text.encode("ascii")


def sha256_of(value: object) -> str:
    """SHA-256 of the canonical JSON of a value."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
