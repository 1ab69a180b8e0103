"""Start page, list of rounds, page of a round."""

import pytest

from civicdialog.core.permissions import Role
from tests.web.statements import counted_statements

ENGLISH = {"Accept-Language": "en"}


def test_without_a_round_the_start_page_says_so(sign_in):
    page = sign_in().get("/", headers=ENGLISH)
    assert "No round is running at the moment" in page.text


def test_the_start_page_shows_the_question_and_the_button(sign_in, make):
    round = make.round("collecting")
    page = sign_in().get("/", headers=ENGLISH).text
    assert round.question in page
    assert f'href="/rounds/{round.slug}/propose"' in page


def test_a_round_that_runs_comes_before_one_that_is_coming(sign_in, make):
    make.round("collecting", title="The one that runs")
    make.round("coming", title="The one to come")
    page = sign_in().get("/", headers=ENGLISH).text
    assert "The one that runs" in page
    assert "The one to come" not in page


def test_a_round_that_is_not_public_is_shown_to_nobody(sign_in, make):
    round = make.round(is_public=False, title="Secret round")
    client = sign_in()
    assert "Secret round" not in client.get("/").text
    assert "Secret round" not in client.get("/rounds").text
    assert client.get(f"/rounds/{round.slug}").status_code == 404
    assert client.get(f"/rounds/{round.slug}/proposals").status_code == 404


def test_editors_see_a_round_before_it_is_public(sign_in, make):
    round = make.round(is_public=False)
    ed = make.person("Ed", roles=[Role.EDITOR])
    assert sign_in(ed).get(f"/rounds/{round.slug}").status_code == 200


def test_sample_data_are_marked_as_such(sign_in, make):
    round = make.round(is_sample=True)
    for path in ("/", f"/rounds/{round.slug}", f"/rounds/{round.slug}/proposals"):
        assert "Sample data" in sign_in().get(path, headers=ENGLISH).text


def test_rounds_stand_under_their_state(sign_in, make):
    for stage in ("collecting", "coming", "closed"):
        make.round(stage, title=f"Round {stage}")
    page = sign_in().get("/rounds", headers=ENGLISH).text
    order = [
        "Running now",
        "Round collecting",
        "Coming up",
        "Round coming",
        "Ended",
        "Round closed",
    ]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


def test_the_list_of_rounds_is_turned_by_key(sign_in, make):
    titles = {make.round("closed", title=f"Round {n:02}").title for n in range(15)}
    client = sign_in()
    first = client.get("/rounds", headers=ENGLISH)
    following = next(line for line in first.text.split('"') if line.startswith("/rounds?after="))
    second = client.get(following, headers=ENGLISH).text
    on_first = {title for title in titles if title in first.text}
    on_second = {title for title in titles if title in second}
    assert on_first | on_second == titles
    assert not on_first & on_second


@pytest.mark.parametrize("key", ["x", "1", "-1-1", "9" * 40 + "-1", "1-" + "9" * 40, "a-b", "%00"])
def test_a_wrong_key_begins_at_the_top(sign_in, make, key):
    make.round(title="The one that runs")
    page = sign_in().get(f"/rounds?after={key}")
    assert page.status_code == 200
    assert "The one that runs" in page.text


def test_a_round_in_its_voting_phase_offers_to_vote(sign_in, make):
    round = make.round("voting")
    page = sign_in().get(f"/rounds/{round.slug}", headers=ENGLISH).text
    assert "Vote on proposals" in page
    assert "Make a proposal" not in page


def test_the_numbers_of_a_round_can_be_asked_how_they_are_known(sign_in, make, db):
    round = make.round("voting")
    round.submission_count, round.vote_count = 2, 1234
    db.session.commit()
    page = sign_in().get(f"/rounds/{round.slug}", headers=ENGLISH).text
    assert "1,234" in page
    assert "/how-it-works#numbers" in page


def test_the_dates_name_their_time_zone(sign_in, make):
    page = sign_in().get(f"/rounds/{make.round().slug}", headers=ENGLISH).text
    assert "Europe/Berlin" in page


def test_what_an_editor_wrote_cannot_break_the_page(sign_in, make, db):
    round = make.round()
    round.title, round.question = "<script>alert(1)</script>", '"><b>x</b>'
    round.introduction = "<img src=x onerror=alert(1)>"
    db.session.commit()
    page = sign_in().get(f"/rounds/{round.slug}").text
    assert "<script>alert(1)" not in page
    assert "<img" not in page


@pytest.mark.parametrize("path", ["/", "/rounds"])
def test_the_number_of_statements_does_not_grow_with_the_rounds(sign_in, make, path):
    make.round()
    client = sign_in()
    client.get(path)
    with counted_statements() as few:
        client.get(path)
    for _ in range(5):
        make.round()
    with counted_statements() as many:
        client.get(path)
    assert len(few) == len(many) <= 6
