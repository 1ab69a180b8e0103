"""Writing many submissions at a time, without an object of the ORM for each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor
from civicdialog.rounds.counting import add_submissions, next_numbers
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Channel, Status, Submission
from civicdialog.submissions.texts import search_terms
from civicdialog.trace.models import Relation, TraceLink

BATCH = 2_000
_SUBMISSIONS = cast("Table", Submission.__table__)
_LINKS = cast("Table", TraceLink.__table__)


@dataclass(frozen=True)
class ImportedSubmission:
    """One contribution from a file, with the id it has there. The text is cleaned already."""

    source_id: str
    title: str
    text: str
    created_at: datetime | None = None
    author_name: str = ""
    channel: Channel = Channel.ONLINE

    @property
    def compared(self) -> tuple[str, str, str, Channel]:
        """What makes a row that is known already a changed one."""
        return self.title, self.text, self.author_name, self.channel


@dataclass(frozen=True)
class ImportReport:
    added: int
    changed: int
    unchanged: int


def import_rows(actor: Actor, round: Round, rows: Iterable[ImportedSubmission]) -> ImportReport:
    """Add what is new, change what reads differently; whoever else imports here waits."""
    held = select(Round.id).where(Round.id == round.id).with_for_update(key_share=True)
    db.session.execute(held)
    added = changed = unchanged = 0
    for batch in _batches(rows):
        known = _known(round.id, list(batch))
        new = [row for key, row in batch.items() if key not in known]
        different = [
            (known[key][0], row)
            for key, row in batch.items()
            if key in known and known[key][1] != row.compared
        ]
        _insert(actor, round, new)
        _change(different)
        added, changed = added + len(new), changed + len(different)
        unchanged += len(batch) - len(new) - len(different)
    add_submissions(round.id, added)
    return ImportReport(added, changed, unchanged)


def _batches(rows: Iterable[ImportedSubmission]) -> Iterator[dict[str, ImportedSubmission]]:
    """Some rows at a time by their ids: a million needs no more memory than a few."""
    source = iter(rows)
    while batch := {row.source_id: row for row in islice(source, BATCH)}:
        yield batch


def _known(round_id: int, keys: Sequence[str]) -> dict[str | None, tuple[int, tuple[Any, ...]]]:
    statement = select(
        Submission.source_id,
        Submission.id,
        Submission.title,
        Submission.problem,
        Submission.author_name,
        Submission.channel,
    ).where(Submission.round_id == round_id, Submission.source_id.in_(keys))
    return {row[0]: (row[1], tuple(row[2:])) for row in db.session.execute(statement)}


def _written(row: ImportedSubmission) -> dict[str, Any]:
    return {
        "title": row.title,
        "problem": row.text,
        "author_name": row.author_name,
        "channel": row.channel,
        "search_terms": search_terms(row.title, row.text),
    }


def _insert(actor: Actor, round: Round, rows: Sequence[ImportedSubmission]) -> None:
    if not rows:
        return
    now = clock.now()
    common = {"round_id": round.id, "status": Status.PUBLISHED, "published_at": now}
    numbered = zip(rows, next_numbers(round.id, len(rows)), strict=True)
    values = [
        _written(row)
        | common
        | {"source_id": row.source_id, "number": number, "created_at": row.created_at or now}
        for row, number in numbered
    ]
    ids = db.session.execute(
        insert(_SUBMISSIONS).returning(_SUBMISSIONS.c.id, _SUBMISSIONS.c.created_at), values
    ).all()
    thread = [
        link
        for number, created_at in ids
        for link in (
            _link(actor, number, round, Relation.HANDED_IN, created_at),
            _link(actor, number, round, Relation.PUBLISHED, now),
        )
    ]
    db.session.execute(insert(_LINKS), thread)


def _link(
    actor: Actor, number: int, round: Round, relation: Relation, at: datetime
) -> dict[str, Any]:
    return {
        "from_kind": Submission.__tablename__,
        "from_id": number,
        "to_kind": Round.__tablename__,
        "to_id": round.id,
        "relation": relation,
        "actor_id": actor.id,
        "at": at,
    }


def _change(rows: Sequence[tuple[int, ImportedSubmission]]) -> None:
    if not rows:
        return
    statement = (
        update(_SUBMISSIONS)
        .where(_SUBMISSIONS.c.id == bindparam("the_id"))
        .values(version=_SUBMISSIONS.c.version + 1)
    )
    db.session.execute(statement, [_written(row) | {"the_id": number} for number, row in rows])
