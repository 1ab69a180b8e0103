"""Contributions from files: all of them or none, again and again."""

import csv
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from civicdialog.analysis.files import BadFile
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed
from civicdialog.core.permissions import VISITOR, Actor
from civicdialog.submissions.actions import ImportedSubmission, import_submissions
from civicdialog.submissions.import_file import import_submissions_file
from civicdialog.submissions.models import Channel, Status, Submission
from civicdialog.submissions.queries import ListFilter, listed
from civicdialog.trace.models import Relation, TraceLink
from civicdialog.voting.counters import wrong_counters

GOOD = [
    {"id": "A1", "title": "Radwege", "text": "Mehr davon.", "created": "2024-05-01T10:00:00+02:00"},
    {"id": "A2", "title": "Bäume", "text": "Pflanzen.", "author": "Frau Grün", "channel": "paper"},
    {"id": "A3", "title": "Nur ein Titel", "text": ""},
]


@pytest.fixture
def bring(db, tmp_path):
    """Writes a file and imports it."""

    def run(round, rows, columns=("id", "title", "text", "created", "author", "channel")):
        path = tmp_path / "rows.csv"
        if isinstance(rows, bytes):
            path.write_bytes(rows)
        else:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(rows)
        report = import_submissions_file(round, path, progress=lambda share, step: None)
        db.session.expire_all()
        return report

    return run


def all_of(db):
    return db.session.scalars(select(Submission).order_by(Submission.number)).all()


def test_a_file_is_published_at_once_with_numbers(db, make, bring):
    round = make.round("evaluating")
    report = bring(round, GOOD)
    assert (report.added, report.changed, report.unchanged) == (3, 0, 0)
    rows = all_of(db)
    assert [(s.number, s.source_id, s.status) for s in rows] == [
        (n, f"A{n}", Status.PUBLISHED) for n in (1, 2, 3)
    ]
    assert rows[0].created_at == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert (rows[1].author_name, rows[1].channel) == ("Frau Grün", Channel.PAPER)
    assert rows[0].problem == "Mehr davon."
    assert (round.last_number, round.submission_count) == (3, 3)
    assert wrong_counters() == []


def test_the_thread_and_the_minutes_know(db, make, bring):
    bring(make.round("evaluating"), GOOD)
    links = db.session.scalars(select(TraceLink.relation)).all()
    assert sorted(links) == sorted([Relation.HANDED_IN, Relation.PUBLISHED] * 3)
    assert db.session.scalars(select(AuditEntry.event)).all() == [Event.SUBMISSIONS_IMPORTED]


def test_what_was_imported_is_found_by_its_words(db, make, bring):
    round = make.round("evaluating")
    bring(round, GOOD)
    found = listed(VISITOR, round.id, ListFilter(search="Radweg"))
    assert [s.source_id for s in db.session.scalars(found)] == ["A1"]


def test_importing_again_adds_and_changes_only_what_is_new(db, make, bring):
    round = make.round("evaluating")
    bring(round, GOOD)
    keep = {s.source_id: (s.id, s.public_id, s.number) for s in all_of(db)}
    changed = [GOOD[0], GOOD[1] | {"text": "Gießen."}, GOOD[2], GOOD[0] | {"id": "A4"}]
    report = bring(round, changed)
    assert (report.added, report.changed, report.unchanged) == (1, 1, 2)
    rows = {s.source_id: s for s in all_of(db)}
    assert rows["A2"].problem == "Gießen."
    assert "giess" in rows["A2"].search_terms
    assert rows["A2"].version == 2
    assert {k: (rows[k].id, rows[k].public_id, rows[k].number) for k in keep} == keep
    assert rows["A4"].number == 4
    assert wrong_counters() == []


def test_the_same_id_in_another_round_is_another_contribution(db, make, bring):
    bring(make.round("evaluating"), GOOD)
    assert bring(make.round("evaluating"), GOOD).added == 3


def test_a_long_title_is_shortened_and_kept_whole_in_the_text(db, make, bring):
    title = "Wort " * 40 + "Ende"
    bring(make.round("evaluating"), [{"id": "1", "title": title, "text": "Mehr."}])
    row = all_of(db)[0]
    assert len(row.title) <= 160
    assert row.title.endswith(" …")
    assert row.problem == f"{title}\n\nMehr."


def test_a_moment_without_zone_is_the_citys_time(db, make, bring):
    bring(make.round("evaluating"), [GOOD[0] | {"created": "2024-07-01 12:00"}])
    assert all_of(db)[0].created_at == datetime(2024, 7, 1, 10, tzinfo=UTC)


def test_our_own_exports_can_be_read_again(db, make, bring):
    bring(make.round("evaluating"), [GOOD[0] | {"title": "'=1+1", "text": "'- Punkt"}])
    assert (all_of(db)[0].title, all_of(db)[0].problem) == ("=1+1", "- Punkt")


def test_every_bad_line_is_named_and_nothing_is_imported(db, make, bring):
    rows = [
        GOOD[0],
        GOOD[0],
        {"id": "B1", "title": "", "text": "x"},
        {"id": "B2", "title": "x", "text": "x" * 5_001},
        {"id": "B3", "title": "x", "text": "x", "created": "gestern"},
        {"id": "B4", "title": "x", "text": "x", "created": "2999-01-01"},
        {"id": "B5", "title": "x", "text": "x", "channel": "pigeon"},
        {"id": "i" * 81, "title": "x", "text": "x", "author": "a" * 121},
        {"id": "B7", "title": "\u202e\u202c", "text": "x"},
        {"id": "B8", "title": "x", "text": "x", "created": "0001-01-01T00:00:00+14:00"},
    ]
    with pytest.raises(BadFile) as caught:
        bring(make.round("evaluating"), rows)
    found = [(problem.line, problem.column) for problem in caught.value.problems]
    assert found == [
        (3, "id"), (4, "title"), (5, "text"), (6, "created"), (7, "created"), (8, "channel"),
        (9, "author"), (9, "id"), (10, "title"), (11, "created"),
    ]  # fmt: skip
    assert all_of(db) == []


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"id,title\n1,x\n", 1),
        ("id,title,text\n1,Straße,x\n".encode("latin-1"), 2),
        (b'id,title,text\n1,"x,y\n2,z,z\n', 2),
        (b"id,title,text\n1,x\n", 2),
        (b"id,title,text\n1,a\x00b,x\n", 2),
    ],
)
def test_broken_files_are_refused(db, make, bring, content, line):
    with pytest.raises(BadFile) as caught:
        bring(make.round("evaluating"), content)
    assert caught.value.problems[0].line == line
    assert all_of(db) == []


def test_only_administration_imports(db, make, ada):
    round = make.round("evaluating")
    with pytest.raises(NotAllowed), transaction():
        import_submissions(VISITOR, round, [ImportedSubmission("1", "x", "x")])


def test_many_are_brought_in_batches(db, make):
    round = make.round("evaluating")
    rows = (ImportedSubmission(str(n), f"Titel {n}", f"Text {n}") for n in range(4_500))
    with transaction():
        report = import_submissions(Actor.system(), round, rows)
    assert report.added == 4_500
    numbers = db.session.execute(
        select(func.min(Submission.number), func.max(Submission.number), func.count())
    ).one()
    assert tuple(numbers) == (1, 4_500, 4_500)
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_real_contributions_come_in(db, make, real_data):
    round = make.round("evaluating")
    path = real_data / "contributions" / "bonn.csv"
    report = import_submissions_file(round, path, progress=lambda share, step: None)
    assert report.added == 2_314
    again = import_submissions_file(round, path, progress=lambda share, step: None)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2_314)
