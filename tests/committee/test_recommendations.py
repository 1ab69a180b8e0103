"""Recommendations: from a draft to the city's answer, with dissent."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from civicdialog.committee import recommendation_actions as actions
from civicdialog.committee import recommendation_queries as queries
from civicdialog.committee.deliberation_models import Choice, Recommendation, Reply, Stage
from civicdialog.committee.recommendation_actions import Ballot, RecommendationDraft
from civicdialog.core import clock
from civicdialog.core.db import db as database
from civicdialog.core.errors import NotAllowed, NotFound, RuleBroken
from civicdialog.core.permissions import VISITOR
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun, RunStatus

DRAFT = RecommendationDraft("Ampeln zuerst", "Die Stadt prüft lernende Ampeln.", "Viele.", [1])


@pytest.fixture
def round(make):
    return make.round("evaluating", slug="ki")


@pytest.fixture
def proposal(make, round, ada):
    return make.submission(round, ada, title="Ampeln lernen")


@pytest.fixture
def lea(make):
    """Lea sits on the committee, too."""
    return make.person("Lea", roles=["committee"])


@pytest.fixture
def begun(db, round, proposal, kim):
    found = actions.begin_recommendation(kim.as_actor(), round, DRAFT, form_token="t")
    db.session.commit()
    return found


@pytest.fixture
def voting(begun, kim):
    actions.open_discussion(kim.as_actor(), begun)
    actions.open_vote(kim.as_actor(), begun, quorum_percent=100, majority_percent=50)
    return begun


def next_month():
    return clock.now().date() + timedelta(days=30)


def vote(person, recommendation, choice, dissent="", *, is_named=False):
    actions.vote_on_recommendation(
        person.as_actor(), recommendation, Ballot(choice, dissent, is_named)
    )


def close(person, recommendation):
    actions.close_vote(person.as_actor(), recommendation, answer_due_on=next_month())


@pytest.fixture
def published(db, voting, kim, lea):
    vote(kim, voting, Choice.YES)
    vote(lea, voting, Choice.ABSTAIN, "Es fehlen Zahlen.")
    close(kim, voting)
    db.session.commit()
    return voting


def test_sending_the_form_twice_makes_one(db, round, begun, kim):
    actions.begin_recommendation(kim.as_actor(), round, DRAFT, form_token="t")
    assert len(db.session.scalars(db.select(Recommendation)).all()) == 1


def test_a_citizen_writes_none(round, ada):
    with pytest.raises(NotAllowed):
        actions.begin_recommendation(ada.as_actor(), round, DRAFT, form_token="x")


def test_a_number_nobody_has_is_refused(round, kim):
    with pytest.raises(RuleBroken, match="number 1"):
        actions.begin_recommendation(kim.as_actor(), round, DRAFT, form_token="x")


def test_until_it_is_published_only_the_committee_finds_it(begun, ed, mo):
    for viewer in (VISITOR, ed.as_actor(), mo.as_actor()):
        with pytest.raises(NotFound):
            queries.by_public_id(viewer, begun.public_id)


def test_earlier_versions_stay(begun, kim):
    later = RecommendationDraft("Ampeln zuerst", "Die Stadt baut sie.", "Viele.", [1])
    actions.change_recommendation(kim.as_actor(), begun, later, based_on=1)
    texts = [each.text for each in queries.versions(begun.id)]
    assert texts == ["Die Stadt baut sie.", "Die Stadt prüft lernende Ampeln."]


def test_who_began_from_an_older_version_is_told(begun, kim):
    actions.change_recommendation(kim.as_actor(), begun, DRAFT, based_on=1)
    with pytest.raises(actions.Overtaken):
        actions.change_recommendation(kim.as_actor(), begun, DRAFT, based_on=1)


def test_once_the_vote_has_begun_the_text_stands(voting, kim):
    with pytest.raises(RuleBroken, match="stands"):
        actions.change_recommendation(kim.as_actor(), voting, DRAFT, based_on=1)


def test_a_draft_cannot_be_voted_on(begun, kim):
    with pytest.raises(RuleBroken):
        vote(kim, begun, Choice.YES)


def test_who_has_written_a_cited_contribution_does_not_vote(db, make, round, kim):
    make.submission(round, kim)
    own = actions.begin_recommendation(kim.as_actor(), round, DRAFT, form_token="x")
    actions.open_discussion(kim.as_actor(), own)
    actions.open_vote(kim.as_actor(), own, quorum_percent=50, majority_percent=50)
    with pytest.raises(RuleBroken, match="others decide"):
        vote(kim, own, Choice.YES)


def test_too_few_votes_decide_nothing(voting, kim, lea):
    vote(kim, voting, Choice.YES)
    with pytest.raises(RuleBroken, match="not enough"):
        close(kim, voting)
    assert voting.stage is Stage.VOTE


def test_a_changed_vote_counts_once(voting, kim):
    vote(kim, voting, Choice.YES)
    vote(kim, voting, Choice.NO)
    assert [each.choice for each in queries.votes(voting.id)] == [Choice.NO]


def test_a_tie_is_not_carried(voting, kim, lea):
    vote(kim, voting, Choice.YES)
    vote(lea, voting, Choice.NO)
    close(kim, voting)
    assert voting.stage is Stage.NOT_CARRIED


def test_two_thirds_need_two_thirds():
    yes, no = Choice.YES, Choice.NO
    assert actions.is_carried([yes, yes, no], 66)
    assert not actions.is_carried([yes, yes, yes, no, no], 66)


def test_a_vote_is_closed_once(published, kim):
    with pytest.raises(RuleBroken):
        close(kim, published)


def test_the_city_answers_once_and_with_reasons(published, ed):
    with pytest.raises(RuleBroken):
        actions.reply_to_recommendation(ed.as_actor(), published, Reply.REJECT, " ")
    actions.reply_to_recommendation(ed.as_actor(), published, Reply.PARTLY, "Zwei Ampeln.")
    with pytest.raises(RuleBroken, match="already"):
        actions.reply_to_recommendation(ed.as_actor(), published, Reply.ACCEPT, "Doch alle.")


def test_an_answer_is_overdue_after_its_day(published):
    assert not published.is_overdue(published.answer_due_on)
    assert published.is_overdue(published.answer_due_on + timedelta(days=1))


def test_everybody_reads_what_is_published_with_an_unnamed_dissent(published, sign_in):
    text = sign_in().get(f"/recommendations/{published.public_id}").text
    assert "Es fehlen Zahlen." in text
    assert "Ampeln lernen" in text
    assert "Lea" not in text


def test_a_named_dissent_carries_the_name(db, voting, kim, lea, sign_in):
    vote(kim, voting, Choice.YES)
    vote(lea, voting, Choice.ABSTAIN, "Es fehlen Zahlen.", is_named=True)
    close(kim, voting)
    db.session.commit()
    assert "Lea" in sign_in().get(f"/recommendations/{voting.public_id}").text


def test_the_thread_of_a_cited_contribution_leads_to_it(published, proposal, sign_in):
    text = sign_in().get(f"/submissions/{proposal.public_id}/thread").text
    assert f"/recommendations/{published.public_id}" in text


def test_the_list_shows_visitors_published_ones_only(begun, sign_in):
    assert "Ampeln zuerst" not in sign_in().get("/rounds/ki/recommendations").text


def test_a_member_goes_the_whole_way_by_pages(db, round, proposal, kim, ed, sign_in):
    browser, month = sign_in(kim), next_month().isoformat()
    typed = {"title": "Ampeln", "text": "Prüfen.", "reasons": "Viele.", "numbers": "1"}
    answer = browser.post("/committee/rounds/ki/recommendations/new", data=typed)
    here = answer.location
    assert browser.get(here).status_code == 200
    browser.post(f"{here}/discuss")
    browser.post(f"{here}/comment", data={"text": "Gut so."})
    assert "Gut so." in browser.get(here).text
    browser.post(f"{here}/open-vote", data={"quorum": "50", "majority": "50"})
    browser.post(f"{here}/vote", data={"choice": "yes"})
    browser.post(f"{here}/close-vote", data={"answer_due_on": month})
    public = here.replace("/committee", "")
    sign_in(ed).post(public, data={"reply": "accept", "reasons": "Wir bauen."})
    assert "Wir bauen." in sign_in().get(public).text


def test_what_was_typed_survives_an_error(round, kim, sign_in):
    typed = {"title": "Ampeln", "text": "Prüfen.", "reasons": "Viele.", "numbers": "77"}
    answer = sign_in(kim).post("/committee/rounds/ki/recommendations/new", data=typed)
    assert (answer.status_code, "Prüfen." in answer.text) == (422, True)


# ---- topics, and what ties members to a matter ----------------------------------------------


@pytest.fixture
def topic(make, round, proposal):
    run = make.keep(
        ClusterRun(
            round_id=round.id, seed=0, settings={}, versions={}, input_hash="", result_hash="",
            status=RunStatus.CURRENT, submission_count=1, seconds=0.0,
        )
    )  # fmt: skip
    cluster = make.keep(
        Cluster(
            run_id=run.id, position=0, key=7, label="Verkehr", terms=[], size=1, central=[],
            summary=[],
        )
    )  # fmt: skip
    make.keep(ClusterMember(cluster_id=cluster.id, submission_id=proposal.id, probability=1.0))
    return cluster


def on_topic(kim, round, topic):
    draft = RecommendationDraft("Ampeln zuerst", "Wir prüfen.", "Viele.", [], [topic.key])
    return actions.begin_recommendation(kim.as_actor(), round, draft, form_token="topic")


def carried(kim, begun):
    actions.open_discussion(kim.as_actor(), begun)
    actions.open_vote(kim.as_actor(), begun, quorum_percent=100, majority_percent=50)
    vote(kim, begun, Choice.YES)
    close(kim, begun)


def test_contributions_of_a_cited_topic_lead_to_the_recommendation(
    db, round, proposal, topic, kim, sign_in
):
    begun = on_topic(kim, round, topic)
    carried(kim, begun)
    db.session.commit()
    html = sign_in().get(f"/submissions/{proposal.public_id}/thread").text
    assert "Ihr Thema wird in der Empfehlung „Ampeln zuerst“ genannt" in html
    assert f"/recommendations/{begun.public_id}" in html


def test_a_cited_topic_stands_on_the_public_page(db, round, topic, kim, sign_in):
    begun = on_topic(kim, round, topic)
    carried(kim, begun)
    db.session.commit()
    html = sign_in().get(f"/recommendations/{begun.public_id}").text
    assert "Verkehr" in html
    assert "?topic=0" in html


def test_the_topics_of_a_round_can_be_chosen(round, topic, kim, sign_in):
    browser, url = sign_in(kim), "/committee/rounds/ki/recommendations/new"
    assert "Verkehr" in browser.get(url).text
    sent = {"title": "Ampeln", "text": "Prüfen.", "reasons": "Viele.", "topics": ["7"]}
    assert browser.post(url, data=sent).status_code == 303
    assert queries.newest(queries.by_form_token(only_token())).topics == [[7, "Verkehr"]]


def only_token():
    return database.session.scalars(select(Recommendation.form_token)).one()


def test_a_topic_that_is_gone_is_not_cited(round, topic, kim):
    draft = RecommendationDraft("Ampeln", "Prüfen.", "Viele.", [], [99])
    with pytest.raises(RuleBroken, match="no longer exists"):
        actions.begin_recommendation(kim.as_actor(), round, draft, form_token="gone")


def test_who_is_tied_to_the_matter_does_not_vote(voting, kim):
    actions.declare_interest(kim.as_actor(), voting, "Meine Firma verkauft Ampeln.")
    with pytest.raises(RuleBroken, match="ties you"):
        vote(kim, voting, Choice.YES)


def test_a_vote_cast_before_is_taken_back(voting, kim, db):
    vote(kim, voting, Choice.YES)
    actions.declare_interest(kim.as_actor(), voting, "Meine Firma verkauft Ampeln.")
    assert queries.votes(voting.id) == []


def test_the_others_are_enough_for_the_quorum(voting, kim, lea):
    actions.declare_interest(lea.as_actor(), voting, "Meine Firma verkauft Ampeln.")
    vote(kim, voting, Choice.YES)
    close(kim, voting)
    assert (voting.stage, voting.member_count) == (Stage.PUBLISHED, 1)


def test_the_note_is_published_with_the_recommendation(voting, kim, lea, sign_in, db):
    actions.declare_interest(lea.as_actor(), voting, "Meine Firma verkauft Ampeln.")
    vote(kim, voting, Choice.YES)
    close(kim, voting)
    db.session.commit()
    html = sign_in().get(f"/recommendations/{voting.public_id}").text
    assert "Lea" in html
    assert "Meine Firma verkauft Ampeln." in html


def test_after_the_vote_nobody_declares_anything(voting, kim, lea):
    vote(kim, voting, Choice.YES)
    vote(lea, voting, Choice.YES)
    close(kim, voting)
    with pytest.raises(RuleBroken):
        actions.declare_interest(lea.as_actor(), voting, "Zu spät.")


def test_the_note_is_written_on_the_page_of_the_recommendation(begun, kim, sign_in, db):
    browser, url = sign_in(kim), f"/committee/recommendations/{begun.public_id}"
    assert browser.post(f"{url}/interest", data={"note": ""}).status_code == 422
    assert browser.post(f"{url}/interest", data={"note": "Ich berate."}).status_code == 303
    assert "Ich berate." in browser.get(url).text
