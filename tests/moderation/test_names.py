"""A public name that breaks a rule goes off all pages, with reasons, and can come back."""

import pytest

from civicdialog.accounts.actions import Profile, change_profile
from civicdialog.core.db import db as database
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.discussion.models import Argument, Stance
from civicdialog.moderation.appeal_actions import Judgement, appeal, decide_appeal
from civicdialog.moderation.cases import case_of
from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.models import Ground
from civicdialog.moderation.naming import NO_NAME, give_name_back, hidden_name_of, hide_name

WHY = Reasons(Ground.INSULT, "Der Name beleidigt eine Stadträtin.")
FORM = {"ground": "insult", "explanation": "Der Name beleidigt eine Stadträtin."}
GRANT = Judgement(True, "Das ist ihr Familienname.")


@pytest.fixture
def rude(make):
    return make.person("Quittengelee")


@pytest.fixture
def hidden(rude, mo):
    """The decision that took the name away."""
    decision = hide_name(mo.as_actor(), rude, WHY)
    database.session.commit()
    return decision


def test_the_name_stands_on_no_page_any_more(sign_in, make, rude, hidden, mo):
    proposal = make.submission(make.round("open", slug="ki"), rude, title="Ein Bus")
    make.keep(
        Argument(submission_id=proposal.id, author_id=rude.id, stance=Stance.FOR, text="Ja, bitte.",
                 is_public=True)
    )  # fmt: skip
    visitor = sign_in()
    pages = [
        visitor.get(url).text
        for url in (f"/submissions/{proposal.public_id}", "/rounds/ki/feed.atom")
    ]
    assert [("Quittengelee" in text, NO_NAME in text) for text in pages] == [(False, True)] * 2


def test_the_person_reads_the_name_the_rule_and_the_explanation(rude, hidden, letters):
    (letter,) = [each for each in letters() if "Quittengelee" in each]
    assert "Ihr öffentlicher Name steht nicht mehr auf den Seiten" in letter
    assert "Der Name beleidigt eine Stadträtin." in letter


def test_an_objection_that_is_right_gives_the_name_back(rude, hidden, make):
    appeal(rude.as_actor(), case_of(hidden), "So heiße ich.")
    other = make.person("Max", roles=["moderator"])
    assert decide_appeal(other.as_actor(), case_of(hidden), GRANT)
    assert rude.public_name == "Quittengelee"


def test_who_took_the_name_does_not_decide_on_the_objection(rude, hidden, mo):
    appeal(rude.as_actor(), case_of(hidden), "So heiße ich.")
    with pytest.raises(NotAllowed):
        decide_appeal(mo.as_actor(), case_of(hidden), GRANT)


def test_another_name_may_be_chosen_at_once_and_stays(rude, hidden, mo):
    change_profile(rude.as_actor(), Profile("Birne", "de"))
    with pytest.raises(RuleBroken):
        give_name_back(mo.as_actor(), rude, reverses=hidden)
    assert (rude.public_name, hidden_name_of(rude)) == ("Birne", None)


def test_a_name_is_taken_once(rude, hidden, mo):
    with pytest.raises(RuleBroken):
        hide_name(mo.as_actor(), rude, WHY)


def test_nobody_takes_their_own_name_and_no_participant_anybodys(rude, mo, ada):
    for actor, person in ((mo, mo), (ada, rude)):
        with pytest.raises(NotAllowed):
            hide_name(actor.as_actor(), person, WHY)


def test_a_moderator_takes_a_name_away_and_gives_it_back(sign_in, mo, rude):
    desk, url = sign_in(mo), f"/moderation/people/{rude.public_id}/name"
    assert desk.post(url, data=FORM).status_code == 303
    page = desk.get(url).text
    assert "Der Name Quittengelee" in page
    assert desk.post(f"{url}/back", data={"note": "Ein Familienname."}).status_code == 303
    database.session.refresh(rude)
    assert rude.public_name == "Quittengelee"


def test_a_name_is_not_given_back_without_a_word(sign_in, mo, rude, hidden):
    answer = sign_in(mo).post(f"/moderation/people/{rude.public_id}/name/back", data={"note": " "})
    assert answer.status_code == 422
    assert rude.public_name == NO_NAME


@pytest.mark.parametrize("field", ["ground", "explanation"])
def test_without_rule_or_explanation_nothing_happens_and_nothing_is_lost(sign_in, mo, rude, field):
    answer = sign_in(mo).post(f"/moderation/people/{rude.public_id}/name", data=FORM | {field: ""})
    assert answer.status_code == 422
    kept = "Der Name beleidigt" if field == "ground" else 'value="insult" checked'
    assert kept in " ".join(answer.text.split())
    assert rude.public_name == "Quittengelee"


def test_the_statement_shows_the_name_to_the_person_alone(sign_in, rude, hidden, ada):
    url = f"/decisions/{hidden.public_id}"
    page = sign_in(rude).get(url).text
    assert "Quittengelee" in page
    assert "Der öffentliche Name" in page
    assert sign_in(ada).get(url).status_code == 404
