"""While somebody writes: what others have proposed already."""

import random
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from civicdialog.core.db import transaction
from civicdialog.submissions.hints import MOST_SHOWN, Indexes, StemIndex, similar_to
from civicdialog.submissions.models import Status, Submission
from civicdialog.submissions.texts import search_terms

BUS = ("Bus sagt Verspätung an", "An der Haltestelle weiß niemand, wann der Bus kommt.")
TREES = ("Bäume mit Sensoren gießen", "Junge Straßenbäume vertrocknen im Sommer.")


@pytest.fixture
def round(app, make):
    app.extensions.pop("stem_indexes", None)
    return make.round("collecting")


@pytest.fixture
def put(make, round):
    def put_one(title, problem, **values):
        terms = search_terms(title, problem)
        values = {"problem": problem, "solution": "", "search_terms": terms} | values
        return make.submission(round, title=title, **values)

    return put_one


def titles(round, text):
    return [each.title for each in similar_to(round, text)]


def test_what_says_something_similar_is_found_in_other_words_of_the_same_stems(put, round):
    put(*BUS)
    put(*TREES)
    assert titles(round, "Verspätungen\nAn Haltestellen die Busse ansagen") == [BUS[0]]


def test_what_has_nothing_to_do_with_it_is_not_shown(put, round):
    put(*BUS)
    assert titles(round, "Bibliothek\nBücher mit Bildern für Kinder beschreiben") == []


def test_two_words_are_too_few(put, round):
    put(*BUS)
    assert titles(round, "Der Bus") == []


def test_never_more_than_three(put, round):
    for number in range(MOST_SHOWN + 2):
        put(f"{BUS[0]} {number}", BUS[1])
    assert len(titles(round, "\n".join(BUS))) == MOST_SHOWN


def test_other_rounds_do_not_count(make, put, round):
    put(*BUS)
    assert titles(make.round("collecting"), "\n".join(BUS)) == []


def test_what_is_published_later_is_found_too(put, round, db):
    put(*TREES)
    assert titles(round, "\n".join(BUS)) == []
    put(*BUS)
    db.session.refresh(round)
    assert titles(round, "\n".join(BUS)) == [BUS[0]]


@pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.HIDDEN])
def test_what_is_public_no_more_is_not_shown(put, round, db, status):
    one = put(*BUS)
    assert titles(round, "\n".join(BUS)) == [BUS[0]]
    with transaction():
        db.session.scalars(select(Submission).where(Submission.id == one.id)).one().status = status
    assert titles(round, "\n".join(BUS)) == []


def test_what_still_waits_is_not_shown(put, round):
    put(*BUS, status=Status.PENDING)
    assert titles(round, "\n".join(BUS)) == []


def test_what_was_hidden_at_the_first_question_and_came_back_is_shown(put, round, db):
    one = put(*BUS, status=Status.HIDDEN)
    put(*TREES)
    assert titles(round, "\n".join(BUS)) == []
    with transaction():
        found = db.session.scalars(select(Submission).where(Submission.id == one.id)).one()
        found.status = Status.PUBLISHED
    assert titles(round, "\n".join(BUS)) == [BUS[0]]


def test_a_changed_title_is_shown_as_it_is_now(put, round, db):
    one = put(*BUS)
    titles(round, "\n".join(BUS))
    with transaction():
        found = db.session.scalars(select(Submission).where(Submission.id == one.id)).one()
        found.title = "Der Bus spricht"
    assert titles(round, "\n".join(BUS)) == ["Der Bus spricht"]


def test_a_draft_of_20_000_letters_is_answered(put, round):
    put(*BUS)
    put(*TREES)
    other = " ".join(f"Wort{number}" for number in range(2_500))
    assert len(other) > 20_000
    assert titles(round, other) == []
    assert titles(round, f"{BUS[0]}\n" + 300 * f"{BUS[1]} ")[0] == BUS[0]


def test_a_process_that_starts_later_gives_the_same_answer(app, put, round):
    for number in range(5):
        put(f"{BUS[0]} {number}", BUS[1])
        shown = titles(round, "\n".join(BUS))
    app.extensions.pop("stem_indexes")
    assert titles(round, "\n".join(BUS)) == shown


def test_equally_alike_ones_stand_in_the_same_order_however_they_came_in():
    texts = [(n, search_terms(f"{BUS[0]} {n % 3}", BUS[1])) for n in range(1, 13)]
    answers = set()
    for seed in range(10):
        random.Random(seed).shuffle(texts)
        index = StemIndex()
        for each in texts:
            index.add(*each)
        index.settle()
        answers.add(tuple(index.best(search_terms(*BUS), 12)))
    assert len(answers) == 1


def test_many_threads_may_ask_while_the_index_grows(round, monkeypatch):
    """Nobody sees half a text."""
    indexes = Indexes()
    texts = iter([(n, search_terms(f"{BUS[0]} {n}", BUS[1])) for n in range(1, 2_001)])

    def grown(self, round):
        index = self._by_round.setdefault(round, StemIndex())
        for each, _ in zip(texts, range(5), strict=False):
            index.add(*each)
        return index

    monkeypatch.setattr(Indexes, "_of", grown)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(indexes.best, round.id, search_terms(*BUS), 3) for _ in range(200)]
        assert all(each.result() for each in asked)
    finally:
        sys.setswitchinterval(interval)
