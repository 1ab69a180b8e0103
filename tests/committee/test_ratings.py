"""Rating contributions by criteria: blind until all have said something, then side by side."""

import csv
import io

import pytest

from civicdialog.accounts.models import PersonRole
from civicdialog.committee import rating_actions as actions
from civicdialog.committee import rating_queries as queries
from civicdialog.committee.rating_actions import CriterionDraft
from civicdialog.committee.rating_models import Axis
from civicdialog.committee.rating_picture import LARGEST, SIDE, Placed, circles
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.submissions.models import Status
from tests.web.statements import counted_statements

READY = (
    CriterionDraft("Nutzen", "kaum", "sehr", axis=Axis.BENEFIT),
    CriterionDraft("Risiko", "keins", "groß", axis=Axis.RISK),
)
SECRET = "Quittengelee"


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
def item(db, round, proposal, kim, lea):
    actions.begin_criteria(kim.as_actor(), round, READY)
    actions.ask_for_ratings(kim.as_actor(), proposal)
    db.session.commit()
    return queries.item_of(kim.as_actor(), proposal.id)


def give(person, item, *values, note="Weil."):
    asked = queries.criteria(item.round_id)
    figures = {each.id: value for each, value in zip(asked, values, strict=True)}
    return actions.rate(person.as_actor(), item, figures, note)


# ---- rules --------------------------------------------------------------------------------------


def test_what_others_said_is_sealed_until_all_have_rated(db, item, kim, lea):
    give(kim, item, 5, 1)
    assert queries.sheets(lea.as_actor(), item) == []
    assert queries.figures([item]) == []
    give(lea, item, 2, 1)
    assert item.is_open
    assert len(queries.sheets(lea.as_actor(), item)) == 2
    assert [each.value for each in queries.figures([item])] == [5, 2, 1, 1]


def test_one_reads_ones_own_before(item, kim, lea):
    give(kim, item, 5, 1)
    assert [each.note for each in queries.sheets(kim.as_actor(), item)] == ["Weil."]


def test_before_it_is_opened_one_may_change_ones_mind(item, kim):
    give(kim, item, 5, 1)
    sheet = give(kim, item, 3, None)
    assert list(queries.figures_of(sheet).values()) == [3]


def test_opened_figures_stay(item, kim, lea):
    give(kim, item, 5, 1)
    give(lea, item, 5, 1)
    with pytest.raises(RuleBroken):
        give(kim, item, 1, 1)


def test_who_is_tied_to_the_matter_sits_out_and_nobody_waits_for_them(item, kim, lea):
    actions.sit_out(kim.as_actor(), item, "Meine Firma verkauft das.")
    give(lea, item, 4, 2)
    assert item.is_open


def test_who_proposed_it_is_not_asked(db, make, round, item, kim, lea):
    own = make.submission(round, kim, title="Mein Vorschlag")
    actions.ask_for_ratings(lea.as_actor(), own)
    mine = queries.item_of(kim.as_actor(), own.id)
    with pytest.raises(NotAllowed):
        give(kim, mine, 5, 1)
    give(lea, mine, 3, 3)
    assert mine.is_open


def test_nobody_waits_for_somebody_who_has_left_the_committee(db, item, kim, lea):
    gone = db.select(PersonRole).where(PersonRole.person_id == lea.id)
    db.session.delete(db.session.scalars(gone).one())
    db.session.commit()
    give(kim, item, 4, 4)
    assert item.is_open


def test_the_committee_may_open_it_early_with_a_reason(item, kim):
    give(kim, item, 4, 4)
    with pytest.raises(RuleBroken):
        actions.open_early(kim.as_actor(), item, " ")
    actions.open_early(kim.as_actor(), item, "Lea ist krank.")
    assert item.is_open


def test_what_nobody_has_rated_is_not_opened(item, kim):
    with pytest.raises(RuleBroken):
        actions.open_early(kim.as_actor(), item, "Eilt.")


@pytest.mark.parametrize("values", [(6, 1), (0, 1), (None, None)])
def test_figures_run_from_one_to_five_and_one_is_needed(item, kim, values):
    with pytest.raises(RuleBroken):
        give(kim, item, *values)


def test_a_rating_needs_words(item, kim):
    with pytest.raises(RuleBroken):
        give(kim, item, 5, 1, note="  ")


@pytest.mark.parametrize("who", ["ada", "mo", "ed"])
def test_only_members_rate(request, item, who):
    with pytest.raises(NotAllowed):
        give(request.getfixturevalue(who), item, 5, 1)


def test_asking_twice_asks_once(db, item, proposal, kim, round):
    actions.ask_for_ratings(kim.as_actor(), proposal)
    assert len(queries.items(kim.as_actor(), round.id, None)) == 1


def test_what_is_not_published_is_not_rated(make, round, ada, kim):
    waiting = make.submission(round, ada, status=Status.PENDING)
    with pytest.raises(RuleBroken):
        actions.ask_for_ratings(kim.as_actor(), waiting)


def test_a_criterion_somebody_has_answered_stays_as_it_is(item, kim):
    first = queries.criteria(item.round_id)[0]
    other = CriterionDraft("Nutzen für alle", "kaum", "sehr")
    actions.change_criterion(kim.as_actor(), first, other)
    give(kim, item, 5, 1)
    with pytest.raises(RuleBroken):
        actions.change_criterion(kim.as_actor(), first, READY[0])


def test_a_closed_criterion_is_not_asked_but_its_answers_stay(item, kim, lea, sign_in, proposal):
    give(kim, item, 5, 1)
    actions.close_criterion(kim.as_actor(), queries.criteria(item.round_id)[1])
    give(lea, item, 5)
    assert "Risiko" in sign_in(kim).get(f"/committee/ratings/{proposal.public_id}").text


def test_two_criteria_of_one_name_are_refused(item, kim, round):
    with pytest.raises(RuleBroken):
        actions.add_criterion(kim.as_actor(), round, CriterionDraft("nutzen", "a", "b"))


# ---- picture ------------------------------------------------------------------------------------


def test_circles_stand_inside_and_do_not_cover_each_other():
    drawn = circles([Placed(n, 5, 1, 1 + n % 5) for n in range(40)])
    for n, one in enumerate(drawn):
        assert LARGEST / 2 < one.x < SIDE
        for other in drawn[:n]:
            far = ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5
            assert far >= one.radius + other.radius


def test_more_benefit_is_higher_and_more_risk_further_right():
    good, bad = circles([Placed(1, 5, 1, None), Placed(2, 1, 5, None)])
    assert (good.y < bad.y, good.x < bad.x) == (True, True)


# ---- pages --------------------------------------------------------------------------------------


def sheet(item, *values, note="Weil."):
    asked = queries.criteria(item.round_id)
    return {f"c{each.id}": value for each, value in zip(asked, values, strict=True)} | {
        "note": note
    }


def test_the_committee_begins_with_ready_criteria(db, sign_in, kim, round):
    client = sign_in(kim)
    assert client.post("/committee/rounds/ki/ratings/criteria/ready").status_code == 303
    client.post("/committee/rounds/ki/ratings/criteria/ready")
    assert len(queries.criteria(round.id)) == 5


def test_members_put_contributions_on_the_list_by_number(db, sign_in, kim, item, make, round, ada):
    other = make.submission(round, ada, title="Noch einer")
    client = sign_in(kim)
    assert client.post("/committee/rounds/ki/ratings", data={"numbers": "999"}).status_code == 422
    client.post("/committee/rounds/ki/ratings", data={"numbers": str(other.number)})
    assert "Noch einer" in client.get("/committee/rounds/ki/ratings?state=mine").text


def test_a_member_rates_and_an_incomplete_sheet_keeps_what_was_typed(sign_in, kim, item, proposal):
    client, url = sign_in(kim), f"/committee/ratings/{proposal.public_id}"
    answer = client.post(url, data=sheet(item, "5", "", note=SECRET))
    assert answer.status_code == 422
    assert SECRET in answer.text
    assert client.post(url, data=sheet(item, "5", "-", note=SECRET)).status_code == 303
    assert SECRET in client.get(url).text


def test_no_page_and_no_file_tells_others_before_it_is_opened(
    sign_in, kim, lea, ed, item, proposal
):
    sign_in(kim).post(
        f"/committee/ratings/{proposal.public_id}", data=sheet(item, "5", "1", note=SECRET)
    )
    for person in (lea, ed):
        client = sign_in(person)
        for path in (f"ratings/{proposal.public_id}", "rounds/ki/ratings", "rounds/ki/ratings.csv"):
            text = client.get(f"/committee/{path}").text
            assert SECRET not in text
            assert "Kim" not in text


def test_afterwards_all_see_who_gave_what(db, sign_in, kim, lea, item, proposal):
    give(kim, item, 5, 1, note=SECRET)
    give(lea, item, 1, 1)
    db.session.commit()
    text = sign_in(lea).get(f"/committee/ratings/{proposal.public_id}").text
    assert SECRET in text
    assert text.index("<h3>Nutzen</h3>") < text.index("<h3>Risiko</h3>"), "differences come first"


def test_the_file_holds_opened_figures(db, sign_in, kim, lea, item):
    give(kim, item, 5, 1)
    give(lea, item, 2, 1)
    db.session.commit()
    text = sign_in(kim).get("/committee/rounds/ki/ratings.csv").text.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["criterion"], row["member"], row["value"]) for row in rows] == [
        ("Nutzen", "1", "5"), ("Nutzen", "2", "2"), ("Risiko", "1", "1"), ("Risiko", "2", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["ada", "mo"])
def test_ratings_are_for_the_committee(request, sign_in, item, proposal, who):
    client = sign_in(request.getfixturevalue(who))
    for path in (f"ratings/{proposal.public_id}", "rounds/ki/ratings", "rounds/ki/ratings.csv"):
        assert client.get(f"/committee/{path}").status_code == 403


def test_a_hidden_contribution_is_rated_no_longer(db, sign_in, kim, item, proposal):
    proposal.status = Status.HIDDEN
    db.session.commit()
    client = sign_in(kim)
    assert client.get(f"/committee/ratings/{proposal.public_id}").status_code == 404
    assert "Ampeln lernen" not in client.get("/committee/rounds/ki/ratings").text


@pytest.mark.parametrize("path", ["rounds/ki/ratings", "rounds/ki/ratings/criteria", "one"])
def test_the_pages_cost_few_statements(
    db, make, sign_in, kim, lea, ada, round, item, proposal, path
):
    for n in range(12):
        more = make.submission(round, ada, title=f"Vorschlag {n}")
        actions.ask_for_ratings(kim.as_actor(), more)
        rated = queries.item_of(kim.as_actor(), more.id)
        give(kim, rated, 5, 1)
        give(lea, rated, 2, 1)
    db.session.commit()
    client = sign_in(kim)
    with counted_statements() as sent:
        client.get(f"/committee/{path if path != 'one' else f'ratings/{proposal.public_id}'}")
    assert len(sent) <= 9, sent
