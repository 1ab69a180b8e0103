"""Pages on which people correct topics."""

import pytest

from civicdialog.insights import corrections_queries as corrections
from civicdialog.insights import queries
from civicdialog.insights.models import Deed, TopicCorrection

CHANGE = "/committee/rounds/ki/topics/1/change"
LOG = "/committee/rounds/ki/topics/corrections"


@pytest.fixture
def kept(current, round):
    """The version that holds, with its topics."""
    return queries.run_with_topics(round.id, current)


def of(run, key):
    return [n for n, number in queries.groups_unrestricted(run.id).items() if number == key]


def test_a_topic_is_renamed_on_its_page(sign_in, kim, kept):
    browser = sign_in(kim)
    answer = browser.post(
        CHANGE, data={"deed": "rename", "rename-label": "Unterwegs", "rename-reason": "Klarer.", "rename-seen": "0"}
    )  # fmt: skip
    assert answer.status_code == 303
    assert "Unterwegs" in browser.get("/committee/rounds/ki/topics").text


def test_several_contributions_move_at_once_with_one_reason(sign_in, kim, kept, db):
    ids = of(kept, 1)[:3]
    answer = sign_in(kim).post(
        CHANGE,
        data={"deed": "place", "ids": ids, "place-target": 2, "place-reason": "Passt dort.", "place-seen": "0"},
    )  # fmt: skip
    assert answer.status_code == 303
    reasons = db.session.scalars(db.select(TopicCorrection.reason)).all()
    assert reasons == ["Passt dort."] * 3


def test_without_a_reason_what_was_typed_stays(sign_in, kim, kept):
    answer = sign_in(kim).post(
        CHANGE, data={"deed": "rename", "rename-label": "Unterwegs", "rename-seen": "0"}
    )
    assert answer.status_code == 422
    assert "Unterwegs" in answer.text


def test_chosen_contributions_stay_chosen_after_an_error(sign_in, kim, kept):
    ids = of(kept, 1)[:2]
    data = {"deed": "off-topic", "ids": ids, "place-target": 1, "place-seen": "0"}
    answer = sign_in(kim).post(CHANGE, data=data)
    assert answer.status_code == 422
    assert answer.text.count(" checked") == 2


def test_who_comes_second_is_told(sign_in, kim, kept):
    data = {"deed": "rename", "rename-label": "A1", "rename-reason": "Klarer.", "rename-seen": "0"}
    browser = sign_in(kim)
    browser.post(CHANGE, data=data)
    assert browser.post(CHANGE, data={**data, "rename-label": "A2"}).status_code == 409


def test_a_correction_is_taken_back_on_its_page(sign_in, kim, kept, db):
    browser = sign_in(kim)
    browser.post(
        CHANGE, data={"deed": "merge", "merge-target": 2, "merge-reason": "Dasselbe.", "merge-seen": "0"}
    )  # fmt: skip
    number = db.session.scalars(db.select(TopicCorrection.id)).one()
    assert "Dasselbe." in browser.get(LOG).text
    browser.post(f"{LOG}/{number}/undo", data={"reason": "Doch nicht."})
    deeds = db.session.scalars(db.select(TopicCorrection.deed).order_by(TopicCorrection.id)).all()
    assert deeds == [Deed.MERGED, Deed.UNDONE]
    assert "zurückgenommen" in browser.get(LOG).text


def test_an_author_doubts_and_the_committee_answers(sign_in, ada, kim, kept, round, db):
    submission = corrections.titles(of(kept, 1)[:1]).popitem()[1]
    address = f"/submissions/{submission.public_id}"
    author, member = sign_in(ada), sign_in(kim)
    assert "does-not-fit" in author.get(f"{address}/thread").text
    assert (
        author.post(f"{address}/does-not-fit", data={"suggestion": "Zum Verkehr."}).status_code
        == 303
    )
    doubts = member.get("/committee/rounds/ki/topics/doubts").text
    assert "Zum Verkehr." in doubts
    number = corrections.open_doubts(round.id)[0].doubt.id
    data = {"target": 2, "reason": "Stimmt.", "seen": "0"}
    assert member.post(f"/committee/rounds/ki/topics/doubts/{number}", data=data).status_code == 303
    assert "Stimmt." in author.get(f"{address}/thread").text
    assert "Niemand zweifelt" in member.get("/committee/rounds/ki/topics/doubts").text


def test_others_do_not_doubt(sign_in, mo, kept):
    submission = corrections.titles(of(kept, 1)[:1]).popitem()[1]
    assert sign_in(mo).get(f"/submissions/{submission.public_id}/does-not-fit").status_code == 403


def test_moderators_do_not_change_topics(sign_in, mo, kept):
    assert sign_in(mo).get(CHANGE).status_code == 403


def test_the_badge_says_how_much_people_changed(sign_in, kim, kept):
    browser = sign_in(kim)
    assert "von Menschen geändert 0 %" in browser.get("/committee/rounds/ki/topics/1").text
    data = {
        "deed": "place",
        "ids": of(kept, 1)[:1],
        "place-target": 1,
        "place-reason": "Ja.",
        "place-seen": "0",
    }
    browser.post(CHANGE, data=data)
    assert "von Menschen geändert 10 %" in browser.get("/committee/rounds/ki/topics/1").text
