"""Keeping the search in step with the texts: checked by `civicdialog check`, built anew on demand."""

from collections.abc import Iterator
from typing import cast

from sqlalchemy import Table, bindparam, select, text, update
from sqlalchemy.exc import DatabaseError

from civicdialog.core.db import db
from civicdialog.submissions.models import Submission
from civicdialog.submissions.texts import search_terms

BATCH = 1_000
HOW_TO_MEND = "run civicdialog rebuild-search"
_SUBMISSIONS = cast("Table", Submission.__table__)


def wrong_entries() -> list[str]:
    """A sentence for each way in which the search says something else than the texts."""
    found = []
    stale = sum(1 for _ in _stale())
    if stale:
        found.append(f"The search terms of {stale} contributions are out of date: {HOW_TO_MEND}.")
    if not _index_agrees():
        found.append(f"The index of the search disagrees with the contributions: {HOW_TO_MEND}.")
    return found


def rebuild() -> int:
    """Make the terms and the index anew from the texts; gives how many had to be changed."""
    changed = list(_stale())
    statement = (
        update(_SUBMISSIONS)
        .where(_SUBMISSIONS.c.id == bindparam("the_id"))
        .values(search_terms=bindparam("terms"))
    )
    for start in range(0, len(changed), BATCH):
        rows = [{"the_id": i, "terms": terms} for i, terms in changed[start : start + BATCH]]
        db.session.execute(statement, rows)
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("INSERT INTO submission_fts(submission_fts) VALUES ('rebuild')"))
    else:
        db.session.execute(text("DELETE FROM submission_fts"))
        db.session.execute(
            text("INSERT INTO submission_fts SELECT id, search_terms FROM submission")
        )
    return len(changed)


def _stale() -> Iterator[tuple[int, str]]:
    """Contributions whose terms differ from their texts, with what they ought to be."""
    last = 0
    while True:
        wanted = select(Submission).where(Submission.id > last).order_by(Submission.id)
        rows = db.session.scalars(wanted.limit(BATCH)).all()
        for each in rows:
            terms = search_terms(each.title, each.body)
            if terms != each.search_terms:
                yield each.id, terms
        if len(rows) < BATCH:
            return
        last = rows[-1].id
        db.session.expunge_all()


def _index_agrees() -> bool:
    if db.engine.dialect.name != "sqlite":
        return not db.session.scalar(
            text(
                "SELECT count(*) FROM submission LEFT JOIN submission_fts USING (id) "
                "WHERE submission_fts.search_terms IS DISTINCT FROM submission.search_terms"
            )
        )
    # SQLite compares by a statement that looks like writing; it gets a connection of its own.
    check = text("INSERT INTO submission_fts(submission_fts, rank) VALUES ('integrity-check', 1)")
    db.session.rollback()
    with db.engine.connect() as connection:
        try:
            connection.execute(check)
        except DatabaseError:
            return False
        finally:
            connection.rollback()
    return True
