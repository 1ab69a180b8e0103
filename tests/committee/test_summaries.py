"""Summaries of topics: each sentence has its proof, and what is left out is ticked off first."""

import re

import pytest

from civicdialog.committee import summary_actions as actions
from civicdialog.committee import summary_queries as queries
from civicdialog.committee.summary_actions import Overtaken, Typed
from civicdialog.committee.summary_coverage import Gap, Member, coverage
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import Actor, Role
from civicdialog.insights.actions import adopt_run
from civicdialog.insights.building import build_topics
from civicdialog.insights.models import ClusterMember
from civicdialog.insights.queries import run_with_topics
from civicdialog.submissions.models import Status, Submission
from tests.web.statements import counted_statements

PAGE = "/committee/rounds/ki/topics/1/summary"


@pytest.fixture
def topic(round, current):
    return run_with_topics(round.id).clusters[0]


@pytest.fixture
def source(db, topic):
    """A contribution of the topic."""
    wanted = db.select(Submission).join(ClusterMember).where(ClusterMember.cluster_id == topic.id)
    return db.session.scalars(wanted.order_by(Submission.id)).first()


@pytest.fixture
def sentence(source):
    """A sentence that stands in it, word for word."""
    return source.problem.split(". ")[0] + "."


ROLES = {"ada": Role.PARTICIPANT, "mo": Role.MODERATOR, "ed": Role.EDITOR}


def acting(person, role=Role.COMMITTEE):
    return Actor(person.id, frozenset({Role.PARTICIPANT, role}))


def write(person, round, *typed, based_on=0):
    return actions.write_summary(acting(person), round, 1, typed, based_on=based_on)


def tick_all(person, round, topic):
    found = queries.proof_of(round.id, topic, queries.newest(round.id, 1))
    for gap in {gap for _, gap in found.open}:
        actions.tick_gaps(acting(person), round, 1, gap=gap, reason="Steht im Bericht.")


# ---- rules --------------------------------------------------------------------------------------


def test_a_sentence_keeps_the_passage_it_rests_on(round, kim, source, sentence):
    summary = write(kim, round, Typed(0, sentence, [source.number]))
    assert summary.sentences[0]["sources"] == [{"submission_id": source.id, "quote": sentence}]


def test_the_machines_text_stays_beside_that_of_people(round, kim, topic, source, sentence):
    summary = write(kim, round, Typed(0, sentence, [source.number]))
    assert summary.machine == topic.summary


@pytest.mark.parametrize("numbers", [[], [999]])
def test_a_sentence_without_a_source_is_refused(round, current, kim, numbers):
    with pytest.raises(RuleBroken) as refused:
        write(kim, round, Typed(0, "Die Ampel ist rot.", numbers))
    assert refused.value.field == "numbers_0"


def test_a_source_that_says_nothing_of_it_is_refused(round, kim, source):
    with pytest.raises(RuleBroken):
        write(kim, round, Typed(0, "Elefanten tanzen Walzer.", [source.number]))


def test_the_second_of_two_writers_is_told(round, kim, source, sentence):
    write(kim, round, Typed(0, sentence, [source.number]))
    with pytest.raises(Overtaken):
        write(kim, round, Typed(0, f"{sentence} Bitte.", [source.number]), based_on=0)


def test_earlier_versions_stay(round, kim, source, sentence):
    write(kim, round, Typed(0, sentence, [source.number]))
    write(kim, round, Typed(0, f"Nein. {sentence}", [source.number]), based_on=1)
    assert [each.number for each in queries.versions(round.id, 1)] == [2, 1]


def test_nobody_signs_while_something_left_out_is_not_ticked_off(monkeypatch, round, kim, topic):
    monkeypatch.setattr("civicdialog.committee.summary_coverage.SHARED_WORDS", 99)
    with pytest.raises(RuleBroken):
        actions.sign_summary(acting(kim), round, 1, based_on=0)
    tick_all(kim, round, topic)
    assert actions.sign_summary(acting(kim), round, 1, based_on=0).signed_by_id == kim.id


def test_ticking_off_needs_a_reason(round, current, kim):
    with pytest.raises(RuleBroken):
        actions.tick_gaps(acting(kim), round, 1, gap=Gap.OTHER, reason=" ")


def test_a_text_is_signed_once(round, kim, topic):
    tick_all(kim, round, topic)
    actions.sign_summary(acting(kim), round, 1, based_on=0)
    with pytest.raises(RuleBroken):
        actions.sign_summary(acting(kim), round, 1, based_on=1)


def test_a_contribution_that_is_changed_must_be_looked_at_again(
    db, monkeypatch, round, kim, topic, source
):
    monkeypatch.setattr("civicdialog.committee.summary_coverage.SHARED_WORDS", 99)
    tick_all(kim, round, topic)
    left_out = queries.proof_of(round.id, topic, None).coverage.missing[0][0]
    changed = db.session.get(Submission, left_out)
    changed.edited_at = changed.created_at.replace(year=2099)
    db.session.commit()
    found = queries.proof_of(round.id, topic, None)
    assert [number for number, _ in found.open] == [left_out]


def test_a_signature_is_of_the_topic_as_it_was(db, round, kim, topic):
    tick_all(kim, round, topic)
    first = actions.sign_summary(acting(kim), round, 1, based_on=0)
    moved = db.session.scalars(
        db.select(ClusterMember).where(ClusterMember.cluster_id != topic.id)
    ).first()
    moved.cluster_id = topic.id
    db.session.commit()
    found = queries.proof_of(round.id, topic, queries.newest(round.id, 1))
    assert found.is_outdated
    assert not found.is_signed
    tick_all(kim, round, topic)
    again = actions.sign_summary(acting(kim), round, 1, based_on=1)
    assert (first.number, again.number) == (1, 2)
    assert set(again.members) - set(first.members) == {moved.submission_id}


def test_a_run_with_the_same_contributions_leaves_the_signature(db, round, kim, topic):
    tick_all(kim, round, topic)
    actions.sign_summary(acting(kim), round, 1, based_on=0)
    db.session.commit()
    adopt_run(acting(kim), build_topics(Actor.system(), round))
    now = run_with_topics(round.id).clusters[0]
    assert now.id != topic.id
    assert queries.proof_of(round.id, now, queries.newest(round.id, now.key)).is_signed


@pytest.mark.parametrize("who", ["ada", "mo", "ed"])
def test_only_the_committee_writes_and_signs(request, round, current, who):
    person = acting(request.getfixturevalue(who), ROLES[who])
    with pytest.raises(NotAllowed):
        actions.sign_summary(person, round, 1, based_on=0)
    with pytest.raises(NotAllowed):
        actions.write_summary(person, round, 1, [], based_on=0)


# ---- coverage -----------------------------------------------------------------------------------


def member(number, text, **facts):
    told = {"fits": True, "probability": 0.9, "is_concern": False, "part": 0, **facts}
    return Member(number, text, **told)


def test_a_sentence_speaks_for_its_source_and_for_what_shares_two_telling_words():
    members = [
        member(1, "Ampel Kreuzung Fußgänger"), member(2, "Ampel Kreuzung nachts"),
        member(3, "Ampel Nebel"), member(4, "Baum Wasser"), member(5, "Haus Garten"),
        member(6, "Kita Platz"), member(7, "Bus Takt"),
    ]  # fmt: skip
    found = coverage(members, [("An der Kreuzung ist es nachts gefährlich.", {1})])
    assert found.represented == {1, 2}
    assert found.total == len(members)


@pytest.mark.parametrize(
    ("facts", "gap"),
    [
        ({"fits": False}, Gap.OUTLIER), ({"probability": 0.3}, Gap.OUTLIER),
        ({"is_concern": True}, Gap.CONCERN), ({"part": 7}, Gap.PART), ({}, Gap.OTHER),
    ],
)  # fmt: skip
def test_what_is_left_out_stands_with_the_reason_why(facts, gap):
    found = coverage([member(1, "Baum Wasser", **facts)], [("Ampel.", set())])
    assert found.missing == ((1, gap),)


# ---- pages --------------------------------------------------------------------------------------


def test_each_sentence_leads_to_its_source_with_the_sentence_marked(sign_in, kim, topic):
    client = sign_in(kim)
    links = re.findall(r'href="(/submissions/[^"]*mark=[^"]*)"', client.get(PAGE).text)
    assert len(links) >= len(topic.summary)
    for link in links:
        text = client.get(link.split("#")[0].replace("&amp;", "&")).text
        assert '<mark id="marked">' in text


def test_a_sentence_that_is_gone_is_told(sign_in, source):
    page = sign_in().get(f"/submissions/{source.public_id}?mark={'0' * 16}").text
    assert "<mark" not in page


def test_a_member_writes_ticks_off_and_signs(sign_in, round, kim, source, sentence):
    client = sign_in(kim)
    sent = {"based_on": "0", "text_0": sentence, "numbers_0": str(source.number)}
    assert client.post(f"{PAGE}/edit", data=sent).status_code == 303
    for gap in Gap:
        client.post(f"{PAGE}/tick", data={"gap": gap, "which": "all", f"{gap}-reason": "Bekannt."})
    assert client.post(f"{PAGE}/sign", data={"based_on": "1"}).status_code == 303
    assert queries.newest(round.id, 1).signed_by_id == kim.id


def test_an_overtaken_writer_keeps_the_text_and_may_save_again(
    sign_in, round, kim, make, source, sentence
):
    write(kim, round, Typed(0, sentence, [source.number]))
    client = sign_in(make.person("Lea", roles=["committee"]))
    sent = {"based_on": "0", "text_0": f"Auch: {sentence}", "numbers_0": str(source.number)}
    answer = client.post(f"{PAGE}/edit", data=sent)
    assert answer.status_code == 409
    assert f"Auch: {sentence}" in answer.text
    assert client.post(f"{PAGE}/edit", data={**sent, "based_on": "1"}).status_code == 303


def test_the_page_says_what_changed_since_somebody_signed(db, sign_in, round, kim, topic, source):
    tick_all(kim, round, topic)
    actions.sign_summary(acting(kim), round, 1, based_on=0)
    db.session.get(Submission, source.id).move_to(Status.HIDDEN)
    db.session.commit()
    page = sign_in(kim).get(PAGE).text
    assert "überholt" in page
    assert "nicht mehr hier: 1" in page


def test_ticking_off_without_a_reason_keeps_what_was_chosen(
    monkeypatch, sign_in, round, kim, topic
):
    monkeypatch.setattr("civicdialog.committee.summary_coverage.SHARED_WORDS", 99)
    waiting, gap = queries.proof_of(round.id, topic, None).open[0]
    sent = {"gap": gap, "which": "chosen", "ids": str(waiting), f"{gap}-reason": " "}
    answer = sign_in(kim).post(f"{PAGE}/tick", data=sent)
    assert answer.status_code == 422
    assert f'value="{waiting}" id="gap-{waiting}" checked' in answer.text


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/edit"])
def test_the_pages_cost_few_statements(db, sign_in, round, kim, topic, path):
    tick_all(kim, round, topic)
    actions.sign_summary(acting(kim), round, 1, based_on=0)
    db.session.commit()
    client = sign_in(kim)
    with counted_statements() as sent:
        client.get(path)
    assert len(sent) <= 9, sent


def test_signing_too_early_says_what_is_missing(monkeypatch, sign_in, kim, topic):
    monkeypatch.setattr("civicdialog.committee.summary_coverage.SHARED_WORDS", 99)
    answer = sign_in(kim).post(f"{PAGE}/sign", data={"based_on": "0"})
    assert answer.status_code == 409
    assert "weder" in answer.text
