"""Votes from files: all of them or none, again and again, without times and names."""

import csv

import pytest
from sqlalchemy import func, select

from civicdialog.analysis.files import BadFile
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed
from civicdialog.core.permissions import VISITOR, Actor
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.voting.actions import ImportedVote, import_votes
from civicdialog.voting.counters import wrong_counters
from civicdialog.voting.import_file import import_votes_file
from civicdialog.voting.models import Opinion, Participation, Vote


@pytest.fixture
def round(make):
    return make.round("evaluating")


@pytest.fixture
def submissions(make, round):
    return [make.submission(round, source_id=name) for name in ("S1", "S2")]


@pytest.fixture
def bring(db, tmp_path, round, submissions):
    """Writes a file and imports it."""

    def run(*rows, columns=("participant", "submission", "opinion")):
        path = tmp_path / "votes.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *rows])
        report = import_votes_file(round, path, progress=lambda share, step: None)
        db.session.expire_all()
        return report

    return run


def counts(db):
    return [
        tuple(row)
        for row in db.session.execute(
            select(
                Submission.agree_count, Submission.pass_count, Submission.disagree_count
            ).order_by(Submission.id)
        )
    ]


def test_votes_are_stored_and_counted(db, bring):
    report = bring(("p1", "S1", "agree"), ("p2", "S1", "disagree"), ("p1", "S2", "pass"))
    assert (report.votes, report.participants) == (3, 2)
    assert counts(db) == [(1, 0, 1), (0, 1, 0)]
    assert db.session.scalar(select(Round.vote_count)) == 3
    assert wrong_counters() == []
    assert db.session.scalars(select(AuditEntry.event)).all() == [Event.VOTES_IMPORTED]


def test_a_submission_may_be_named_by_its_public_id(db, bring, submissions):
    bring(("p1", submissions[1].public_id, "agree"))
    assert counts(db) == [(0, 0, 0), (1, 0, 0)]


def test_importing_again_changes_nothing(db, bring):
    rows = [("p1", "S1", "agree"), ("p2", "S1", "disagree")]
    bring(*rows)
    bring(*rows)
    assert counts(db) == [(1, 0, 1), (0, 0, 0)]
    assert db.session.scalar(select(func.count()).select_from(Participation)) == 2
    assert wrong_counters() == []


def test_the_last_vote_of_a_participant_counts(db, bring):
    bring(("p1", "S1", "agree"), ("p1", "S1", "disagree"))
    assert counts(db)[0] == (0, 0, 1)
    bring(("p1", "S1", "pass"))
    assert counts(db)[0] == (0, 1, 0)


def test_names_and_times_of_the_file_are_not_kept(db, bring):
    bring(
        ("max@example.org", "S1", "agree", "2024-01-01"),
        columns=("participant", "submission", "opinion", "at"),
    )
    key = db.session.scalars(select(Participation.source_key)).one()
    assert len(key) == 64
    assert "max" not in key


def test_every_bad_line_is_named_and_nothing_is_imported(db, make, bring):
    elsewhere = make.submission(make.round("evaluating"), source_id="E1")
    with pytest.raises(BadFile) as caught:
        bring(
            ("p1", "S1", "agree"),
            ("p1", "S9", "agree"),
            ("p1", "S1", "yes"),
            ("", "S1", "agree"),
            ("p1", "S8", ""),
            ("p1", elsewhere.public_id, "agree"),
            ("p1", "E1", "AGREE"),
        )
    found = [(problem.line, problem.column) for problem in caught.value.problems]
    assert found == [
        (3, "submission"), (4, "opinion"), (5, "participant"), (6, "opinion"),
        (7, "submission"), (8, "opinion"), (8, "submission"),
    ]  # fmt: skip
    assert db.session.scalar(select(func.count()).select_from(Vote)) == 0


def test_nobody_votes_on_what_still_waits(make, bring, round):
    make.submission(round, source_id="W1", status=Status.PENDING)
    with pytest.raises(BadFile):
        bring(("p1", "W1", "agree"))


def test_the_same_participant_in_another_round_is_another_one(db, make, round, submissions):
    other = make.round("evaluating")
    with transaction():
        for each, submission in ((round, submissions[0]), (other, make.submission(other))):
            row = ImportedVote("p1", submission.id, Opinion.AGREE)
            import_votes(Actor.system(), each, [row])
    keys = db.session.scalars(select(Participation.source_key)).all()
    assert len(set(keys)) == 2


def test_only_administration_imports(db, round):
    with pytest.raises(NotAllowed), transaction():
        import_votes(VISITOR, round, [])


def test_many_are_brought_in_batches(db, round, submissions):
    rows = (
        ImportedVote(f"p{n}", submission.id, Opinion(n % 3 - 1))
        for n in range(6_000)
        for submission in submissions
    )
    with transaction():
        report = import_votes(Actor.system(), round, rows)
    assert (report.votes, report.participants) == (12_000, 6_000)
    assert counts(db) == [(2_000, 2_000, 2_000)] * 2
    assert wrong_counters() == []
