"""Meetings of the committee: planned, prepared, written down, approved."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicdialog.committee import meeting_actions as actions
from civicdialog.committee import meeting_queries as queries
from civicdialog.committee import rating_actions, screening_actions
from civicdialog.committee.calendar_file import as_calendar
from civicdialog.committee.deliberation_models import (
    Recommendation,
    RecommendationVersion,
    Stage,
)
from civicdialog.committee.meeting_actions import ItemDraft, MeetingDraft
from civicdialog.committee.meeting_models import ItemResult, Meeting, Presence
from civicdialog.committee.rating_models import RatingCriterion
from civicdialog.committee.rating_queries import item_of
from civicdialog.committee.screening_questions import RiskClass, current_questionnaire
from civicdialog.core import clock
from civicdialog.core.db import db as database
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import Actor
from civicdialog.insights.building import build_topics
from civicdialog.notifications.models import Notification
from civicdialog.web.own_data import collect
from tests.web.statements import counted_statements

SOON = clock.now().replace(microsecond=0) + timedelta(days=7)
DRAFT = MeetingDraft("Fünfte Sitzung", SOON, SOON + timedelta(hours=2), "Rathaus, Raum 7")


@pytest.fixture
def lea(make):
    """Lea sits on the committee, too."""
    return make.person("Lea", roles=["committee"])


@pytest.fixture
def meeting(db, kim, lea):
    found = actions.plan_meeting(kim.as_actor(), DRAFT, form_token="t")
    actions.add_items(kim.as_actor(), found, [ItemDraft("Ampeln"), ItemDraft("Bäume", 20)])
    db.session.commit()
    return found


@pytest.fixture
def held(db, meeting):
    """The meeting, an hour after it began."""
    meeting.starts_at = clock.now() - timedelta(hours=1)
    meeting.ends_at = clock.now() + timedelta(hours=1)
    db.session.commit()
    return meeting


@pytest.fixture
def advice(make):
    """A recommendation that waits for votes."""
    round = make.round("evaluating", slug="ki")
    found = make.keep(
        Recommendation(round_id=round.id, form_token="r", title="Ampeln zuerst", stage=Stage.VOTE)
    )
    make.keep(
        RecommendationVersion(
            recommendation_id=found.id, number=1, title="Ampeln zuerst",
            text="Die Stadt prüft lernende Ampeln.", reasons="Viele wünschen es.",
        )
    )  # fmt: skip
    return found


def minutes(person, meeting, text="Alle sind dafür.", result=ItemResult.DECIDED, based_on=1):
    item = queries.agenda(meeting)[0]
    actions.write_minutes(person.as_actor(), meeting, item, result, text, based_on=based_on)


def note(person, meeting, presences, guests=""):
    actions.note_attendance(person.as_actor(), meeting, presences, guests, based_on=meeting.version)
    database.session.flush()


# ---- planning -----------------------------------------------------------------------------------


def test_a_form_sent_twice_plans_one_meeting(db, kim, meeting):
    actions.plan_meeting(kim.as_actor(), DRAFT, form_token="t")
    assert len(queries.coming(kim.as_actor())) == 1


def test_the_other_members_hear_of_it(db, meeting, lea):
    told = db.session.scalars(db.select(Notification)).all()
    assert [(each.person_id, each.kind) for each in told] == [(lea.id, "meeting-planned")]


def test_another_time_is_told_another_note_is_not(db, kim, meeting):
    later = MeetingDraft(DRAFT.title, DRAFT.starts_at, DRAFT.ends_at, DRAFT.place, "Bitte lesen.")
    actions.change_meeting(kim.as_actor(), meeting, later, based_on=meeting.version)
    assert meeting.sequence == 0
    moved = MeetingDraft(DRAFT.title, SOON + timedelta(days=1), SOON + timedelta(days=1, hours=1))
    db.session.flush()
    actions.change_meeting(kim.as_actor(), meeting, moved, based_on=meeting.version)
    assert meeting.sequence == 1


@pytest.mark.parametrize("hours", [0, -1, 100])
def test_the_end_follows_the_beginning_within_three_days(kim, hours):
    draft = MeetingDraft("Sitzung", SOON, SOON + timedelta(hours=hours))
    with pytest.raises(RuleBroken):
        actions.plan_meeting(kim.as_actor(), draft, form_token="x")


def test_calling_off_needs_a_reason_and_ends_all_changes(kim, meeting):
    with pytest.raises(RuleBroken):
        actions.cancel_meeting(kim.as_actor(), meeting, " ")
    actions.cancel_meeting(kim.as_actor(), meeting, "Sturm.")
    with pytest.raises(RuleBroken):
        actions.add_items(kim.as_actor(), meeting, [ItemDraft("Noch etwas")])


@pytest.mark.parametrize("who", ["ada", "mo"])
def test_only_committee_and_editors_plan(db, request, who):
    actor = request.getfixturevalue(who).as_actor()
    with pytest.raises(NotAllowed):
        actions.plan_meeting(actor, DRAFT, form_token="x")


# ---- agenda -------------------------------------------------------------------------------------


def test_points_change_places(db, kim, meeting):
    second = queries.agenda(meeting)[1]
    actions.move_item(kim.as_actor(), meeting, second, up=True)
    actions.move_item(kim.as_actor(), meeting, second, up=True)
    db.session.flush()
    assert [each.title for each in queries.agenda(meeting)] == ["Bäume", "Ampeln"]


def test_what_is_open_is_suggested_once(sign_in, kim, meeting, advice):
    client, url = sign_in(kim), f"/committee/meetings/{meeting.public_id}"
    matter = f"/committee/recommendations/{advice.public_id}"
    assert matter in client.get(url).text
    client.post(f"{url}/agenda", data={"matter": [matter, "/evil"]})
    assert [each.url for each in queries.agenda(meeting)] == ["", "", matter]
    assert 'name="matter"' not in client.get(url).text


def test_a_point_sent_twice_is_on_the_agenda_once(sign_in, kim, meeting):
    client, url = sign_in(kim), f"/committee/meetings/{meeting.public_id}/agenda"
    for _ in range(2):
        client.post(url, data={"point": "Haushalt", "minutes": "5"})
    assert [each.title for each in queries.agenda(meeting)] == ["Ampeln", "Bäume", "Haushalt"]


def test_a_point_with_minutes_stays(kim, held):
    minutes(kim, held)
    with pytest.raises(RuleBroken):
        actions.remove_item(kim.as_actor(), held, queries.agenda(held)[0])


# ---- minutes ------------------------------------------------------------------------------------


def test_a_decision_has_words(kim, held):
    with pytest.raises(RuleBroken):
        minutes(kim, held, text="")


def test_two_who_write_at_once_do_not_lose_a_word(db, sign_in, kim, held):
    minutes(kim, held, text="Kims Fassung.")
    db.session.commit()
    item = queries.agenda(held)[0]
    url = f"/committee/meetings/{held.public_id}/agenda/{item.id}/minutes"
    client, sent = sign_in(kim), {"based_on": "1", "result": "decided", "record": "Leas Fassung."}
    answer = client.post(url, data=sent)
    assert answer.status_code == 409
    assert "Leas Fassung." in answer.text
    assert "Kims Fassung." in answer.text
    assert client.post(url, data={**sent, "based_on": "2"}).status_code == 303


def test_approved_minutes_stand_and_corrections_are_added(kim, held):
    with pytest.raises(RuleBroken):
        actions.approve_minutes(kim.as_actor(), held)
    minutes(kim, held)
    actions.approve_minutes(kim.as_actor(), held)
    with pytest.raises(RuleBroken):
        minutes(kim, held, "Anders.", based_on=2)
    for _ in range(2):
        actions.add_correction(kim.as_actor(), held, "Es waren zwei Gegenstimmen.")
    assert [each.text for each in queries.additions(held)] == ["Es waren zwei Gegenstimmen."]


def test_approved_minutes_offer_no_form(db, sign_in, kim, held):
    minutes(kim, held)
    actions.approve_minutes(kim.as_actor(), held)
    db.session.commit()
    client, url = sign_in(kim), f"/committee/meetings/{held.public_id}"
    number = queries.agenda(held)[0].id
    assert client.get(f"{url}/agenda/{number}/minutes").status_code == 303
    assert client.get(f"{url}/edit").status_code == 303


def test_a_copy_of_ones_own_data_names_no_guests(db, kim, held):
    note(kim, held, {}, "Frau Roth")
    minutes(kim, held)
    actions.approve_minutes(kim.as_actor(), held)
    db.session.commit()
    assert "Frau Roth" not in str(collect(kim))


def test_minutes_of_a_meeting_to_come_are_not_approved(kim, meeting):
    minutes(kim, meeting)
    with pytest.raises(RuleBroken):
        actions.approve_minutes(kim.as_actor(), meeting)


def test_editors_write_minutes_and_the_committee_approves(ed, held):
    minutes(ed, held)
    with pytest.raises(NotAllowed):
        actions.approve_minutes(ed.as_actor(), held)


def test_attendance_is_noted_and_can_be_put_right(kim, lea, held):
    for presence in (Presence.ABSENT, Presence.EXCUSED):
        note(kim, held, {lea.id: presence}, "Frau Roth")
    assert [each.presence for each in queries.attendance(held)] == [Presence.EXCUSED]
    note(kim, held, {lea.id: None})
    assert queries.attendance(held) == []


def test_two_who_note_attendance_at_once_do_not_overwrite_each_other(db, sign_in, kim, lea, held):
    url, seen = f"/committee/meetings/{held.public_id}/attendance", str(held.version)
    note(lea, held, {lea.id: Presence.PRESENT}, "Frau Roth")
    db.session.commit()
    client, sent = sign_in(kim), {"guests": "Herr Gelb", f"member-{lea.id}": "excused"}
    answer = client.post(url, data={**sent, "based_on": seen})
    assert answer.status_code == 409
    assert "Herr Gelb" in answer.text
    assert 'value="excused" checked' in answer.text
    db.session.refresh(held)
    assert held.guests == "Frau Roth"
    assert client.post(url, data={**sent, "based_on": str(held.version)}).status_code == 303


def test_only_members_are_on_the_list(kim, ada, held):
    note(kim, held, {ada.id: Presence.PRESENT})
    assert queries.attendance(held) == []


# ---- calendar -----------------------------------------------------------------------------------


def of(title, sequence=0):
    begin = datetime(2026, 12, 1, 16, tzinfo=UTC)
    return Meeting(
        public_id="abc", title=title, place="Rathaus, Raum 7; links", starts_at=begin,
        ends_at=begin + timedelta(hours=2), sequence=sequence, note="",
    )  # fmt: skip


def lines_of(meeting):
    text = as_calendar(meeting, url="https://x.example/1", host="x.example", description="a\nb")
    assert text.endswith("END:VCALENDAR\r\n")
    return text.split("\r\n")[:-1]


def test_the_calendar_says_when_where_and_which_version():
    lines = lines_of(of("Sitzung", sequence=3))
    for line in ("UID:abc@x.example", "DTSTART:20261201T160000Z", "DTEND:20261201T180000Z",
                 "SEQUENCE:3", "LOCATION:Rathaus\\, Raum 7\\; links", "DESCRIPTION:a\\nb"):  # fmt: skip
        assert line in lines


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=160))
def test_lines_are_short_and_unfold_to_what_was_written(title):
    lines = lines_of(of(title))
    assert max(len(line.encode()) for line in lines) <= 75
    unfolded = "\r\n".join(lines).replace("\r\n ", "")
    escaped = title.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    assert f"SUMMARY:{escaped}\r\n" in unfolded


# ---- pages --------------------------------------------------------------------------------------


def test_a_meeting_is_planned_on_the_page_in_the_citys_time(sign_in, kim):
    client = sign_in(kim)
    sent = {"form_token": "p", "title": "Sitzung", "starts_at": "2027-01-12T17:00",
            "ends_at": "2027-01-12T16:00", "place": "Rathaus"}  # fmt: skip
    answer = client.post("/committee/meetings/new", data=sent)
    assert answer.status_code == 422
    assert "Rathaus" in answer.text
    client.post("/committee/meetings/new", data={**sent, "ends_at": "2027-01-12T19:00"})
    (found,) = queries.coming(kim.as_actor())
    assert found.starts_at == datetime(2027, 1, 12, 16, tzinfo=UTC)


def test_an_overtaken_planner_keeps_what_was_typed(db, sign_in, kim, meeting):
    meeting.note = "Neu."
    db.session.commit()
    sent = {"title": "Andere Sitzung", "starts_at": "2027-01-12T17:00",
            "ends_at": "2027-01-12T19:00", "based_on": "1"}  # fmt: skip
    answer = sign_in(kim).post(f"/committee/meetings/{meeting.public_id}/edit", data=sent)
    assert answer.status_code == 409
    assert "Andere Sitzung" in answer.text


def test_the_papers_hold_the_texts_and_the_minutes(db, sign_in, kim, held, advice):
    draft = ItemDraft("Abstimmen", url=f"/committee/recommendations/{advice.public_id}")
    actions.add_items(kim.as_actor(), held, [draft])
    minutes(kim, held)
    db.session.commit()
    text = sign_in(kim).get(f"/committee/meetings/{held.public_id}/papers").text
    assert "Die Stadt prüft lernende Ampeln." in text
    assert "Alle sind dafür." in text


@pytest.fixture
def rated(db, make, ada, kim, lea):
    """A contribution two members have rated four points apart."""
    round = make.round("evaluating", slug="ki")
    sent = make.submission(round, ada, title="Ein Bus nachts")
    criterion = make.keep(
        RatingCriterion(round_id=round.id, name="Nutzen", low="wenig", high="viel")
    )
    rating_actions.ask_for_ratings(kim.as_actor(), sent)
    item = item_of(kim.as_actor(), sent.id)
    rating_actions.rate(kim.as_actor(), item, {criterion.id: 5}, "Viele warten.")
    rating_actions.rate(lea.as_actor(), item, {criterion.id: 1}, "Kaum jemand fährt.")
    db.session.commit()
    return sent


def test_what_members_rate_very_differently_is_suggested_until_they_have_talked(
    db, sign_in, kim, held, rated
):
    client, url = sign_in(kim), f"/committee/meetings/{held.public_id}"
    matter = f"/committee/ratings/{rated.public_id}"
    assert f'value="{matter}"' in client.get(url).text
    client.post(f"{url}/agenda", data={"matter": [matter]})
    point = queries.agenda(held)[-1]
    point.result = ItemResult.DISCUSSED
    db.session.commit()
    other = actions.plan_meeting(kim.as_actor(), DRAFT, form_token="other")
    db.session.commit()
    assert f'value="{matter}"' not in client.get(f"/committee/meetings/{other.public_id}").text


def test_the_papers_hold_what_members_said_in_a_rating(db, sign_in, kim, held, rated):
    draft = ItemDraft("Bus", url=f"/committee/ratings/{rated.public_id}")
    actions.add_items(kim.as_actor(), held, [draft])
    db.session.commit()
    text = sign_in(kim).get(f"/committee/meetings/{held.public_id}/papers").text
    assert "Kaum jemand fährt." in text
    assert "The waiting times are long." in text


def test_the_papers_hold_nothing_of_a_rating_that_is_sealed(db, sign_in, kim, held, rated):
    item = item_of(kim.as_actor(), rated.id)
    item.opened_at = None
    actions.add_items(
        kim.as_actor(), held, [ItemDraft("Bus", url=f"/committee/ratings/{rated.public_id}")]
    )
    db.session.commit()
    assert "Kaum" not in sign_in(kim).get(f"/committee/meetings/{held.public_id}/papers").text


def test_the_papers_hold_both_opinions_of_a_screening(db, make, ada, sign_in, kim, lea, held):
    sent = make.submission(make.round("evaluating", slug="ki"), ada, title="Ampeln")
    for member, own in ((kim, None), (lea, RiskClass.HIGH_RISK)):
        mine = screening_actions.begin_screening(member.as_actor(), sent)
        while left := current_questionnaire().missing(mine.answers):
            given = screening_actions.StepDraft({each.id: "no" for each in left[0].questions})
            screening_actions.answer_step(member.as_actor(), sent, mine, left[0].id, given)
        screening_actions.finish_screening(
            member.as_actor(), sent, mine, own_class=own, reason="Sicherheit." if own else ""
        )
    db.session.commit()
    client, url = sign_in(kim), f"/committee/meetings/{held.public_id}"
    matter = f"/committee/applications/{sent.public_id}/screening"
    client.post(f"{url}/agenda", data={"matter": [matter]})
    text = client.get(f"{url}/papers").text
    assert "Sicherheit." in text
    assert "Hohes Risiko" in text


def test_the_papers_hold_what_a_new_version_of_the_topics_changes(
    db, make, ada, sign_in, kim, held
):
    round = make.round("evaluating", slug="ki")
    for n in range(30):
        make.submission(round, ada, title=f"Ampel {n}", problem="Ampel und Rad am Riebeckplatz.")
    for seed in (0, 1):
        build_topics(Actor.system(), round, seed=seed)
    client, url = sign_in(kim), f"/committee/meetings/{held.public_id}"
    client.post(f"{url}/agenda", data={"matter": ["/committee/rounds/ki/topics/new-version"]})
    assert "Was aus den Themen wird" in client.get(f"{url}/papers").text


def test_what_is_gone_leaves_no_paper(db, sign_in, kim, held):
    drafts = [ItemDraft("Weg", url=url) for url in (
        "/committee/ratings/weg", "/committee/applications/weg/screening",
        "/committee/rounds/weg/topics/new-version", "/committee/recommendations/weg",
    )]  # fmt: skip
    for each in drafts:
        actions.add_items(kim.as_actor(), held, [each])
    db.session.commit()
    assert sign_in(kim).get(f"/committee/meetings/{held.public_id}/papers").status_code == 200


@pytest.mark.parametrize("path", ["", "/papers", "/calendar.ics"])
def test_meetings_are_not_public(sign_in, ada, mo, meeting, path):
    url = f"/committee/meetings/{meeting.public_id}{path}"
    assert [sign_in(each).get(url).status_code for each in (ada, mo)] == [403, 403]
    assert sign_in().get(url).status_code == 302


@pytest.mark.parametrize("query", ["", "?before=x", "?before=2026-01-01T00:00:00_1",
                                   "?before=2026-01-01T00:00:00%2B00:00_1",
                                   "?before=0001-01-01T00:00:00%2B23:59_1"])  # fmt: skip
def test_the_list_takes_any_address(sign_in, kim, meeting, query):
    assert sign_in(kim).get(f"/committee/meetings{query}").status_code == 200


def test_past_meetings_are_paged(db, sign_in, kim, make):
    for n in range(30):
        begin = clock.now() - timedelta(days=n + 1)
        make.keep(
            Meeting(form_token=f"m{n}", title=f"Sitzung {n}", starts_at=begin,
                    ends_at=begin + timedelta(hours=1))
        )  # fmt: skip
    client = sign_in(kim)
    first = client.get("/committee/meetings").text
    assert "Sitzung 24" in first
    assert "Sitzung 25" not in first
    following = first.split("before=")[1].split('"')[0]
    assert "Sitzung 25" in client.get(f"/committee/meetings?before={following}").text


def test_the_start_page_names_the_next_meeting(sign_in, kim, meeting):
    assert "Fünfte Sitzung" in sign_in(kim).get("/committee").text


@pytest.mark.parametrize("path", ["", "/papers"])
def test_the_pages_cost_few_statements(sign_in, kim, meeting, advice, path):
    client = sign_in(kim)
    with counted_statements() as sent:
        client.get(f"/committee/meetings/{meeting.public_id}{path}")
    assert len(sent) <= 10, sent
