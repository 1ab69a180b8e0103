"""The editors' pages."""

import pytest
from sqlalchemy import select

from civicdialog.core.permissions import VISITOR, Role
from civicdialog.rounds import queries
from civicdialog.rounds.models import Round

WAIVED = {"easy_language_waiver": "Wird bis Montag geschrieben."}
TYPED = {
    "title": "KI für unsere Schulen",
    "slug": "",
    "question": "Was soll sie können?",
    "introduction": "Es geht um **Schulen**.",
    "information_starts": "",
    "information_ends": "",
    "collecting_starts": "2027-03-01T08:00",
    "collecting_ends": "2027-04-01T08:00",
    "collecting_permits": ["submit", "argue"],
    "voting_starts": "2027-04-01T08:00",
    "voting_ends": "2027-05-01T08:00",
    "voting_permits": ["vote"],
}


@pytest.fixture
def office(sign_in, ed):
    client = sign_in(ed)
    client.set_cookie("language", "en")
    return client


def only_round(db):
    return db.session.scalars(select(Round)).one()


def test_an_editor_creates_a_round(office, db, ed):
    answer = office.post("/manage/rounds/new", data=TYPED)
    assert answer.status_code == 303
    round = queries.by_slug(ed.as_actor(), "ki-fuer-unsere-schulen")
    assert answer.location == f"/manage/rounds/{round.slug}/edit#preview"
    assert [phase.kind for phase in round.phases] == ["collecting", "voting"]
    assert not round.is_public


def test_what_happens_with_much_support_is_said_before_people_vote(office, sign_in, make):
    office.post("/manage/rounds/new", data=TYPED | WAIVED | {
        "is_public": "y", "support_threshold": "12", "support_effect": "Der Rat antwortet."
    })  # fmt: skip
    for page in ("", "/vote"):
        text = sign_in().get(f"/rounds/ki-fuer-unsere-schulen{page}").text
        assert "ab 12 Zustimmungen: Der Rat antwortet." in text


def test_times_are_meant_in_the_time_zone_of_the_city(office, ed):
    office.post("/manage/rounds/new", data=TYPED)
    collecting = queries.by_slug(ed.as_actor(), "ki-fuer-unsere-schulen").phases[0]
    assert collecting.starts_at.isoformat() == "2027-03-01T07:00:00+00:00"  # winter
    assert collecting.ends_at.isoformat() == "2027-04-01T06:00:00+00:00"  # summer


def test_a_saved_round_is_shown_as_it_was_typed(office):
    place = office.post("/manage/rounds/new", data=TYPED).location
    text = office.get(place).text
    assert 'value="2027-03-01T08:00"' in text
    assert "<strong>Schulen</strong>" in text
    assert "phases__steps" in text


def test_the_hour_that_is_skipped_in_spring_is_refused(office, db):
    answer = office.post("/manage/rounds/new", data=TYPED | {"voting_starts": "2027-03-28T02:30"})
    assert answer.status_code == 422
    assert "does not exist" in answer.text
    assert 'value="2027-03-28T02:30"' in answer.text


def test_of_the_hour_that_comes_twice_in_autumn_the_first_is_meant(office, ed):
    office.post("/manage/rounds/new", data=TYPED | {"voting_ends": "2027-10-31T02:30"})
    voting = queries.by_slug(ed.as_actor(), "ki-fuer-unsere-schulen").phases[1]
    assert voting.ends_at.isoformat() == "2027-10-31T00:30:00+00:00"


@pytest.mark.parametrize("nonsense", ["tomorrow", "0001-01-01T00:00", "99999-01-01T00:00", "\x00"])
def test_moments_that_are_none_are_refused(office, nonsense):
    answer = office.post("/manage/rounds/new", data=TYPED | {"voting_ends": nonsense})
    assert answer.status_code == 422


def test_an_error_in_a_phase_names_the_phase_and_its_field(office, db):
    answer = office.post("/manage/rounds/new", data=TYPED | {"voting_starts": "2027-03-15T08:00"})
    assert answer.status_code == 422
    assert "Voting: This begins before the phase above it has ended." in answer.text
    assert 'href="#voting_starts"' in answer.text
    assert "KI für unsere Schulen" in answer.text
    assert db.session.scalars(select(Round)).all() == []


def test_what_is_missing_is_said(office):
    text = office.post("/manage/rounds/new", data={}).text
    assert "Please give the round a title." in text
    assert "Please say what you ask the people of the city." in text


def test_what_a_phase_usually_permits_is_ticked_beforehand(office):
    text = office.get("/manage/rounds/new").text
    assert 'name="voting_permits" value="vote" checked' in text
    assert 'name="voting_permits" value="submit">' in text


def test_two_editors_at_once_lose_nothing(office, sign_in, make, db):
    office.post("/manage/rounds/new", data=TYPED)
    round = only_round(db)
    other = sign_in(make.person("Eva", roles=[Role.EDITOR]))
    path = f"/manage/rounds/{round.slug}/edit"
    seen = str(round.version)
    assert other.post(path, data=TYPED | {"version": seen, "title": "Eva's"}).status_code == 303
    late = office.post(path, data=TYPED | {"version": seen, "title": "Ed's title"})
    assert late.status_code == 409
    assert "Ed&#39;s title" in late.text
    assert "Somebody else has changed this round" in late.text
    assert only_round(db).title == "Eva's"


def test_saved_again_the_later_version_replaces_the_newer_one(office, db):
    office.post("/manage/rounds/new", data=TYPED)
    round = only_round(db)
    path = f"/manage/rounds/{round.slug}/edit"
    late = office.post(path, data=TYPED | {"version": "0"})
    assert late.status_code == 409
    assert f'name="version" type="hidden" value="{round.version}"' in late.text
    again = TYPED | {"version": str(round.version), "title": "Once more"}
    assert office.post(path, data=again).status_code == 303
    assert only_round(db).title == "Once more"


def test_publishing_makes_a_round_visible_and_fixes_its_address(office, sign_in, db):
    office.post("/manage/rounds/new", data=TYPED)
    round = only_round(db)
    path = f"/manage/rounds/{round.slug}/edit"
    office.post(path, data=TYPED | {"version": str(round.version), "is_public": "y", **WAIVED})
    assert queries.by_slug(VISITOR, round.slug)
    refused = office.post(
        path, data=TYPED | {"version": str(only_round(db).version), "is_public": "y", "slug": "x"}
    )
    assert refused.status_code == 422
    assert "The address cannot change any more" in refused.text


def test_the_list_shows_drafts_and_where_rounds_stand(office, make):
    make.round("voting", title="Public one")
    make.round("coming", title="Hidden one", is_public=False)
    text = office.get("/manage/rounds").text
    assert "Public one" in text
    assert "Hidden one" in text
    assert "Draft" in text


def test_the_list_pages_by_key(office, make):
    for n in range(27):
        make.round(title=f"Round {n:02}")
    first = office.get("/manage/rounds").text
    assert "Round 26" in first
    assert "Round 01" not in first
    following = first.split('href="/manage/rounds?after=')[1].split('"')[0]
    assert "Round 01" in office.get(f"/manage/rounds?after={following}").text


def test_without_rounds_the_list_says_what_to_do(office):
    assert "There is no round yet" in office.get("/manage/rounds").text


def test_participants_do_not_manage_rounds(sign_in, ada):
    assert sign_in(ada).get("/manage/rounds").status_code == 403


def test_an_unknown_round_is_not_there(office):
    assert office.get("/manage/rounds/nothing/edit").status_code == 404
