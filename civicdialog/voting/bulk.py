"""Writing many votes at a time. When a vote was cast is not kept, and nobody is named."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select

from civicdialog.core.db import db, insert_into
from civicdialog.core.ids import fingerprint, new_hidden_id
from civicdialog.rounds.models import Round
from civicdialog.voting.counters import recount
from civicdialog.voting.models import Opinion, Participation, ParticipationKind, Vote

BATCH = 5_000


@dataclass(frozen=True)
class ImportedVote:
    """One opinion from a file. `participant` is the name somebody has in that file."""

    participant: str
    submission_id: int
    opinion: Opinion


@dataclass(frozen=True)
class VoteReport:
    votes: int
    participants: int


def import_rows(round: Round, rows: Iterable[ImportedVote]) -> VoteReport:
    """Store the votes and count them anew; whoever else imports here waits."""
    held = select(Round.id).where(Round.id == round.id).with_for_update(key_share=True)
    db.session.execute(held)
    keys: dict[str, int] = {}
    votes = 0
    for batch in _batches(rows):
        _add_participations(round.id, batch, keys)
        # The last one of a pair counts.
        opinions = {
            (keys[vote.participant], vote.submission_id): int(vote.opinion) for vote in batch
        }
        _put(opinions)
        votes += len(opinions)
    recount(round.id)
    return VoteReport(votes, len(keys))


def _batches(rows: Iterable[ImportedVote]) -> Iterator[list[ImportedVote]]:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch


def _add_participations(round_id: int, batch: Sequence[ImportedVote], keys: dict[str, int]) -> None:
    """Find or make the participation of everybody in the batch; `keys` remembers them by name."""
    names = dict.fromkeys(vote.participant for vote in batch if vote.participant not in keys)
    if not names:
        return
    name_of = {fingerprint(f"{round_id}:{name}"): name for name in names}
    known = select(Participation.source_key, Participation.id).where(
        Participation.round_id == round_id, Participation.source_key.in_(name_of)
    )
    found = {row.source_key: row.id for row in db.session.execute(known)}
    keys.update({name_of[source_key]: number for source_key, number in found.items()})
    new = {source_key: new_hidden_id() for source_key in name_of if source_key not in found}
    if new:
        rows = [
            {
                "id": number,
                "round_id": round_id,
                "source_key": source_key,
                "kind": ParticipationKind.IMPORTED,
            }
            for source_key, number in new.items()
        ]
        db.session.execute(insert_into(Participation), rows)
        keys.update({name_of[source_key]: number for source_key, number in new.items()})


def _put(opinions: dict[tuple[int, int], int]) -> None:
    statement = insert_into(Vote)
    statement = statement.on_conflict_do_update(
        index_elements=["participation_id", "submission_id"],
        set_={"opinion": statement.excluded.opinion},
    )
    rows = [
        {
            "participation_id": participation,
            "submission_id": submission,
            "opinion": opinion,
            "important": False,
        }
        for (participation, submission), opinion in sorted(opinions.items())
    ]
    db.session.execute(statement, rows)
