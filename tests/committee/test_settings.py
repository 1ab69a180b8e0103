"""The committee sets the number of topics and the words to leave out."""

import pytest

from civicdialog.rounds.models import Round

PAGE = "/committee/rounds/ki/topics/settings"


@pytest.fixture
def client(sign_in, kim, round):
    return sign_in(kim)


def stored(db):
    round = db.session.scalars(db.select(Round)).one()
    return round.topics_wanted, round.ignored_words


def test_settings_are_kept_and_shown_again(client, db):
    words = "Bahnhofstraße\r\nTrotha, Silberhöhe"
    answer = client.post(PAGE, data={"topics_wanted": "12", "ignored_words": words})
    assert answer.location == "/committee/rounds/ki/topics"
    assert stored(db) == (12, ["Bahnhofstraße", "Trotha", "Silberhöhe"])
    page = client.get(PAGE).text
    assert 'value="12"' in page
    assert "Bahnhofstraße\nTrotha\nSilberhöhe" in page


def test_an_empty_number_lets_the_method_choose(client, db):
    client.post(PAGE, data={"topics_wanted": "12"})
    client.post(PAGE, data={"topics_wanted": "", "ignored_words": ""})
    assert stored(db) == (None, [])


# One topic is no grouping; more than sixty nobody can read.
@pytest.mark.parametrize("number", ["1", "61", "-3", "zwölf", "7.5", "9" * 30])
def test_a_senseless_number_is_refused_and_what_was_typed_stays(client, db, number):
    answer = client.post(PAGE, data={"topics_wanted": number, "ignored_words": "Trotha"})
    assert answer.status_code == 422
    assert f'value="{number}"' in answer.text
    assert "Trotha" in answer.text
    assert stored(db) == (None, [])


def test_a_word_is_kept_once_and_without_blanks(client, db):
    client.post(PAGE, data={"ignored_words": " Am  Markt ,, ; Trotha\n\nTrotha, "})
    assert stored(db)[1] == ["Am Markt", "Trotha"]


def test_a_list_that_is_too_long_is_refused(client, db):
    answer = client.post(PAGE, data={"ignored_words": "Trotha " * 1000})
    assert answer.status_code == 422
    assert stored(db)[1] == []


@pytest.mark.parametrize("who", ["ada", "mo"])
def test_only_those_who_may_run_may_set(sign_in, request, round, who):
    assert sign_in(request.getfixturevalue(who)).get(PAGE).status_code == 403
