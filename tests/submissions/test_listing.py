"""Pages of the list: every submission once, whatever happens while somebody reads."""

from datetime import timedelta

import pytest
from sqlalchemy import event, update

from civicdialog.core import clock
from civicdialog.core.permissions import VISITOR
from civicdialog.rounds.models import Round
from civicdialog.submissions.listing import page_of
from civicdialog.submissions.models import Kind, Status, Submission
from civicdialog.submissions.queries import ListFilter, Order

SEED = 42


@pytest.fixture
def statements(db):
    """Counts the statements sent to the database."""
    sent = []

    def note(connection, cursor, statement, *rest):
        if not statement.startswith(("BEGIN", "SAVEPOINT")):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def fill(db, make, count, **values):
    round = make.round("collecting")
    now = clock.now()
    db.session.add_all(
        Submission(
            round_id=round.id, number=n, title=f"No. {n}", solution="Text", status=Status.PUBLISHED,
            published_at=now - timedelta(minutes=n // 3), agree_count=n % 5,
            kind=Kind.CONCERN if n % 4 == 0 else Kind.USE_CASE, search_terms=" / text ", **values,
        )
        for n in range(1, count + 1)
    )  # fmt: skip
    db.session.execute(update(Round).values(last_number=count, submission_count=count))
    db.session.commit()
    db.session.refresh(round)
    return round


def walk(round, wanted, *, size=10, seed=SEED):
    """All pages from the first to the last."""
    pages, key = [], ""
    while True:
        found = page_of(VISITOR, round, wanted, seed, key, size=size)
        pages.append([row.number for row in found.rows])
        if not found.next_key:
            return pages
        key = found.next_key
        assert len(pages) < 500


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("count", [0, 1, 10, 11, 57])
def test_walking_through_shows_everything_once(db, make, order, count):
    round = fill(db, make, count)
    numbers = [n for page in walk(round, ListFilter(order=order)) for n in page]
    assert sorted(numbers) == list(range(1, count + 1))


@pytest.mark.parametrize("order", list(Order))
def test_a_filtered_walk_shows_what_fits_once(db, make, order):
    round = fill(db, make, 57)
    pages = walk(round, ListFilter(order=order, kind=Kind.CONCERN), size=5)
    assert sorted(n for page in pages for n in page) == list(range(4, 57, 4))
    assert [len(page) for page in pages] == [5, 5, 4]


def test_a_filter_keeps_the_order_of_the_whole(db, make):
    round = fill(db, make, 57)
    whole = [n for page in walk(round, ListFilter()) for n in page]
    part = [n for page in walk(round, ListFilter(kind=Kind.CONCERN)) for n in page]
    assert part == [n for n in whole if n % 4 == 0]


def test_newest_and_least_voted_are_sorted(db, make):
    round = fill(db, make, 57)
    newest = page_of(VISITOR, round, ListFilter(order=Order.NEWEST), SEED, size=57).rows
    assert newest == sorted(newest, key=lambda r: (r.published_at, r.id), reverse=True)
    needy = page_of(VISITOR, round, ListFilter(order=Order.NEEDS_VOTES), SEED, size=57).rows
    assert needy == sorted(needy, key=lambda r: (r.vote_count, r.id))


@pytest.mark.parametrize("kind", [Kind.CONCERN, Kind.PRINCIPLE])
def test_a_filter_of_a_large_round_shows_what_fits_once(db, make, kind):
    round = fill(db, make, 1_200)
    db.session.execute(
        update(Submission).where(Submission.number.in_([5, 700])).values(kind=Kind.PRINCIPLE)
    )
    db.session.commit()
    numbers = [n for page in walk(round, ListFilter(kind=kind)) for n in page]
    expected = range(4, 1_201, 4) if kind is Kind.CONCERN else [5, 700]
    assert sorted(numbers) == [n for n in expected if kind is Kind.PRINCIPLE or n != 700]


@pytest.mark.parametrize("gone", [5, 30, 55, 57])
def test_gaps_close(db, make, gone):
    round = fill(db, make, 57)
    hidden = update(Submission).where(Submission.number <= gone).values(status=Status.WITHDRAWN)
    db.session.execute(hidden)
    db.session.commit()
    numbers = [n for page in walk(round, ListFilter()) for n in page]
    assert sorted(numbers) == list(range(gone + 1, 58))


def test_a_page_of_a_list_with_many_gaps_is_not_empty(db, make):
    round = fill(db, make, 900)
    db.session.execute(
        update(Submission).where(Submission.number > 30).values(status=Status.HIDDEN)
    )
    db.session.commit()
    assert len(page_of(VISITOR, round, ListFilter(), SEED, size=25).rows) == 25


def test_what_is_published_meanwhile_does_not_move_the_next_page(db, make):
    round = fill(db, make, 40)
    first = page_of(VISITOR, round, ListFilter(), SEED, size=10)
    expected = page_of(VISITOR, round, ListFilter(), SEED, first.next_key, size=10)
    make.submission(round)
    db.session.refresh(round)
    second = page_of(VISITOR, round, ListFilter(), SEED, first.next_key, size=10)
    assert second == expected


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize(
    "key",
    [
        "x",
        "-",
        "-1-2",
        "1",
        "9" * 60,
        f"{'9' * 16}-1",
        "٣-٤",
        "1e3-2",
        "\x00",
        "1-2-3-4-5",
        f"{'9' * 15}-{'9' * 15}-{'9' * 15}",
    ],
)
def test_odd_keys_begin_at_the_top_or_show_nothing(db, make, order, key):
    round = fill(db, make, 12)
    found = page_of(VISITOR, round, ListFilter(order=order), SEED, key, size=5)
    assert len(found.rows) in {0, 5}


def test_a_row_has_what_a_card_shows(db, make, ada):
    round = make.round("collecting")
    make.submission(round, ada, solution="", problem="p" * 5_000, department="verkehr")
    make.submission(round, author_name="Herr Papier")
    db.session.refresh(round)
    rows = page_of(VISITOR, round, ListFilter(order=Order.NEWEST), SEED).rows
    by_name = {row.author_name: row for row in rows}
    assert set(by_name) == {"Ada", "Herr Papier"}
    assert by_name["Ada"].author_id == ada.id
    assert by_name["Ada"].excerpt == "p" * 600
    assert by_name["Ada"].department == "verkehr"
    assert by_name["Ada"].published_at.tzinfo is not None


@pytest.mark.parametrize(
    ("wanted", "most"),
    [
        (ListFilter(), 1),
        (ListFilter(order=Order.NEWEST), 1),
        (ListFilter(order=Order.NEEDS_VOTES), 1),
        (ListFilter(kind=Kind.CONCERN), 2),
        (ListFilter(order=Order.DISCUSSED), 1),
        (ListFilter(search="Text", order=Order.NEWEST), 1),
        (ListFilter(search="Text", order=Order.BEST), 2),
        (ListFilter(search="Texd", order=Order.BEST), 3),
    ],
)
def test_a_page_needs_few_statements(db, make, statements, wanted, most):
    round = fill(db, make, 200)
    number = round.last_number
    assert number == 200
    statements.clear()
    page_of(VISITOR, round, wanted, SEED)
    assert len(statements) <= most
