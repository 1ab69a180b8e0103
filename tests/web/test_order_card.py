"""The page about the order of lists, with what was measured."""

from datetime import timedelta

import pytest

from civicdialog.submissions.exposure import exposure, make_orders, today
from civicdialog.submissions.models import ExposureDaily
from tests.web.statements import counted_statements

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def _fresh(app):
    exposure().forget()
    yield
    exposure().forget()


def shown(make, round, views):
    for count in views:
        one = make.submission(round)
        yesterday = today() - timedelta(days=1)
        make.keep(ExposureDaily(submission_id=one.id, day=yesterday, views=count))


def card(client):
    page = client.get("/how-it-works/order", headers=ENGLISH)
    assert page.status_code == 200
    return page.text


def test_without_figures_the_page_explains_the_order(sign_in):
    page = card(sign_in())
    assert "Feistel" in page
    assert "up to 10 are theirs" in page
    assert "No round is running that has been counted" in page


def test_the_page_says_how_even_it_was(sign_in, make):
    round = make.round(title="Trees")
    shown(make, round, [100, 100, 100, 0])
    make_orders()
    page = card(sign_in())
    assert "4 proposals were shown 300 times" in page
    assert "0.25" in page
    assert "25%" in page
    assert page.count("× the mean") == 8


def test_a_round_that_was_not_shown_yet_has_no_figures(sign_in, make):
    make.submission(make.round())
    make_orders()
    assert "The first figures come tomorrow" in card(sign_in())


def test_a_hidden_round_is_not_on_the_page(sign_in, make):
    shown(make, make.round(title="Secret plan", is_public=False), [1, 2])
    make_orders()
    assert "Secret plan" not in card(sign_in())


def test_the_page_takes_as_many_statements_for_three_rounds_as_for_one(sign_in, make):
    client = sign_in()
    shown(make, make.round(), [5, 5])
    make_orders()
    card(client)
    with counted_statements() as few:
        card(client)
    for _ in range(2):
        shown(make, make.round(), [5, 5])
    make_orders()
    with counted_statements() as many:
        card(client)
    assert len(few) == len(many) <= 6


@pytest.mark.parametrize("language", ["de", "en", "de-simple"])
def test_the_page_reads_in_every_language(sign_in, make, language):
    shown(make, make.round(), [100, 1])
    make_orders()
    client = sign_in()
    client.post("/language", data={"language": language, "next": "/how-it-works/order"})
    assert client.get("/how-it-works/order").status_code == 200
