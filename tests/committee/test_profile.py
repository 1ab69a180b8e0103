"""The profile of a proposed application: completed by the office, released, kept in versions."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from civicdialog.committee import profile_actions as actions
from civicdialog.committee import profile_queries as queries
from civicdialog.committee.models import Application, ProfileVersion
from civicdialog.committee.profile_actions import Overtaken, ProfileDraft
from civicdialog.committee.profile_fields import FIELDS, said_by_citizen
from civicdialog.committee.profile_registers import GENERAL, in_shape_of, registers, unmapped
from civicdialog.committee.screening_questions import RiskClass
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.submissions.models import Decider, Kind, Status
from civicdialog.trace.models import Relation, TraceLink
from civicdialog.web.erasing import Texts, leave
from tests.web.statements import counted_statements

SCHEMA = Path(__file__).parents[1] / "data" / "eurocities-0.3.1.schema.json"
EUROCITIES = Draft202012Validator(
    json.loads(SCHEMA.read_text("utf-8")), format_checker=Draft202012Validator.FORMAT_CHECKER
)


@pytest.fixture
def proposal(make, ada):
    round = make.round("voting", slug="ki")
    return make.submission(
        round,
        ada,
        title="Ampeln lernen",
        problem="Ich stehe lange an der Ampel.",
        solution="Die Ampel schaut, wer wartet.",
        worries="Kameras überall.",
        decider=Decider.TOGETHER,
        department="mobility",
    )


def write(actor, proposal, reason="", based_on=0, **values):
    fields = {**said_by_citizen(proposal), **values}
    return actions.write_profile(actor.as_actor(), proposal, ProfileDraft(fields, reason, based_on))


@pytest.fixture
def released(db, ed, proposal):
    """The proposal, with a profile everybody may read."""
    write(ed, proposal, cost="Noch offen, höchstens 10.000 Euro.")
    actions.release_profile(ed.as_actor(), proposal, 1)
    db.session.commit()
    return proposal


# ---- writing ------------------------------------------------------------------------------------


def test_a_profile_begins_with_what_the_citizen_said(ed, proposal):
    version = write(ed, proposal)
    assert version.fields["purpose"] == "Die Ampel schaut, wer wartet."
    assert set(version.said) == {"title", "problem", "purpose", "risks", "decision", "department"}


def test_what_the_office_changes_is_no_longer_said_by_the_citizen(ed, proposal):
    version = write(ed, proposal, purpose="Ampeln zählen Wartende.", cost="10.000 Euro")
    assert "purpose" not in version.said
    assert "cost" not in version.said
    assert "problem" in version.said


def test_words_of_the_citizen_stay_theirs_when_they_change_the_proposal(ed, proposal):
    write(ed, proposal)
    proposal.problem = "Ich stehe sehr lange an der Ampel."
    version = write(
        ed, proposal, "Gerechnet.", 1, problem="Ich stehe lange an der Ampel.", cost="1"
    )
    assert "problem" in version.said


def test_what_is_unknown_is_counted_as_a_gap(ed, proposal):
    write(ed, proposal, cost="10.000 Euro")
    assert queries.application_of(proposal.id).gap_count == len(FIELDS) - 7


def test_every_version_is_kept(db, ed, proposal):
    write(ed, proposal)
    write(ed, proposal, "Das Amt hat gerechnet.", 1, cost="10.000 Euro")
    stored = db.session.scalars(db.select(ProfileVersion).order_by(ProfileVersion.number)).all()
    assert [(each.number, each.reason, each.editor_id) for each in stored] == [
        (1, "", ed.id),
        (2, "Das Amt hat gerechnet.", ed.id),
    ]
    assert [bool(each.fields["cost"]) for each in stored] == [False, True]


def test_a_change_needs_a_reason(ed, proposal):
    write(ed, proposal)
    with pytest.raises(RuleBroken, match="why"):
        write(ed, proposal, "", 1, cost="10.000 Euro")


def test_saving_the_same_twice_makes_one_version(ed, proposal):
    assert write(ed, proposal).id == write(ed, proposal).id
    assert queries.application_of(proposal.id).profile_count == 1


def test_the_second_of_two_editors_is_told_that_there_is_a_newer_version(make, ed, proposal):
    write(ed, proposal)
    write(ed, proposal, "Erste.", 1, cost="1 Euro")
    with pytest.raises(Overtaken):
        write(make.person("Eva", roles=["editor"]), proposal, "Zweite.", 1, cost="2 Euro")


def test_texts_that_are_too_long_are_refused(ed, proposal):
    with pytest.raises(RuleBroken, match="2000"):
        write(ed, proposal, cost="x" * 2001)


@pytest.mark.parametrize("who", ["ada", "mo", "kim"])
def test_only_the_office_writes_profiles(request, who, proposal):
    with pytest.raises(NotAllowed):
        write(request.getfixturevalue(who), proposal)


def test_nobody_describes_their_own_proposal(make, ed):
    with pytest.raises(NotAllowed):
        write(ed, make.submission(make.round("voting"), ed))


@pytest.mark.parametrize(
    "values", [{"kind": Kind.CONCERN}, {"kind": Kind.PRINCIPLE}, {"status": Status.PENDING}]
)
def test_only_published_applications_have_a_profile(make, ada, ed, values):
    with pytest.raises(RuleBroken, match="Only published"):
        write(ed, make.submission(make.round("voting"), ada, **values))


# ---- releasing ----------------------------------------------------------------------------------


def test_a_release_becomes_a_step_of_the_thread_once(db, ed, released):
    write(ed, released, "Genauer.", 1, cost="5 Euro")
    actions.release_profile(ed.as_actor(), released, 2)
    links = db.session.scalars(db.select(TraceLink).filter_by(relation=Relation.DESCRIBED_IN)).all()
    assert [(link.from_id, link.to_kind) for link in links] == [(released.id, "application")]


def test_only_the_newest_version_is_released(ed, released):
    write(ed, released, "Genauer.", 1, cost="5 Euro")
    with pytest.raises(Overtaken):
        actions.release_profile(ed.as_actor(), released, 1)


def test_a_released_version_keeps_the_class_it_was_released_with(db, ed, proposal):
    write(ed, proposal)
    application = db.session.scalar(db.select(Application))
    application.questionnaire, application.finished_count = "2026-11", 2
    application.risk_class = RiskClass.HIGH_RISK
    actions.release_profile(ed.as_actor(), proposal, 1)
    application.risk_class = RiskClass.MINIMAL
    assert queries.released(proposal.id).screened["risk_class"] == "high_risk"


def test_what_a_person_said_leaves_the_profile_with_their_texts(db, ada, released):
    leave(ada.as_actor(), ada, Texts.REMOVE)
    version = db.session.scalar(db.select(ProfileVersion))
    assert (version.fields["problem"], version.fields["title"]) == ("", "")
    assert version.fields["cost"] == "Noch offen, höchstens 10.000 Euro."


# ---- registers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", registers())
def test_a_register_asks_only_for_fields_there_are(key):
    register = registers()[key]
    known = {each.name for each in FIELDS} | GENERAL | {""}
    assert set(register.fields.values()) <= known
    assert not {"title", "purpose", "risks", "data"} & set(unmapped(register))


def test_what_a_register_asks_for_and_nobody_knows_is_listed_and_not_made_up():
    shaped = in_shape_of(registers()["atrs"], {"title": "Ampeln lernen"}, {})
    assert shaped.record == {"tier_1_information": {"name": "Ampeln lernen"}}
    assert "tier_1_information.description" in shaped.unknown


def test_a_choice_is_told_in_the_words_of_the_register():
    shaped = in_shape_of(registers()["eurocities"], {"status": "Auf Probe"}, {"status": "trial"})
    assert shaped.record["status"] == "pilot"


def test_a_choice_the_register_has_no_word_for_is_unknown():
    shaped = in_shape_of(registers()["eurocities"], {}, {"risk_class": "open"})
    assert "risk_category" in shaped.unknown


# ---- pages --------------------------------------------------------------------------------------


def test_everybody_reads_a_released_profile_with_its_gaps(sign_in, released):
    page = sign_in().get(f"/submissions/{released.public_id}/profile")
    assert page.status_code == 200
    for words in ("Noch nicht bekannt", "15 von 22 Feldern sind noch nicht bekannt", "aus dem Vorschlag",
                  "von der Verwaltung ergänzt", "höchstens 10.000 Euro"):  # fmt: skip
        assert words in page.text


def test_before_the_release_only_office_and_committee_read_it(db, sign_in, ada, kim, ed, proposal):
    write(ed, proposal)
    db.session.commit()
    url = f"/submissions/{proposal.public_id}/profile"
    codes = [sign_in(who).get(url).status_code for who in (None, ada, kim, ed)]
    assert codes == [404, 404, 200, 200]


def test_a_newer_version_is_not_public_before_it_is_released(db, sign_in, ed, released):
    write(ed, released, "Genauer.", 1, cost="Geheim")
    db.session.commit()
    for path in ("profile", "profile/versions", "profile.json"):
        assert "Geheim" not in sign_in().get(f"/submissions/{released.public_id}/{path}").text


def test_a_profile_disappears_with_its_proposal(db, sign_in, released):
    released.move_to(Status.HIDDEN)
    db.session.commit()
    for path in ("profile", "profile/versions", "profile.json"):
        assert sign_in().get(f"/submissions/{released.public_id}/{path}").status_code == 404


def test_the_proposal_and_its_thread_lead_to_the_profile(sign_in, released):
    url = f"/submissions/{released.public_id}"
    assert f'href="{url}/profile"' in sign_in().get(url).text
    assert f'href="{url}/profile"' in sign_in().get(f"{url}/thread").text


def test_a_proposal_without_profile_leads_nowhere(sign_in, proposal):
    url = f"/submissions/{proposal.public_id}"
    assert "/profile" not in sign_in().get(url).text


def typed(proposal, **values):
    return {**said_by_citizen(proposal), "based_on": "0", **values}


def test_the_office_completes_and_releases_a_profile(sign_in, ed, proposal):
    url, browser = f"/submissions/{proposal.public_id}/profile", sign_in(ed)
    form = browser.get(f"{url}/edit")
    assert "Die Ampel schaut, wer wartet." in form.text
    answer = browser.post(f"{url}/edit", data=typed(proposal, supplier="Noch keiner"))
    assert (answer.status_code, answer.location) == (303, url)
    assert sign_in().get(url).status_code == 404
    assert browser.post(f"{url}/release", data={"number": "1"}).status_code == 303
    assert "Noch keiner" in sign_in().get(url).text


def test_a_choice_nobody_offers_is_refused_and_what_was_typed_stays(sign_in, ed, proposal):
    url = f"/submissions/{proposal.public_id}/profile/edit"
    answer = sign_in(ed).post(url, data=typed(proposal, status="flying", supplier="Firma Ampel"))
    assert answer.status_code == 422
    assert "Firma Ampel" in answer.text


def test_an_overtaken_editor_keeps_what_was_typed_and_may_save_again(db, sign_in, ed, proposal):
    write(ed, proposal)
    db.session.commit()
    url, browser = f"/submissions/{proposal.public_id}/profile/edit", sign_in(ed)
    mine = typed(proposal, supplier="Firma Ampel", reason="Lieferant bekannt.")
    answer = browser.post(url, data=mine)
    assert answer.status_code == 409
    assert "Firma Ampel" in answer.text
    assert 'name="based_on" type="hidden" value="1"' in answer.text
    assert browser.post(url, data={**mine, "based_on": "1"}).status_code == 303


def test_versions_tell_what_changed_and_why_but_names_only_inside(db, sign_in, ed, kim, released):
    write(ed, released, "Das Amt hat gerechnet.", 1, cost="Höchstens 5 Euro.")
    actions.release_profile(ed.as_actor(), released, 2)
    db.session.commit()
    url = f"/submissions/{released.public_id}/profile/versions"
    public, inside = sign_in().get(url).text, sign_in(kim).get(url).text
    assert "Das Amt hat gerechnet." in public
    assert "<del>" in public
    assert (", Ed" in public, ", Ed" in inside) == (False, True)


def test_the_file_has_the_shape_of_a_register(sign_in, released):
    url = f"/submissions/{released.public_id}/profile.json"
    answer = sign_in().get(f"{url}?register=eurocities")
    told = json.loads(answer.text)
    assert answer.mimetype == "application/json"
    assert told["record"]["name"] == "Ampeln lernen"
    assert "lawful_basis" in told["unknown"]
    assert "legal_basis" in told["gaps"]
    assert sign_in().get(f"{url}?register=nowhere").status_code == 404


@pytest.mark.parametrize("contact", ["", "ki@stadt.example", "Amt 14, Telefon 0345 0"])
def test_the_file_is_valid_by_the_published_schema(db, sign_in, released, contact):
    version = queries.released(released.id)
    version.fields = {**version.fields, "contact": contact, "status": "trial"}
    version.screened = {"risk_class": "high_risk"}
    db.session.commit()
    told = json.loads(sign_in().get(f"/submissions/{released.public_id}/profile.json").text)
    assert told["record"]["risk_category"] == "high risk"
    assert [each.message for each in EUROCITIES.iter_errors(told["record"])] == []


def test_the_published_schema_refuses_what_is_not_in_it():
    wrong = {"status": "an idea", "uuid": "7", "publication_date": "gestern", "purpose": "x"}
    assert len(list(EUROCITIES.iter_errors(wrong))) == 4


def test_visitors_cost_few_statements(sign_in, released):
    browser = sign_in()
    for path in ("", "/profile", "/profile/versions"):
        with counted_statements() as sent:
            browser.get(f"/submissions/{released.public_id}{path}")
        assert len(sent) <= 6, sent
