"""How the next grouping shall be made is decided by people, within limits."""

import pytest
from sqlalchemy import select

from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.insights.actions import choose_settings


@pytest.fixture
def round(make):
    return make.round("voting")


def chosen(db, round, actor, wanted=None, words=()):
    choose_settings(actor.as_actor(), round, topics_wanted=wanted, ignored_words=words)
    db.session.commit()
    db.session.refresh(round)
    return round.topics_wanted, round.ignored_words


def test_a_new_round_has_no_wishes(round):
    assert (round.topics_wanted, round.ignored_words) == (None, [])


@pytest.mark.parametrize("wanted", [None, 2, 60])
def test_the_committee_chooses_the_number_of_topics_or_leaves_it_open(db, kim, round, wanted):
    assert chosen(db, round, kim, wanted)[0] == wanted


@pytest.mark.parametrize("wanted", [-1, 0, 1, 61])
def test_other_numbers_are_refused(kim, round, wanted):
    with pytest.raises(RuleBroken) as error:
        choose_settings(kim.as_actor(), round, topics_wanted=wanted, ignored_words=[])
    assert error.value.field == "topics_wanted"


def test_words_are_kept_once_each_without_blanks_around_them(db, kim, round):
    words = ["  Am  Markt ", "", "Ludwigstraße", "am markt", "\tSaale\u202e"]
    assert chosen(db, round, kim, words=words)[1] == ["Am Markt", "Ludwigstraße", "Saale"]


def test_words_can_be_taken_back(db, kim, round):
    chosen(db, round, kim, words=["Saale"])
    assert chosen(db, round, kim)[1] == []


@pytest.mark.parametrize("words", [[f"Weg {n}" for n in range(501)], ["a" * 61]])
def test_too_many_or_too_long_words_are_refused_and_nothing_changes(kim, round, words):
    with pytest.raises(RuleBroken) as error:
        choose_settings(kim.as_actor(), round, topics_wanted=5, ignored_words=words)
    assert error.value.field == "ignored_words"
    assert (round.topics_wanted, round.ignored_words) == (None, [])


def test_as_many_words_as_are_allowed_are_kept(db, kim, round):
    words = [f"Weg {n}" for n in range(499)] + ["a" * 60]
    assert chosen(db, round, kim, words=words)[1] == words


@pytest.mark.parametrize("who", ["ada", "mo"])
def test_only_committee_and_editors_choose(request, round, who):
    with pytest.raises(NotAllowed):
        choose_settings(
            request.getfixturevalue(who).as_actor(), round, topics_wanted=3, ignored_words=[]
        )


def test_the_choice_stands_in_the_minutes(db, ed, round):
    chosen(db, round, ed, 7, ["Saale"])
    entry = db.session.scalars(select(AuditEntry)).one()
    assert entry.event is Event.TOPICS_SETTINGS_CHOSEN
    assert entry.facts == {"topics": 7, "ignored_words": 1}
