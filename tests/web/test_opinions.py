"""The state of opinion of a round, its map, and the page that explains every figure."""

import re
from datetime import timedelta

import pytest

from civicdialog.core import clock
from civicdialog.submissions.models import Status, Submission
from civicdialog.submissions.texts import search_terms
from civicdialog.voting.models import Participation, Vote
from tests import opinion_runs
from tests.web.statements import counted_statements

PAGE = "/rounds/ki/opinions"
MAP = "/rounds/ki/opinions/map"
HOW = "/how-it-works/opinions"
GERMAN = {"Accept-Language": "de"}


@pytest.fixture
def round(make):
    """A round whose voting is over, so that everybody sees the result."""
    return make.round("evaluating", slug="ki", title="KI")


@pytest.fixture
def ids(make, round):
    """Public ids of twenty published contributions."""
    return [make.submission(round, title=f"Vorschlag Nr. {n}").public_id for n in range(20)]


@pytest.fixture
def summed_up(round, ids):
    """A run with three groups, in which the last three contributions wait for voices."""
    return opinion_runs.keep(round, opinion_runs.result(ids, few=3))


def running(db, round):
    """Let people vote now."""
    phase = next(each for each in round.phases if each.kind == "voting")
    after = next(each for each in round.phases if each.kind == "evaluating")
    phase.ends_at = after.starts_at = clock.now() + timedelta(days=3)
    db.session.commit()


def answer(db, round, person, ids, opinion=1):
    """The person answers these contributions."""
    participation = Participation(round_id=round.id, person_id=person.id)
    db.session.add(participation)
    db.session.flush()
    numbers = db.session.scalars(db.select(Submission.id).where(Submission.public_id.in_(ids)))
    for number in numbers:
        vote = Vote(participation_id=participation.id, submission_id=number, opinion=opinion)
        db.session.add(vote)
    db.session.commit()


def shelves(page):
    return re.findall(r'id="shelf-(\w+)"', page)


# ---- who sees it --------------------------------------------------------------------------------


def test_everybody_sees_the_result_when_the_voting_is_over(sign_in, summed_up):
    assert "All groups" in sign_in().get(PAGE, headers={"Accept-Language": "en"}).text


def test_while_people_vote_one_answers_first(sign_in, ada, db, round, summed_up):
    running(db, round)
    page = sign_in(ada).get(PAGE).text
    assert "Zuerst Ihre eigene Meinung" in page
    assert shelves(page) == []


def test_the_map_waits_for_own_answers_as_well(sign_in, ada, db, round, summed_up):
    running(db, round)
    assert '<svg class="map__picture' not in sign_in(ada).get(MAP).text


def test_the_way_to_the_result_leads_through_the_voting_room(sign_in, ada, db, round, summed_up):
    running(db, round)
    assert 'href="/rounds/ki/vote"' in sign_in(ada).get(PAGE).text


def test_whoever_has_answered_enough_sees_it_at_once(sign_in, ada, db, round, ids, summed_up):
    running(db, round)
    answer(db, round, ada, ids[:5])
    assert shelves(sign_in(ada).get(PAGE).text) != []


def test_a_round_nobody_may_see_stays_hidden(sign_in, make):
    make.round("voting", slug="secret", is_public=False)
    assert sign_in().get("/rounds/secret/opinions").status_code == 404


# ---- what stands there --------------------------------------------------------------------------


def test_common_ground_comes_first(sign_in, summed_up):
    assert shelves(sign_in().get(PAGE).text) == ["common", "divides", "mixed", "few"]


def test_it_says_how_many_people_and_groups_there_are(sign_in, summed_up):
    page = sign_in().get(PAGE).text
    assert "120 Menschen haben 1.200 Stimmen zu 20 Vorschlägen abgegeben" in page
    assert "3 Meinungsgruppen" in page


def test_guests_are_counted_for_themselves(sign_in, round, ids):
    opinion_runs.keep(round, opinion_runs.result(ids, guests=14))
    assert "14 davon waren als Gast dabei" in sign_in().get(PAGE).text


def test_each_statement_says_who_agrees(sign_in, summed_up):
    page = sign_in().get(PAGE).text
    assert "Alle Gruppen stimmen zu." in page
    assert "Gruppe A stimmt zu, Gruppe C ist geteilt, Gruppe B lehnt ab." in page


def test_groups_on_one_side_that_lie_far_apart_are_not_called_equal(sign_in, round, ids):
    result = opinion_runs.result(ids[:2])
    result["statements"][1]["groups"] = [
        opinion_runs.figure(50, 2), opinion_runs.figure(22, 14), opinion_runs.figure(17, 1),
    ]  # fmt: skip
    opinion_runs.keep(round, result)
    words = "Alle Gruppen stimmen eher zu, aber manche viel mehr als andere."
    assert words in sign_in().get(f"{PAGE}?shelf=divides").text


def test_with_many_undecided_people_a_group_only_leans_to_a_side(sign_in, round, ids):
    result = opinion_runs.result(ids[:1], groups=0)
    result["statements"][0]["everybody"] = opinion_runs.figure(40, 5, 55)
    opinion_runs.keep(round, result)
    assert "Man stimmt eher zu." in sign_in().get(PAGE).text


def test_a_share_stands_with_its_interval_and_the_number_of_voices(sign_in, round, ids):
    opinion_runs.keep(round, opinion_runs.result(ids[:1], groups=0))
    text = re.sub(r"<[^>]+>", "", sign_in().get(PAGE).text)
    # 53 people took a side, 5 passed: 48 of 58 are in favour.
    assert "83 % dafür (wohl 71 bis 90)8 % dagegen · 58 Stimmen" in " ".join(text.split())


def test_a_group_of_too_few_people_is_said_not_drawn(sign_in, round, ids):
    result = opinion_runs.result(ids[:1])
    result["statements"][0]["groups"][2] = None
    opinion_runs.keep(round, result)
    page = sign_in().get(PAGE).text
    assert page.count('class="opinion-rows__bar"') == 3
    assert "Zu wenige Stimmen, um sie zu zeigen" in page


def test_what_waits_for_voices_has_no_bars(sign_in, summed_up):
    few = sign_in().get(f"{PAGE}?shelf=few").text
    assert 'class="opinion-rows__bar"' not in few
    assert "Vorschlag Nr. 19" in few


def test_how_many_find_it_important_is_told(sign_in, summed_up):
    assert "12 Menschen ist das besonders wichtig." in sign_in().get(PAGE).text


def test_what_has_been_hidden_since_is_missing(sign_in, db, ids, summed_up):
    hidden = db.session.scalar(db.select(Submission).where(Submission.public_id == ids[0]))
    hidden.move_to(Status.HIDDEN)
    db.session.commit()
    assert ids[0] not in sign_in().get(PAGE).text


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("too_few_people", "Zu wenige Menschen haben genug Vorschläge beantwortet."),
        ("too_few_votes", "Es sind zu wenige Stimmen."),
        ("no_stable_groups", "Die Menschen sind verschieden, aber nicht in Lagern."),
    ],
)
def test_without_groups_it_says_why(sign_in, round, ids, why, words):
    opinion_runs.keep(round, opinion_runs.result(ids, groups=0, why=why))
    assert words in sign_in().get(PAGE).text


def test_before_the_first_run_it_says_so(sign_in, round, ids):
    assert "Noch nicht zusammengefasst" in sign_in().get(PAGE).text


def test_a_round_without_voting_says_so(sign_in, make, db):
    round = make.round("evaluating", slug="ki")
    for phase in round.phases:
        phase.permits = ""
    db.session.commit()
    assert "In dieser Runde wird nicht abgestimmt" in sign_in().get(PAGE).text


# ---- looking for something ----------------------------------------------------------------------


def test_a_shelf_has_pages_of_twenty_five(sign_in, make, round):
    ids = [make.submission(round).public_id for _ in range(65)]
    opinion_runs.keep(round, opinion_runs.result(ids))
    first = sign_in().get(f"{PAGE}?shelf=common").text
    second = sign_in().get(f"{PAGE}?shelf=common&page=2").text
    assert (first.count('class="statement"'), second.count('class="statement"')) == (25, 1)


def test_a_search_finds_titles(sign_in, make, round, ids):
    title = "Hochwasser vorhersagen"
    ids.append(make.submission(round, title=title, search_terms=search_terms(title, "")).public_id)
    opinion_runs.keep(round, opinion_runs.result(ids))
    page = sign_in().get(f"{PAGE}?q=hochwasser").text
    assert page.count('class="statement"') == 1


def test_a_search_without_result_offers_everything(sign_in, summed_up):
    page = sign_in().get(f"{PAGE}?q=gibtesnicht").text
    assert "Nichts gefunden" in page
    assert f'href="{PAGE}"' in page


def test_the_most_divided_come_first_if_somebody_wants_that(sign_in, round, ids):
    result = opinion_runs.result(ids)
    result["statements"][5]["gap"] = 0.95
    opinion_runs.keep(round, result)
    page = sign_in().get(f"{PAGE}?shelf=common&order=division").text
    assert page.index(f"/submissions/{ids[5]}") < page.index(f"/submissions/{ids[0]}")


@pytest.mark.parametrize(
    "query", ["page=-3", "page=9999", "shelf=x", "order=x", "topic=x", "q=%00"]
)
def test_an_address_without_sense_is_no_error(sign_in, summed_up, query):
    assert sign_in().get(f"{PAGE}?shelf=common&{query}").status_code == 200


# ---- the map ------------------------------------------------------------------------------------


def test_the_map_says_the_same_in_a_table(sign_in, summed_up):
    page = sign_in().get(MAP).text
    rows = re.findall(
        r'id="opinion-map-group-(\w)".*?data-label="Personen">(\d+)<', page, re.DOTALL
    )
    assert rows == [("a", "60"), ("b", "40"), ("c", "20")]


def test_letters_on_the_map_lead_to_the_table(sign_in, summed_up):
    page = sign_in().get(MAP).text
    wanted = re.findall(r'href="#(opinion-map-[\w-]+)"', page)
    assert wanted
    assert all(f'id="{anchor}"' in page for anchor in wanted)


def test_the_reader_learns_where_they_stand(sign_in, ada, db, round, ids, summed_up):
    # Group A agrees with the second and disagrees with the fifth of each five; so does Ada.
    answer(db, round, ada, ids[1::5], opinion=1)
    participation = db.session.scalar(db.select(Participation.id))
    for public_id in ids[4::5]:
        number = db.session.scalar(
            db.select(Submission.id).where(Submission.public_id == public_id)
        )
        db.session.add(Vote(participation_id=participation, submission_id=number, opinion=-1))
    db.session.commit()
    page = sign_in(ada).get(MAP).text.replace("\xa0", " ")
    assert "ähneln am meisten denen der Gruppe A (zu 99 % sicher)" in page
    assert 'class="map__me"' in page


def test_between_the_groups_nobody_is_put_into_one(sign_in, ada, db, round, ids, summed_up):
    answer(db, round, ada, ids[:6], opinion=0)
    assert "liegen zwischen den Gruppen" in sign_in(ada).get(MAP).text


def test_with_few_answers_nothing_is_said_about_the_reader(sign_in, ada, db, round, ids, summed_up):
    answer(db, round, ada, ids[:4])
    page = sign_in(ada).get(MAP).text
    assert "wenn Sie noch 1 Vorschlag beantwortet haben" in page
    assert 'class="map__me"' not in page


def test_nobody_else_sees_where_one_stands(sign_in, ada, mo, db, round, ids, summed_up):
    answer(db, round, ada, ids)
    for client in (sign_in(), sign_in(mo)):
        assert "Wo stehe ich?" not in client.get(MAP).text


def test_the_map_is_never_stored_on_the_way(sign_in, summed_up):
    assert sign_in().get(MAP).headers["Cache-Control"] == "no-store"


# ---- round page and explanation -----------------------------------------------------------------


def test_the_page_of_the_round_leads_to_it(sign_in, summed_up):
    assert f'href="{PAGE}"' in sign_in().get("/rounds/ki").text


def test_the_page_of_a_round_without_run_does_not(sign_in, round):
    assert f'href="{PAGE}"' not in sign_in().get("/rounds/ki").text


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("de", "Wie aus Stimmen ein Meinungsbild wird"),
        ("en", "How voices become a picture"),
    ],
)
def test_everybody_can_read_what_the_figures_mean(sign_in, language, heading):
    page = sign_in().get(HOW, headers={"Accept-Language": language})
    assert f"<h1>{heading}</h1>" in page.text


def test_every_place_that_pages_link_to_is_explained(sign_in, kim, summed_up):
    explained = sign_in().get(HOW).text
    pages = [PAGE, MAP, "/committee/rounds/ki/opinions"]
    anchors = {
        anchor
        for path in pages
        for anchor in re.findall(rf'href="{HOW}#([\w-]+)"', sign_in(kim).get(path).text)
    }
    assert {"groups", "shelves", "map"} <= anchors
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in explained] == []


def test_the_explanation_takes_its_figures_from_the_current_run(sign_in, summed_up):
    page = sign_in().get(HOW, headers=GERMAN).text
    assert "120 Menschen 1.200 Stimmen" in page
    assert "0,91" in page


# ---- what it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}?shelf=common&q=Vorschlag", MAP])
def test_a_visitor_costs_six_statements(sign_in, summed_up, path):
    with counted_statements() as sent:
        sign_in().get(path)
    assert len(sent) <= 6


@pytest.mark.parametrize("path", [PAGE, MAP])
def test_somebody_signed_in_costs_nine_statements(sign_in, ada, db, round, ids, summed_up, path):
    running(db, round)
    answer(db, round, ada, ids)
    client = sign_in(ada)
    with counted_statements() as sent:
        assert client.get(path).status_code == 200
    assert len(sent) <= 9


def test_more_statements_cost_no_more(sign_in, make, round):
    counts = []
    for many in (10, 60):
        ids = [make.submission(round).public_id for _ in range(many)]
        opinion_runs.keep(round, opinion_runs.result(ids), number=many)
        with counted_statements() as sent:
            sign_in().get(PAGE)
        counts.append(len(sent))
    assert counts[0] == counts[1]
