"""The file of a run: everything that is needed to calculate it again, as JSON.

What went in (texts, vectors, parameters), what came out, and hashes of both. Reading and writing it
needs no numerical library; `verify.py` calculates again.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

FORMAT = "civicdialog-topics-run"
VERSION = 2
OPINIONS_FORMAT = "civicdialog-opinions-run"
OPINIONS_VERSION = 1
WITH_SENTENCES = "words+sentences"
"""The method that needs vectors."""


def run_file(
    *,
    contributions: Sequence[Mapping[str, str]],
    vectors: bytes | None,
    model: str,
    method: str,
    parameters: Mapping[str, Any],
    versions: Mapping[str, str],
    input_sha256: str,
    result_sha256: str,
    result: Mapping[str, Any],
) -> dict[str, Any]:
    """The values of the file.

    contributions: `{"id", "title", "text"}` of each. vectors: float32, the lowest byte first, one row
    per contribution in the same order, made by `model`. result: as `runs.topics_as_dict` gives it, or
    as much of it as may be read; `result_sha256` is the hash of all of it.
    """
    return {
        **result,
        "format": FORMAT,
        "version": VERSION,
        "method": method,
        "parameters": dict(parameters),
        "versions": dict(versions),
        "input_sha256": input_sha256,
        "result_sha256": result_sha256,
        "input": {
            "contributions": [dict(each) for each in contributions],
            "vectors": None
            if vectors is None
            else {"model": model, "float32": b64encode(vectors).decode("ascii")},
        },
    }


def opinion_run_file(
    *,
    given: Mapping[str, Any],
    previous: Mapping[str, Any] | None,
    seed: int,
    versions: Mapping[str, Any],
    input_sha256: str,
    previous_sha256: str,
    result_sha256: str,
    result: Mapping[str, Any],
) -> dict[str, Any]:
    """The values of the file of an opinion run, with every ballot and nobody's name.

    given: as `opinion_input.OpinionInput.as_values` writes it. previous: what the run took over from
    the one before, as `opinion_state.state_of` writes it.
    """
    return {
        "format": OPINIONS_FORMAT,
        "version": OPINIONS_VERSION,
        "seed": seed,
        "versions": dict(versions),
        "input_sha256": input_sha256,
        "previous_sha256": previous_sha256,
        "result_sha256": result_sha256,
        "input": dict(given),
        "previous": None if previous is None else dict(previous),
        "result": dict(result),
    }


def as_bytes(values: Mapping[str, Any]) -> bytes:
    """The file: UTF-8, sorted keys, one value a line, so that two files can be compared by eye."""
    text = json.dumps(values, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()
