"""Screening: two reviewers answer independently, and differ in the open."""

import re
from datetime import date, timedelta

import pytest

from civicdialog.committee import profile_queries
from civicdialog.committee import screening_actions as actions
from civicdialog.committee import screening_queries as queries
from civicdialog.committee import screening_questions as screening
from civicdialog.committee.models import Application, DutyDate
from civicdialog.committee.screening import evaluate
from civicdialog.committee.screening_actions import StepDraft
from civicdialog.committee.screening_questions import RiskClass, current_questionnaire
from civicdialog.core import clock
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.submissions.models import Kind, Status
from tests.committee.test_screening_rules import CASES, answers_of
from tests.web.statements import counted_statements

LIGHTS = CASES["traffic lights are controlled"][0]
SPAM = CASES["unwanted mail is filtered"][0]
OFFENDERS = CASES["future offenders are named from their profile"][0]


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


def answer(person, proposal, said, *, unknown=()):
    """Begin, and answer every step."""
    actor = person.as_actor()
    mine = actions.begin_screening(actor, proposal)
    answers = answers_of(said) | dict.fromkeys(unknown, "unknown")
    for step in current_questionnaire().asked(answers):
        given = {question.id: answers.get(question.id, "no") for question in step.questions}
        actions.answer_step(actor, proposal, mine, step.id, StepDraft(given))
    return mine


def screen(db, person, proposal, said, own_class=None, reason="", unknown=()):
    mine = answer(person, proposal, said, unknown=unknown)
    actions.finish_screening(person.as_actor(), proposal, mine, own_class=own_class, reason=reason)
    db.session.commit()
    return mine


def state(proposal):
    found = profile_queries.application_of(proposal.id)
    return found.risk_class, found.is_disputed, found.finished_count


# ---- two reviewers ------------------------------------------------------------------------------


def test_one_screening_alone_gives_no_class(db, kim, proposal):
    screen(db, kim, proposal, LIGHTS)
    assert state(proposal) == (None, False, 1)


def test_two_reviewers_who_agree_give_the_class(db, kim, lea, proposal):
    screen(db, kim, proposal, LIGHTS)
    screen(db, lea, proposal, LIGHTS)
    assert state(proposal) == (RiskClass.HIGH_RISK, False, 2)


def test_where_two_differ_the_stricter_class_stands_and_the_difference_is_noted(
    db, kim, lea, proposal
):
    screen(db, kim, proposal, SPAM)
    screen(db, lea, proposal, LIGHTS)
    assert state(proposal) == (RiskClass.HIGH_RISK, True, 2)


def test_what_is_open_for_one_is_open_for_both(db, kim, lea, proposal):
    screen(db, kim, proposal, LIGHTS)
    screen(db, lea, proposal, LIGHTS, unknown=("safety-component",))
    assert state(proposal) == (RiskClass.OPEN, True, 2)


def test_a_third_reviewer_finds_no_seat(db, make, kim, lea, proposal):
    screen(db, kim, proposal, LIGHTS)
    actions.begin_screening(lea.as_actor(), proposal)
    with pytest.raises(RuleBroken, match="Two members"):
        actions.begin_screening(make.person("Max", roles=["committee"]).as_actor(), proposal)


def test_beginning_twice_takes_one_seat(kim, proposal):
    once = actions.begin_screening(kim.as_actor(), proposal)
    assert actions.begin_screening(kim.as_actor(), proposal).id == once.id
    assert profile_queries.application_of(proposal.id).begun_count == 1


@pytest.mark.parametrize("who", ["ada", "mo", "ed"])
def test_only_the_committee_screens(request, who, proposal):
    with pytest.raises(NotAllowed):
        actions.begin_screening(request.getfixturevalue(who).as_actor(), proposal)


def test_nobody_screens_their_own_proposal(make, round, kim):
    with pytest.raises(NotAllowed):
        actions.begin_screening(kim.as_actor(), make.submission(round, kim))


def test_nobody_answers_for_somebody_else(kim, lea, proposal):
    mine = actions.begin_screening(kim.as_actor(), proposal)
    with pytest.raises(NotAllowed):
        actions.answer_step(lea.as_actor(), proposal, mine, "what", StepDraft({}))


@pytest.mark.parametrize("values", [{"kind": Kind.CONCERN}, {"status": Status.PENDING}])
def test_only_published_applications_are_screened(make, round, ada, kim, values):
    with pytest.raises(RuleBroken, match="Only published"):
        actions.begin_screening(kim.as_actor(), make.submission(round, ada, **values))


# ---- answering ----------------------------------------------------------------------------------


def test_a_step_needs_an_answer_to_every_question(kim, proposal):
    mine = actions.begin_screening(kim.as_actor(), proposal)
    draft = StepDraft({"is-ai": "yes", "gpai": "no"})
    with pytest.raises(RuleBroken) as caught:
        actions.answer_step(kim.as_actor(), proposal, mine, "what", draft)
    assert caught.value.field == "personal-data"


def test_a_screening_with_unanswered_questions_cannot_be_finished(kim, proposal):
    mine = actions.begin_screening(kim.as_actor(), proposal)
    with pytest.raises(RuleBroken, match="no answer"):
        actions.finish_screening(kim.as_actor(), proposal, mine)


def test_a_finished_screening_stands(db, kim, proposal):
    mine = screen(db, kim, proposal, LIGHTS)
    given = {"is-ai": "no", "gpai": "no", "personal-data": "no"}
    with pytest.raises(RuleBroken, match="finished"):
        actions.answer_step(kim.as_actor(), proposal, mine, "what", StepDraft(given))


def test_another_opinion_needs_reasons(kim, proposal):
    mine = answer(kim, proposal, SPAM)
    with pytest.raises(RuleBroken, match="differently"):
        actions.finish_screening(kim.as_actor(), proposal, mine, own_class=RiskClass.HIGH_RISK)


def test_another_opinion_with_reasons_counts(db, kim, lea, proposal):
    screen(db, kim, proposal, SPAM, RiskClass.HIGH_RISK, "Es sperrt auch Anträge.")
    screen(db, lea, proposal, SPAM)
    assert state(proposal) == (RiskClass.HIGH_RISK, True, 2)


def test_missing_answers_cannot_be_talked_into_a_low_class(kim, proposal):
    mine = answer(kim, proposal, LIGHTS, unknown=("safety-component",))
    with pytest.raises(RuleBroken, match="low one"):
        actions.finish_screening(
            kim.as_actor(), proposal, mine, own_class=RiskClass.MINIMAL, reason="Wird schon."
        )


def test_answers_to_steps_that_no_longer_make_sense_are_not_kept(db, kim, proposal):
    mine = answer(kim, proposal, LIGHTS)
    given = {"is-ai": "no", "gpai": "no", "personal-data": "no"}
    actions.answer_step(kim.as_actor(), proposal, mine, "what", StepDraft(given))
    actions.finish_screening(kim.as_actor(), proposal, mine)
    assert mine.computed_class is RiskClass.NOT_AI
    assert "safety-component" not in mine.answers


# ---- sealed until both have finished ------------------------------------------------------------


def seen_by(person, proposal):
    return {
        each.seat for each in queries.visible_to(person.as_actor(), queries.all_of(proposal.id))
    }


def test_answers_are_sealed_until_both_have_finished(db, kim, lea, ed, proposal):
    screen(db, kim, proposal, LIGHTS)
    answer(lea, proposal, SPAM)
    assert [seen_by(who, proposal) for who in (kim, lea, ed)] == [{1}, {2}, set()]


def test_afterwards_everybody_on_the_committee_sees_both(db, kim, lea, ed, proposal):
    screen(db, kim, proposal, LIGHTS)
    screen(db, lea, proposal, SPAM)
    assert [seen_by(who, proposal) for who in (kim, lea, ed)] == [{1, 2}] * 3


def test_no_page_tells_the_second_reviewer_what_the_first_said(db, sign_in, kim, lea, proposal):
    screen(db, kim, proposal, OFFENDERS, RiskClass.HIGH_RISK, "GEHEIME GRÜNDE")
    browser, url = sign_in(lea), f"/committee/applications/{proposal.public_id}"
    browser.post(f"{url}/screening/begin")
    for path in (
        f"{url}/screening",
        f"{url}/sheet",
        f"{url}/screening/questions/what",
        "/committee/rounds/ki/applications",
        f"/submissions/{proposal.public_id}/profile",
    ):
        text = browser.get(path).text
        assert "GEHEIME GRÜNDE" not in text
        assert "Kim" not in text
        assert ">Verboten</span>" not in text
        assert ">Hohes Risiko</span>" not in text


# ---- a newer version of the questions -----------------------------------------------------------


@pytest.fixture
def newer(tmp_path, monkeypatch):
    """`newer()` lets a newer version of the questions come, in which one question is new."""
    source = (screening.FOLDER / "2026-11.toml").read_text("utf-8")

    def come():
        (tmp_path / "2026-11.toml").write_text(source, "utf-8")
        changed = source.replace('version = "2026-11"', 'version = "2027-01"')
        changed = changed.replace("Drei Fragen", "3 Fragen").replace(
            "Does it process data about people, even if only in passing?", "Data about people?"
        )
        (tmp_path / "2027-01.toml").write_text(changed, "utf-8")
        monkeypatch.setattr(screening, "FOLDER", tmp_path)

    return come


def test_a_newer_version_marks_older_screenings(db, sign_in, kim, lea, proposal, newer):
    screen(db, kim, proposal, LIGHTS)
    screen(db, lea, proposal, LIGHTS)
    newer()
    text = sign_in(kim).get("/committee/rounds/ki/applications").text
    assert "Neu beantworten: Es gibt neue Fragen</td>" in text
    page = sign_in(kim).get(f"/committee/applications/{proposal.public_id}/screening").text
    assert "Die Fragen haben sich geändert" in page
    assert "mit Fassung 2026-11 der Fragen" in page
    assert "Mit der Vorprüfung beginnen" in page


def test_who_answers_again_finds_the_answers_to_questions_that_stayed(db, kim, proposal, newer):
    screen(db, kim, proposal, LIGHTS)
    newer()
    again = actions.begin_screening(kim.as_actor(), proposal)
    assert again.questionnaire == "2027-01"
    assert again.answers["safety-component"] == "yes"
    assert "personal-data" not in again.answers


def test_the_older_class_goes_when_somebody_answers_again(db, kim, lea, proposal, newer):
    screen(db, kim, proposal, LIGHTS)
    screen(db, lea, proposal, LIGHTS)
    newer()
    actions.begin_screening(kim.as_actor(), proposal)
    assert state(proposal) == (None, False, 0)
    assert len(queries.all_of(proposal.id)) == 3


# ---- when duties begin --------------------------------------------------------------------------


def set_date(actor, **values):
    given = {"applies_on": date(2027, 12, 2), "as_of": date(2026, 11, 20), "source": "Amtsblatt L"}
    return actions.set_duty_date(actor, "annex-iii", **{**given, **values})


def test_the_office_sets_a_date_and_the_one_before_stays_noted(db, ed):
    set_date(ed.as_actor())
    set_date(ed.as_actor(), applies_on=date(2028, 1, 1))
    assert queries.duty_dates()["annex-iii"].applies_on == date(2028, 1, 1)
    assert db.session.scalar(db.select(db.func.count(DutyDate.id))) == 2


def test_setting_the_same_date_twice_notes_it_once(db, ed):
    set_date(ed.as_actor())
    set_date(ed.as_actor())
    assert db.session.scalar(db.select(db.func.count(DutyDate.id))) == 1


def test_a_date_needs_a_source(ed):
    with pytest.raises(RuleBroken, match="source"):
        set_date(ed.as_actor(), source="  ")


def test_nobody_knows_something_from_a_day_to_come(ed):
    with pytest.raises(RuleBroken, match="future"):
        set_date(ed.as_actor(), as_of=clock.now().date() + timedelta(days=2))


def test_the_committee_does_not_set_dates(kim):
    with pytest.raises(NotAllowed):
        set_date(kim.as_actor())


def test_a_date_set_by_the_office_stands_in_the_results(db, sign_in, ed, kim, lea, proposal):
    screen(db, kim, proposal, LIGHTS)
    screen(db, lea, proposal, LIGHTS)
    url = f"/committee/applications/{proposal.public_id}/screening"
    assert "Ab 2. August 2026" in sign_in(kim).get(url).text
    data = {"applies_on": "2027-12-02", "as_of": "2026-11-20", "source": "ABl. L 2026/1234"}
    assert sign_in(ed).post("/manage/duty-dates/annex-iii", data=data).status_code == 303
    assert "Ab 2. Dezember 2027, Stand 20. November 2026" in sign_in(kim).get(url).text
    assert "ABl. L 2026/1234" in sign_in(kim).get("/manage/duty-dates").text


def test_a_date_that_is_none_is_refused_and_what_was_typed_stays(sign_in, ed):
    data = {"applies_on": "irgendwann", "as_of": "2026-11-20", "source": "ABl. L 2026/1234"}
    answer = sign_in(ed).post("/manage/duty-dates/annex-iii", data=data)
    assert answer.status_code == 422
    assert "ABl. L 2026/1234" in answer.text


# ---- pages --------------------------------------------------------------------------------------


def test_a_reviewer_walks_from_the_first_question_to_the_end(sign_in, kim, proposal):
    browser, url = sign_in(kim), f"/committee/applications/{proposal.public_id}/screening"
    here = browser.post(f"{url}/begin").location
    answers = answers_of(LIGHTS)
    visited = []
    while "/questions/" in here:
        step = current_questionnaire().step(here.rsplit("/", 1)[1])
        visited.append(step.id)
        assert browser.get(here).status_code == 200
        given = {f"q-{question.id}": answers[question.id] for question in step.questions}
        here = browser.post(here, data=given).location
    assert "infrastructure" in visited
    assert not {"education", "police", "body-risky", "privacy"} & set(visited)
    assert here == f"{url}/finish"
    assert "KI-VO, Art. 6(2), Anhang III Nr.\u00a02" in browser.get(here).text
    assert browser.post(here, data={"own_class": "agree"}).location == url
    assert "Sie haben abgeschlossen" in browser.get(url).text


def test_an_unanswered_question_comes_back_with_the_others_kept(sign_in, kim, proposal):
    browser, url = sign_in(kim), f"/committee/applications/{proposal.public_id}/screening"
    here = browser.post(f"{url}/begin").location
    answer = browser.post(here, data={"q-is-ai": "yes", "note": "Ich frage nach."})
    assert answer.status_code == 422
    assert "Ich frage nach." in answer.text
    assert 'name="q-is-ai" value="yes" checked' in answer.text


def test_a_made_up_answer_is_refused(sign_in, kim, proposal):
    browser, url = sign_in(kim), f"/committee/applications/{proposal.public_id}/screening"
    here = browser.post(f"{url}/begin").location
    data = {"q-is-ai": "perhaps", "q-gpai": "no", "q-personal-data": "no"}
    assert browser.post(here, data=data).status_code == 422


def test_both_opinions_stand_side_by_side_with_reasons(db, sign_in, ed, kim, lea, proposal):
    screen(db, kim, proposal, SPAM, RiskClass.HIGH_RISK, "Es sperrt auch Anträge.")
    screen(db, lea, proposal, LIGHTS)
    text = sign_in(ed).get(f"/committee/applications/{proposal.public_id}/screening").text
    for words in ("Kim", "Lea", "Es sperrt auch Anträge.", "Wo die Antworten sich unterscheiden",
                  "Vorläufig, keine Rechtsberatung", "Diese Person sieht es anders"):  # fmt: skip
        assert words in text
    sheet = sign_in(ed).get(f"/committee/applications/{proposal.public_id}/sheet").text
    assert "Alle Antworten" in sheet
    assert "Fassung 2026-11" in sheet


def test_visitors_participants_and_moderators_see_no_screening(sign_in, ada, mo, proposal):
    url = f"/committee/applications/{proposal.public_id}/screening"
    assert [sign_in(who).get(url).status_code for who in (None, ada, mo)] == [302, 403, 403]


# ---- the list -----------------------------------------------------------------------------------


LIST = "/committee/rounds/ki/applications"


def test_the_list_is_empty_without_applications(sign_in, kim, round):
    assert "Es gibt noch keine Anwendungen" in sign_in(kim).get(LIST).text


def test_the_list_holds_published_applications_only(make, sign_in, round, ada, kim):
    make.submission(round, ada, title="Eine Anwendung")
    make.submission(round, ada, title="Eine Sorge", kind=Kind.CONCERN)
    make.submission(round, ada, title="Noch nicht da", status=Status.PENDING)
    text = sign_in(kim).get(LIST).text
    assert ("Eine Anwendung" in text, "Eine Sorge" in text, "Noch nicht" in text) == (
        True,
        False,
        False,
    )


def test_the_list_is_filtered_by_class_and_state(db, make, sign_in, round, ada, kim, lea):
    risky = make.submission(round, ada, title="Ampeln")
    begun = make.submission(round, ada, title="Post")
    make.submission(round, ada, title="Nichts")
    screen(db, kim, risky, LIGHTS)
    screen(db, lea, risky, LIGHTS)
    screen(db, kim, begun, SPAM)
    browser = sign_in(kim)

    def shown(query):
        text = browser.get(f"{LIST}?{query}").text
        return {title for title in ("Ampeln", "Post", "Nichts") if f">{title}</a>" in text}

    assert shown("risk=high_risk") == {"Ampeln"}
    assert shown("risk=minimal") == set()
    assert shown("state=done") == {"Ampeln"}
    assert shown("state=running") == {"Post"}
    assert shown("state=none") == {"Nichts"}
    assert shown("state=again") == set()
    assert shown("risk=nonsense&state=nonsense&sort=nonsense&after=x.y") == {
        "Ampeln",
        "Post",
        "Nichts",
    }


@pytest.mark.parametrize("sort", ["number", "risk", "gaps"])
def test_every_application_stands_on_exactly_one_page(db, make, sign_in, round, ada, kim, sort):
    for n in range(60):
        each = make.submission(round, ada, title=f"Vorschlag {n}.")
        if n % 3:
            risk = list(RiskClass)[n % 6]
            db.session.add(Application(submission_id=each.id, gap_count=n % 5, risk_class=risk))
    db.session.commit()
    browser, url, found = sign_in(kim), f"{LIST}?sort={sort}", []
    for _ in range(4):
        text = browser.get(url).text
        found += [n for n in range(60) if f">Vorschlag {n}.</a>" in text]
        following = re.search(r'href="([^"]*after=[^"]*)"', text)
        if following is None:
            break
        url = following[1].replace("&amp;", "&")
    assert sorted(found) == list(range(60))


def test_the_strictest_class_comes_first(db, make, sign_in, round, ada, kim):
    for risk in RiskClass:
        each = make.submission(round, ada, title=f"Titel {risk}")
        db.session.add(Application(submission_id=each.id, risk_class=risk))
    make.submission(round, ada, title="Titel ohne")
    db.session.commit()
    text = sign_in(kim).get(f"{LIST}?sort=risk").text
    order = sorted([*RiskClass, "ohne"], key=lambda name: text.index(f"Titel {name}"))
    assert order == [*reversed(screening.STRICTNESS), "ohne"]


def test_pages_cost_few_statements_however_many_there_are(db, make, sign_in, round, ada, kim, lea):
    first = make.submission(round, ada)
    screen(db, kim, first, LIGHTS)
    screen(db, lea, first, LIGHTS)
    browser, counts = sign_in(kim), []
    one = f"/committee/applications/{first.public_id}"
    for path in (LIST, f"{one}/screening", f"{one}/sheet", "/manage/duty-dates"):
        with counted_statements() as sent:
            browser.get(path)
        assert len(sent) <= 9, (path, sent)
        counts.append(len(sent))
    for n in range(30):
        each = make.submission(round, ada, title=f"Noch {n}")
        db.session.add(Application(submission_id=each.id, gap_count=n))
    db.session.commit()
    with counted_statements() as sent:
        browser.get(LIST)
    assert len(sent) == counts[0]


def test_the_result_is_always_computed_with_the_questions_it_was_made_with(db, kim, proposal):
    mine = screen(db, kim, proposal, LIGHTS)
    assert mine.computed_class is evaluate(current_questionnaire(), mine.answers).risk
