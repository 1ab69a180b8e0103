"""The three buttons, with and without scripts."""

import pytest
from sqlalchemy import select

from civicdialog.submissions.models import Status, Submission
from civicdialog.voting.models import Vote


@pytest.fixture
def submission(make):
    return make.submission(make.round("voting"))


@pytest.fixture
def url(submission):
    return f"/submissions/{submission.public_id}/vote"


def opinions(db):
    return db.session.scalars(select(Vote.opinion)).all()


def test_a_vote_leads_back_to_the_proposal(db, ada, sign_in, submission, url):
    answer = sign_in(ada).post(url, data={"opinion": "agree"})
    assert answer.status_code == 303
    assert answer.location == f"/submissions/{submission.public_id}#vote"
    assert opinions(db) == [1]


def test_the_page_shows_ones_own_vote_and_its_change(db, ada, sign_in, submission, url):
    browser = sign_in(ada)
    for word, value in (("agree", 1), ("disagree", -1), ("pass", 0)):
        browser.post(url, data={"opinion": word})
        html = browser.get(f"/submissions/{submission.public_id}").get_data(as_text=True)
        assert f'value="{word}" aria-pressed="true"' in html
        assert html.count('aria-pressed="true"') - html.count('class="tool"') <= 2
        assert opinions(db) == [value]


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil"])
def test_the_way_back_stays_on_this_site(ada, sign_in, url, target):
    answer = sign_in(ada).post(url, data={"opinion": "agree", "next": target})
    assert "evil" not in answer.location


@pytest.mark.parametrize("word", ["", "AGREE", "1", "yes", "\x00", "agree\n", "x" * 9_999])
def test_an_unknown_answer_is_refused(db, ada, sign_in, url, word):
    assert sign_in(ada).post(url, data={"opinion": word}).status_code == 400
    assert opinions(db) == []


def test_extra_fields_change_nothing(db, ada, mo, sign_in, url):
    extra = {"opinion": "agree", "person_id": mo.id, "participation_id": 1, "agree_count": 50}
    sign_in(ada).post(url, data=extra)
    assert db.session.scalar(select(Submission.agree_count)) == 1


def test_reading_never_votes(ada, sign_in, url):
    assert sign_in(ada).get(url + "?opinion=agree").status_code == 405


def test_a_vote_without_token_does_not_count(db, ada, sign_in, url):
    answer = sign_in(ada).post(url, data={"opinion": "agree"}, with_token=False)
    assert answer.status_code == 400
    assert opinions(db) == []


def test_a_visitor_is_asked_to_sign_in(db, sign_in, url):
    answer = sign_in().post(url, data={"opinion": "agree"})
    assert answer.status_code == 401
    assert opinions(db) == []


def test_after_the_end_a_vote_is_refused_in_words(db, make, ada, sign_in):
    submission = make.submission(make.round("evaluating"))
    url = f"/submissions/{submission.public_id}/vote"
    answer = sign_in(ada).post(url, data={"opinion": "agree"})
    assert answer.status_code == 409
    assert "kann zurzeit nicht abgestimmt werden" in answer.get_data(as_text=True)


def test_nobody_votes_on_what_they_cannot_see(make, ada, sign_in):
    hidden = make.submission(make.round("voting"), status=Status.PENDING)
    url = f"/submissions/{hidden.public_id}/vote"
    assert sign_in(ada).post(url, data={"opinion": "agree"}).status_code == 404
    assert (
        sign_in(ada).post("/submissions/nothing/vote", data={"opinion": "agree"}).status_code == 404
    )
