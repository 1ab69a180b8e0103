"""The pages for handing in, for one's own contributions, and for taking back."""

import re

import pytest
from sqlalchemy import func, select

from civicdialog.core.db import transaction
from civicdialog.core.permissions import Actor, Role
from civicdialog.notifications.models import Notification
from civicdialog.submissions.models import Kind, Status, Submission
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation

TEXTS = {
    "kind": "principle",
    "title": "Ein Mensch entscheidet",
    "problem": "Programme irren sich.",
    "solution": "Über Geld entscheidet immer ein Mensch.",
}


def text_of(response):
    return response.get_data(as_text=True)


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', text_of(response)).group(1)


def write(browser, slug="ki", **changes):
    """Fill in the short form as a browser does; gives the answer."""
    form = browser.get(f"/rounds/{slug}/propose")
    typed = {name: hidden(form, name) for name in ("draft", "window", "seen")}
    return browser.post(f"/rounds/{slug}/propose", data=typed | TEXTS | {"go": "preview"} | changes)


def send(browser, preview_url):
    return browser.post(preview_url.replace("/preview", "/send"))


def all_submissions(db):
    return db.session.scalars(select(Submission).order_by(Submission.id)).all()


def test_a_proposal_is_written_looked_at_and_sent(make, ada, sign_in, db):
    round = make.round("collecting", slug="ki")
    browser = sign_in(ada)
    assert round.question in text_of(browser.get("/rounds/ki/propose"))
    written = write(browser)
    assert written.status_code == 303
    assert TEXTS["solution"] in text_of(browser.get(written.location))
    assert all_submissions(db) == []
    answer = send(browser, written.location)
    assert (answer.status_code, answer.location) == (303, "/my/contributions")
    submission = all_submissions(db)[0]
    assert (submission.title, submission.kind) == (TEXTS["title"], Kind.PRINCIPLE)
    assert submission.author_id == ada.id
    assert TEXTS["title"] in text_of(browser.get("/my/contributions"))


def test_sending_twice_makes_one_submission(make, ada, sign_in, db):
    make.round("collecting", slug="ki")
    browser = sign_in(ada)
    url = write(browser).location
    answers = [send(browser, url) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 1
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": "  "}, "Titel"),
        ({"problem": ""}, "worum es geht"),
        ({"solution": "\u202e"}, "was geschehen soll"),
        ({"kind": ""}, "eine der drei"),
        ({"kind": "law"}, "eine der drei"),
        ({"title": "x" * 161}, "160 Zeichen"),
        ({"problem": "x" * 2_001}, "2.000 Zeichen"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_lost(make, ada, sign_in, db, change, words):
    make.round("collecting", slug="ki")
    answer = sign_in(ada).post("/rounds/ki/propose", data=TEXTS | change)
    html = text_of(answer)
    assert answer.status_code == 422
    assert "error-summary" in html
    assert words in html.split('class="error-summary"')[1].split("</ul>")[0]
    for name in {"problem", "solution", "title"} - set(change):
        assert TEXTS[name] in html
    assert all_submissions(db) == []


def test_extra_fields_change_nothing(make, ada, mo, sign_in, db):
    make.round("collecting", slug="ki")
    extra = {"status": "published", "author_id": mo.id, "number": 1, "agree_count": 99, "id": 7}
    browser = sign_in(ada)
    send(browser, write(browser, **extra).location)
    submission = all_submissions(db)[0]
    assert submission.status is Status.PENDING
    assert (submission.author_id, submission.number, submission.agree_count) == (ada.id, None, 0)


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\u202e", "\u2066"])
def test_harmful_signs_are_taken_out(make, ada, sign_in, db, sign):
    make.round("collecting", slug="ki")
    browser = sign_in(ada)
    send(browser, write(browser, title=f"Ti{sign}tel").location)
    assert all_submissions(db)[0].title == "Titel"


def test_a_visitor_signs_in_first_and_comes_back(make, sign_in):
    make.round("collecting", slug="ki")
    answer = sign_in().get("/rounds/ki/propose")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/rounds/ki/propose")


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("coming", "Sie können ab"),
        ("information", "Sie können ab"),
        ("voting", "Vorschläge bis"),
        ("closed", "Vorschläge bis"),
    ],
)
def test_a_closed_form_says_when_it_was_or_will_be_open(make, ada, sign_in, stage, words):
    make.round(stage, slug="ki")
    answer = sign_in(ada).get("/rounds/ki/propose")
    assert answer.status_code == 200
    assert words in text_of(answer)
    assert 'href="/rounds/ki"' in text_of(answer)
    assert 'name="problem"' not in text_of(answer)


def test_who_writes_too_long_keeps_the_text_when_the_round_closes(make, ada, sign_in, db):
    make.round("voting", slug="ki")
    answer = sign_in(ada).post("/rounds/ki/propose", data=TEXTS)
    assert answer.status_code == 422
    assert "nimmt zurzeit keine Vorschläge an" in text_of(answer)
    assert TEXTS["solution"] in text_of(answer)
    assert all_submissions(db) == []


def test_an_unknown_or_hidden_round_is_not_there(make, ada, sign_in):
    make.round("collecting", slug="draft", is_public=False)
    assert sign_in(ada).get("/rounds/nothing/propose").status_code == 404
    assert sign_in(ada).get("/rounds/draft/propose").status_code == 404
    assert sign_in(ada).post("/rounds/draft/propose", data=TEXTS).status_code == 404


def test_ones_own_page_begins_with_a_way_on(ada, sign_in):
    page = text_of(sign_in(ada).get("/my/contributions"))
    assert "Hier ist noch nichts" in page
    assert 'href="/rounds"' in page


def test_ones_own_page_shows_state_and_reason(make, ada, sign_in, db):
    round = make.round("collecting")
    make.submission(round, ada, title="Wartet", status=Status.PENDING)
    refused = make.submission(round, ada, title="Abgelehnt", status=Status.REJECTED)
    make.submission(round, make.person("Bob"), title="Von Bob")
    with transaction():
        add_link(Actor.system(), refused, refused, Relation.REJECTED, reason="Gehört nicht her.")
    page = text_of(sign_in(ada).get("/my/contributions"))
    assert "Wartet" in page
    assert "Gehört nicht her." in page
    assert "Von Bob" not in page


def test_ones_own_page_needs_constant_statements_and_can_be_turned(make, ada, sign_in, db):
    round = make.round("collecting")
    for n in range(30):
        make.submission(round, ada, title=f"Nummer-{n:02d}-")
    browser = sign_in(ada)
    first = text_of(browser.get("/my/contributions"))
    following = re.search(r'href="(/my/contributions\?after=\d+)"', first).group(1)
    second = text_of(browser.get(following))
    found = re.findall(r"Nummer-(\d\d)-</a>", first + second)
    assert sorted(set(found)) == [f"{n:02d}" for n in range(30)]


@pytest.mark.parametrize("after", ["0", "-1", "x", "9" * 30, "%00"])
def test_odd_keys_of_ones_own_page_do_no_harm(ada, sign_in, after):
    assert sign_in(ada).get(f"/my/contributions?after={after}").status_code == 200


def test_a_contribution_is_taken_back_on_a_page_of_its_own(make, ada, sign_in, db):
    submission = make.submission(make.round("collecting"), ada)
    browser = sign_in(ada)
    url = f"/submissions/{submission.public_id}/withdraw"
    assert submission.title in text_of(browser.get(url))
    assert all_submissions(db)[0].status is Status.PUBLISHED
    answer = browser.post(url, data={"reason": "Doppelt"})
    assert (answer.status_code, answer.location) == (303, "/my/contributions")
    assert all_submissions(db)[0].status is Status.WITHDRAWN
    assert "Doppelt" in text_of(browser.get("/my/contributions"))
    assert browser.post(url).status_code == 303


def test_strangers_cannot_take_back(make, ada, sign_in):
    submission = make.submission(make.round("collecting"), ada)
    bob = sign_in(make.person("Bob"))
    url = f"/submissions/{submission.public_id}/withdraw"
    assert bob.get(url).status_code == 403
    assert bob.post(url).status_code == 403
    assert sign_in().get(url).status_code == 302


def test_strangers_do_not_learn_what_waits(make, ada, sign_in):
    submission = make.submission(make.round("collecting"), ada, status=Status.PENDING)
    bob = sign_in(make.person("Bob"))
    assert bob.get(f"/submissions/{submission.public_id}/withdraw").status_code == 404


def test_what_has_been_decided_cannot_be_taken_back(make, ada, sign_in):
    submission = make.submission(make.round("collecting"), ada, status=Status.REJECTED)
    assert sign_in(ada).get(f"/submissions/{submission.public_id}/withdraw").status_code == 409


def test_a_reason_that_is_too_long_is_said(make, ada, sign_in, db):
    submission = make.submission(make.round("collecting"), ada)
    url = f"/submissions/{submission.public_id}/withdraw"
    assert sign_in(ada).post(url, data={"reason": "x" * 501}).status_code == 422
    assert all_submissions(db)[0].status is Status.PUBLISHED


def test_the_role_of_a_moderator_does_not_take_back(make, ada, mo, sign_in):
    submission = make.submission(make.round("collecting"), ada)
    assert Role.MODERATOR in {grant.role for grant in mo.roles}
    assert sign_in(mo).get(f"/submissions/{submission.public_id}/withdraw").status_code == 403
