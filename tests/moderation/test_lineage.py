"""Split, merge, copy: nothing is lost, votes stay where they were given, the thread leads on."""

import pytest
from sqlalchemy import func, select

from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import Actor, Role
from civicdialog.insights.building import build_topics
from civicdialog.moderation import lineage_actions as actions
from civicdialog.notifications.follows import follow
from civicdialog.notifications.models import Letter
from civicdialog.rounds.models import Round
from civicdialog.submissions.handing_in import SubmissionDraft
from civicdialog.submissions.models import Status, Submission
from civicdialog.voting.actions import cast_vote
from civicdialog.voting.models import Opinion, Vote

PARTS = (
    SubmissionDraft("Ein Bus", "Der Bus kommt nie.", "Eine Anzeige."),
    SubmissionDraft("Ein Rad", "Es fehlen Ständer.", "Mehr davon."),
)
WHY = "Er enthält zwei Wünsche."


@pytest.fixture
def round(make):
    return make.round("open", slug="ki")


@pytest.fixture
def original(make, round, ada):
    return make.submission(round, ada, title="Bus und Rad", problem="Beides fehlt.")


@pytest.fixture
def moderator(mo):
    return mo.as_actor()


def counted(db, round):
    return db.session.scalar(select(Round.submission_count).where(Round.id == round.id))


def test_the_parts_are_public_and_the_original_is_not_counted_twice(
    moderator, original, round, ada, db
):
    parts = actions.split(moderator, original, PARTS, WHY)
    assert [(part.status, part.author_id) for part in parts] == [(Status.PUBLISHED, ada.id)] * 2
    assert original.status is Status.REPLACED
    assert counted(db, round) == 2


def test_votes_stay_with_the_original(moderator, original, round, make, db):
    eve = make.person("Eve")
    cast_vote(eve.as_actor(), round, original, Opinion.AGREE)
    parts = actions.split(moderator, original, PARTS, WHY)
    assert db.session.scalars(select(Vote.submission_id)).all() == [original.id]
    assert [part.vote_count for part in parts] == [0, 0]
    cast_vote(eve.as_actor(), round, parts[0], Opinion.AGREE)


def test_on_the_original_nobody_votes_any_more(moderator, original, round, make):
    actions.split(moderator, original, PARTS, WHY)
    with pytest.raises(RuleBroken):
        cast_vote(make.person("Eve").as_actor(), round, original, Opinion.AGREE)


def test_the_original_stays_readable_and_leads_to_its_parts(moderator, original, sign_in, db):
    parts = actions.split(moderator, original, PARTS, WHY)
    db.session.commit()
    browser = sign_in()
    page = browser.get(f"/submissions/{original.public_id}")
    assert page.status_code == 200
    assert "Beides fehlt." in page.text
    assert "An seiner Stelle stehen andere Beiträge" in page.text
    thread = browser.get(f"/submissions/{original.public_id}/thread").text
    assert all(f"/submissions/{part.public_id}" in thread for part in parts)
    assert WHY in thread


def test_a_part_leads_back_to_the_original(moderator, original, sign_in, db):
    part = actions.split(moderator, original, PARTS, WHY)[0]
    db.session.commit()
    thread = sign_in().get(f"/submissions/{part.public_id}/thread").text
    assert "Hervorgegangen aus „Bus und Rad“" in thread
    assert f"/submissions/{original.public_id}" in thread
    assert "Ein Rad" not in thread


def test_lists_show_the_parts_alone(moderator, original, sign_in, db):
    actions.split(moderator, original, PARTS, WHY)
    db.session.commit()
    html = sign_in().get("/rounds/ki/proposals").text
    assert "Ein Bus" in html
    assert "Bus und Rad" not in html


def test_author_and_followers_are_told_once(moderator, original, ada, make, db):
    eve = make.person("Eve")
    follow(eve.as_actor(), "submission", original.id)
    actions.split(moderator, original, PARTS, WHY)
    told = db.session.execute(select(Letter.to_email, Letter.kind)).all()
    assert sorted(map(tuple, told)) == sorted(
        (person.email, "contribution-reshaped") for person in (ada, eve)
    )


def test_one_part_is_no_split(moderator, original):
    with pytest.raises(RuleBroken):
        actions.split(moderator, original, PARTS[:1], WHY)


def test_a_reason_is_given(moderator, original):
    with pytest.raises(RuleBroken):
        actions.split(moderator, original, PARTS, " ")


def test_nobody_splits_their_own(make, round, mo):
    own = make.submission(round, mo)
    with pytest.raises(NotAllowed):
        actions.split(mo.as_actor(), own, PARTS, WHY)


def test_what_is_split_is_not_split_again(moderator, original):
    actions.split(moderator, original, PARTS, WHY)
    with pytest.raises(RuleBroken):
        actions.split(moderator, original, PARTS, WHY)


def test_one_stands_in_the_place_of_several(moderator, original, round, make, ada, db):
    other = make.submission(round, ada, title="Der Bus")
    merged = actions.merge(moderator, [original, other], PARTS[0], "Beide wollen dasselbe.")
    assert (original.status, other.status, merged.author_id) == (
        Status.REPLACED, Status.REPLACED, None,
    )  # fmt: skip
    assert counted(db, round) == 1


def test_only_what_stands_in_one_round_is_merged(moderator, original, make, ada):
    elsewhere = make.submission(make.round("open"), ada)
    with pytest.raises(RuleBroken, match="different rounds"):
        actions.merge(moderator, [original, elsewhere], PARTS[0], WHY)


def test_one_alone_is_not_merged(moderator, original):
    with pytest.raises(RuleBroken):
        actions.merge(moderator, [original], PARTS[0], WHY)


def test_a_copy_stands_in_the_other_round_without_votes(moderator, original, make, ada, db):
    original.agree_count = 5
    target = make.round("open")
    copied = actions.copy(moderator, original, target, WHY)
    assert (copied.round_id, copied.body, copied.vote_count) == (target.id, original.body, 0)
    assert (copied.author_id, original.status) == (ada.id, Status.PUBLISHED)


def test_the_next_topics_count_the_parts_alone(moderator, original, round, make, ada, db):
    for n in range(8):
        make.submission(round, ada, title=f"Bus {n}", problem="Der Bus kommt nie pünktlich an.")
    actions.split(moderator, original, PARTS, WHY)
    db.session.commit()
    run = build_topics(Actor.system(), round, progress=lambda share, step: None)
    public = select(func.count()).where(Submission.status == Status.PUBLISHED)
    assert run.submission_count == db.session.scalar(public) == 10


# ---- the pages ----------------------------------------------------------------------------------


def typed(number, draft):
    fields = {"kind": "use_case", "title": draft.title, "problem": draft.problem}
    return {f"parts-{number}-{name}": value for name, value in fields.items()}


def test_on_the_page_one_splits(original, mo, sign_in, db):
    desk, url = sign_in(mo), f"/moderation/submissions/{original.public_id}/split"
    assert desk.get(url).text.count("Bus und Rad") >= 2
    sent = typed(0, PARTS[0]) | typed(1, PARTS[1])
    assert desk.post(url, data=sent | {"reason": ""}).status_code == 422
    assert desk.post(url, data=sent | {"reason": WHY}).status_code == 303
    assert db.session.scalar(select(func.count(Submission.id))) == 3


def test_one_more_part_keeps_what_was_typed(original, mo, sign_in):
    url = f"/moderation/submissions/{original.public_id}/split"
    sent = typed(0, PARTS[0]) | typed(1, PARTS[1]) | {"more": "1"}
    html = sign_in(mo).post(url, data=sent).text
    assert "parts-2-title" in html
    assert PARTS[1].problem in html


def test_on_the_page_one_merges_by_numbers(original, round, make, ada, mo, sign_in, db):
    other = make.submission(round, ada)
    desk, url = sign_in(mo), f"/moderation/submissions/{original.public_id}/merge"
    sent = {"part-kind": "use_case", "part-title": "Ein Bus", "part-problem": "Er fehlt."}
    sent |= {"reason": WHY, "numbers": "99"}
    answer = desk.post(url, data=sent)
    assert answer.status_code == 422
    assert "99" in answer.text
    assert desk.post(url, data=sent | {"numbers": str(other.number)}).status_code == 303


def test_on_the_page_one_copies(original, make, mo, sign_in, db):
    make.round("open", slug="verkehr", title="Verkehr")
    desk, url = sign_in(mo), f"/moderation/submissions/{original.public_id}/copy"
    assert "Verkehr" in desk.get(url).text
    assert desk.post(url, data={"round": "verkehr", "reason": WHY}).status_code == 303


@pytest.mark.parametrize("deed", ["split", "merge", "copy"])
def test_what_waits_has_no_such_page(deed, make, round, ada, mo, sign_in):
    waiting = make.submission(round, ada, status=Status.PENDING)
    url = f"/moderation/submissions/{waiting.public_id}/{deed}"
    assert sign_in(mo).get(url).status_code == 404
    assert sign_in(make.person("Bob", roles=[Role.COMMITTEE])).get(url).status_code == 403


@pytest.mark.parametrize("deed", ["split", "merge"])
def test_a_part_without_a_title_is_named_among_the_errors(original, mo, sign_in, deed):
    names = {"split": "parts-0-", "merge": "part-"}
    sent = {"numbers": "1", f"{names[deed]}title": "", f"{names[deed]}problem": "x", "reason": WHY}
    answer = sign_in(mo).post(f"/moderation/submissions/{original.public_id}/{deed}", data=sent)
    assert answer.status_code == 422
    assert f'href="#{names[deed]}title"' in answer.text
