"""The public account of the moderation says what the database says, and nothing about anybody."""

import csv
import io
import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, insert, text

from civicdialog.core import clock
from civicdialog.discussion.models import Argument, Stance
from civicdialog.moderation import actions
from civicdialog.moderation.blocking import block
from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.models import (
    RESTRICTIONS,
    Appeal,
    AppealState,
    Ground,
    ModerationDecision,
    Notice,
    NoticeState,
    Outcome,
    SubjectKind,
)
from civicdialog.moderation.transparency import Scope, figures, log, yearly
from civicdialog.moderation.transparency_file import figures_as_csv, log_as_csv
from civicdialog.moderation.undoing import undo
from civicdialog.submissions.models import Status

REASONS = Reasons(Ground.INSULT, "Darin steht ein Schimpfwort: Quittengelee.", means="=Wortliste")
MARKER = "Quittengelee"
URL = "/transparency/moderation"


@pytest.fixture
def round(make):
    return make.round("open", slug="ki", created_at=datetime(2025, 1, 1, 12, tzinfo=UTC))


@pytest.fixture
def statements(db):
    sent = []

    def note(connection, cursor, statement, *rest):
        if not statement.startswith(("BEGIN", "SAVEPOINT")):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def one_number(db, sql, **values):
    return db.session.scalar(text(sql), values)


def decided_at_random(db, make, rounds, count, seed=7):
    """Decisions of every kind, spread over two years, some of them undone."""
    lot, rows = random.Random(seed), []
    subjects = {each.id: make.submission(each) for each in rounds}
    kinds = [kind for kind in SubjectKind if kind is not SubjectKind.PERSON]
    begin = datetime(2025, 1, 2, 12, tzinfo=UTC)
    for n in range(count):
        outcome = lot.choice(list(Outcome))
        restricts = outcome in RESTRICTIONS
        person = outcome is Outcome.BLOCKED
        round_id = None if person else lot.choice(rounds).id
        at = begin + timedelta(minutes=lot.randrange(2 * 364 * 24 * 60))
        means = lot.choice(["", "", "Wortliste"])
        rows.append(
            {
                "public_id": f"d{n:015d}",
                "subject_kind": SubjectKind.PERSON if person else lot.choice(kinds),
                "subject_id": 1 if person else subjects[round_id].id,
                "submission_id": None if person else subjects[round_id].id,
                "round_id": round_id,
                "decided_at": at,
                "waited_since": None if person else at - timedelta(minutes=lot.randrange(90_000)),
                "outcome": outcome,
                "ground": lot.choice(list(Ground)) if restricts else None,
                "explanation": MARKER if restricts else "",
                "automated": bool(means),
                "means": means,
            }
        )
    db.session.execute(insert(ModerationDecision), rows)
    db.session.commit()
    return rows


def nearest_rank(rows, percent):
    answers = {Outcome.PUBLISHED, Outcome.REJECTED, Outcome.CHANGE_ASKED}
    took = sorted(
        int((row["decided_at"] - row["waited_since"]).total_seconds()) // 3600
        for row in rows
        if row["outcome"] in answers and row["waited_since"]
    )
    return took[-(-percent * len(took) // 100) - 1]


# ---- equal to the database ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_figures_are_those_of_the_database(db, make, round, seed):
    other = make.round("open")
    rows = decided_at_random(db, make, [round, other], 300, seed)
    for scope in (Scope(), Scope(round.id), Scope(year=2025), Scope(other.id, 2026)):
        meant = [
            row
            for row in rows
            if (scope.round_id is None or row["round_id"] == scope.round_id)
            and (scope.year is None or row["decided_at"].year == scope.year)
        ]
        told = figures(scope)
        assert told.decided == len(meant)
        assert told.by_outcome == Counter(row["outcome"] for row in meant)
        assert told.by_ground == Counter(row["ground"] for row in meant if row["ground"])
        assert told.automated == sum(row["automated"] for row in meant)
        assert told.blocks == sum(row["outcome"] is Outcome.BLOCKED for row in meant)
        assert told.median_hours == nearest_rank(meant, 50)
        assert told.most_hours == nearest_rank(meant, 90)
        listed = [row for row in meant if row["subject_kind"] is not SubjectKind.PERSON]
        assert len(list(log(scope))) == len(listed)


def test_the_figures_equal_counts_written_by_hand(db, make, round):
    decided_at_random(db, make, [round], 200)
    told = figures(Scope())
    count = "SELECT count(*) FROM moderation_decision WHERE "
    assert told.restricted == one_number(db, count + "ground IS NOT NULL")
    for outcome in Outcome:
        wanted = one_number(db, count + "outcome = :outcome", outcome=outcome.value)
        assert told.by_outcome.get(outcome, 0) == wanted
    for ground in Ground:
        wanted = one_number(db, count + "ground = :ground", ground=ground.value)
        assert told.by_ground.get(ground, 0) == wanted


def test_what_was_handed_in_and_what_waits_is_counted(db, make, round, ada):
    public = make.submission(round, ada)
    make.submission(round, ada, status=Status.PENDING)
    make.submission(round, ada, status=Status.REJECTED)
    make.keep(Argument(submission_id=public.id, stance=Stance.FOR, text="Ja."))
    told = figures(Scope(round.id))
    assert (told.handed_in, told.published, told.arguments) == (3, 1, 1)
    assert told.open == {"submission": 1, "argument": 1}


def test_appeals_and_notices_are_counted(db, make, round, ada, mo):
    now = clock.now()
    for n, state in enumerate((AppealState.OPEN, AppealState.GRANTED, AppealState.DISMISSED)):
        waiting = make.submission(round, ada, status=Status.PENDING)
        decision = actions.reject(mo.as_actor(), waiting, REASONS)
        is_open = state is AppealState.OPEN
        make.keep(
            Appeal(
                decision_id=decision.id,
                text="Nein.",
                due_at=now,
                state=state,
                decided_at=None if is_open else now,
                reasons="" if is_open else "Darum.",
            )
        )
        make.keep(
            Notice(
                key_hash=f"hash{n}",
                subject_kind=SubjectKind.SUBMISSION,
                subject_id=waiting.id,
                submission_id=waiting.id,
                ground=Ground.INSULT,
                text="Seht her.",
                due_at=now,
                state=list(NoticeState)[n],
            )
        )
    told = figures(Scope(round.id))
    assert (told.appealed, told.appeals_decided, told.share_reversed) == (3, 2, 0.5)
    assert told.notices == dict.fromkeys(NoticeState, 1)
    assert told.open["appeal"] == told.open["notice"] == 1


def test_a_round_that_is_not_public_counts_nowhere(db, make, mo, ada):
    hidden = make.round("open", is_public=False)
    actions.reject(mo.as_actor(), make.submission(hidden, ada, status=Status.PENDING), REASONS)
    db.session.commit()
    assert figures(Scope()).is_empty
    assert list(log(Scope())) == []


def test_the_years_of_a_round_add_up(db, make, round):
    decided_at_random(db, make, [round], 100)
    by_year = yearly(round.id)
    assert [year for year, _ in by_year] == [2025, 2026]
    assert sum(told.decided for _, told in by_year) == figures(Scope(round.id)).decided


def test_a_year_begins_at_midnight_of_the_city(db, make, round):
    one = make.submission(round)
    before, after = (
        datetime(2025, 12, 31, 22, 59, tzinfo=UTC),
        datetime(2025, 12, 31, 23, 1, tzinfo=UTC),
    )
    for at in (before, after):
        make.keep(
            ModerationDecision(
                subject_kind=SubjectKind.SUBMISSION,
                subject_id=one.id,
                submission_id=one.id,
                round_id=round.id,
                decided_at=at,
                outcome=Outcome.PUBLISHED,
            )
        )
    assert figures(Scope(year=2025)).decided == figures(Scope(year=2026)).decided == 1


def test_a_few_decisions_have_no_median(db, make, round, ada, mo):
    for _ in range(4):
        actions.publish(mo.as_actor(), make.submission(round, ada, status=Status.PENDING))
    assert figures(Scope(round.id)).median_hours is None


# ---- the log ------------------------------------------------------------------------------------


def test_the_log_tells_what_was_undone_later(db, make, round, ada, mo):
    waiting = make.submission(round, ada, status=Status.PENDING)
    decision = actions.reject(mo.as_actor(), waiting, REASONS)
    undo(mo.as_actor(), decision, "Es war kein Schimpfwort.")
    db.session.commit()
    assert [(each.outcome, each.reversed) for each in log(Scope())] == [
        (Outcome.RESTORED, False),
        (Outcome.REJECTED, True),
    ]


def test_decisions_about_people_are_counted_but_not_listed(db, ada, mo):
    block(mo.as_actor(), ada, clock.now() + timedelta(days=7), REASONS)
    db.session.commit()
    assert figures(Scope()).blocks == 1
    assert list(log(Scope())) == []


def test_nothing_anybody_wrote_and_nobody_is_named(db, make, round, sign_in, mo):
    author = make.person(MARKER)
    waiting = make.submission(round, author, status=Status.PENDING, title=MARKER, problem=MARKER)
    decision = actions.reject(mo.as_actor(), waiting, REASONS)
    db.session.commit()
    visitor = sign_in()
    for path in ("", "/decisions", "/figures.csv", "/decisions.csv"):
        answer = visitor.get(URL + path)
        assert answer.status_code == 200
        for secret in (MARKER, waiting.public_id, decision.public_id, mo.public_name + "<"):
            assert secret not in answer.text


def test_the_log_goes_page_by_page(db, make, round, sign_in):
    rows = decided_at_random(db, make, [round], 120)
    listed = [row for row in rows if row["subject_kind"] is not SubjectKind.PERSON]
    visitor, path, seen = sign_in(), f"{URL}/decisions", 0
    while path:
        answer = visitor.get(path)
        seen += answer.text.count('<th scope="row"')
        following = re.search(r'href="([^"]*before=[^"]*)"', answer.text)
        path = following[1].replace("&amp;", "&") if following else ""
        assert seen <= len(listed)
    assert seen == len(listed)


# ---- files --------------------------------------------------------------------------------------


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def test_the_file_of_figures_says_the_same(db, make, round):
    decided_at_random(db, make, [round], 100)
    told = figures(Scope())
    rows = {(row["figure"], row["detail"]): row["count"] for row in rows_of(figures_as_csv(told))}
    assert rows["decisions", ""] == str(told.decided)
    for ground, count in told.by_ground.items():
        assert rows["restrictions_by_ground", ground.value] == str(count)


def test_no_cell_is_a_formula(db, make, round, ada, mo):
    actions.reject(mo.as_actor(), make.submission(round, ada, status=Status.PENDING), REASONS)
    rows = rows_of(figures_as_csv(figures(Scope())))
    assert "'=Wortliste" in [row["detail"] for row in rows]


def test_the_file_of_decisions_has_every_decision_of_the_log(db, make, round, sign_in):
    decided_at_random(db, make, [round], 60)
    given = rows_of(sign_in().get(f"{URL}/decisions.csv?round=ki&year=2025").text)
    assert given == rows_of(log_as_csv(log(Scope(round.id, 2025))))
    assert {row["date"][:4] for row in given} == {"2025"}


# ---- the page -----------------------------------------------------------------------------------


def test_an_empty_page_says_so(sign_in):
    assert "wurde nichts eingereicht" in sign_in().get(URL).text
    assert "Noch wurde nichts entschieden" in sign_in().get(f"{URL}/decisions").text


@pytest.mark.parametrize("asked", ["round=nowhere", "year=1999", "year=x", "year=²"])
def test_what_does_not_exist_is_not_found(round, sign_in, asked):
    assert sign_in().get(f"{URL}?{asked}").status_code == 404


@pytest.mark.parametrize("path", ["", "/decisions"])
def test_statements_do_not_grow_with_decisions(db, make, round, sign_in, statements, path):
    visitor = sign_in()
    sent = []
    for count in (10, 200):
        db.session.execute(text("DELETE FROM moderation_decision"))
        decided_at_random(db, make, [round], count)
        statements.clear()
        visitor.get(URL + path)
        sent.append(len(statements))
    assert sent[0] == sent[1] <= 6
