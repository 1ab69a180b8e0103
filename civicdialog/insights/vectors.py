"""Sentence vectors: computed once for every text and kept. Not for processes that make pages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from civicdialog.analysis.hashes import sha256_of
from civicdialog.analysis.sentence_vectors import DIMENSIONS, MODEL, STEP, available, encode
from civicdialog.core.db import db, insert_into, transaction
from civicdialog.insights.keeping import batches
from civicdialog.insights.models import SubmissionVector

Report = Callable[[float, str], None]
Floats = NDArray[np.float32]

PORTION = 200
"""So many texts are read before their vectors are stored."""
BYTES = np.dtype("<f4")


@dataclass(frozen=True)
class Text:
    """What the analysis reads of a contribution."""

    id: int
    name: str
    title: str
    body: str


def vectors_of(texts: Sequence[Text], report: Report) -> Floats | None:
    """(n, 512) vectors of texts, one a row; None where the sentence encoder is not installed.

    What is missing or belongs to an older text is computed and stored, in transactions of its own.
    """
    if not available():
        return None
    known = _known([text.id for text in texts])
    digests = {text.id: digest_of(text) for text in texts}
    found = {
        number: vector for number, (digest, vector) in known.items() if digest == digests[number]
    }
    missing = [text for text in texts if text.id not in found]
    for done, portion in _portions(missing):
        report(done / len(missing), STEP)
        rows = encode([text.title for text in portion], [text.body for text in portion])
        new = {
            text.id: row.astype(BYTES).tobytes() for text, row in zip(portion, rows, strict=True)
        }
        with transaction():
            _keep(new, digests)
        found.update(new)
    joined = b"".join(found[text.id] for text in texts)
    return np.frombuffer(joined, dtype=BYTES).reshape(len(texts), DIMENSIONS)


def digest_of(text: Text) -> str:
    """Another one as soon as the model, the title or the body is another one."""
    return sha256_of([MODEL, text.title, text.body])


def _known(ids: Sequence[int]) -> dict[int, tuple[str, bytes]]:
    """What is stored, with the digest of the text it belongs to."""
    one, found = SubmissionVector, {}
    for batch in batches(ids):
        wanted = select(one.submission_id, one.digest, one.vector)
        for number, digest, vector in db.session.execute(
            wanted.where(one.submission_id.in_(batch))
        ):
            found[number] = digest, vector
    db.session.rollback()
    return found


def _portions(texts: Sequence[Text]) -> Iterator[tuple[int, Sequence[Text]]]:
    """Some texts at a time, and how many came before."""
    for begin in range(0, len(texts), PORTION):
        yield begin, texts[begin : begin + PORTION]


def _keep(vectors: Mapping[int, bytes], digests: Mapping[int, str]) -> None:
    statement = insert_into(SubmissionVector)
    same = {name: statement.excluded[name] for name in ("model", "digest", "vector")}
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["submission_id"], set_=same),
        [
            {"submission_id": number, "model": MODEL, "digest": digests[number], "vector": vector}
            for number, vector in vectors.items()
        ],
    )


def have_read(versions: Mapping[int, int]) -> None:
    """Note up to which version submissions, by id, have been compared and placed."""
    statement = insert_into(SubmissionVector)
    seen = {"seen_version": statement.excluded.seen_version}
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["submission_id"], set_=seen),
        [
            {"submission_id": number, "seen_version": version}
            for number, version in versions.items()
        ],
    )
