"""While somebody writes: what others have proposed already."""

import pytest
from sqlalchemy import select

from civicdialog.core.db import transaction
from civicdialog.submissions.hints import MOST_SHOWN, similar_to
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
