"""Blocked people read, vote and object; they do not write, and learn why."""

from datetime import timedelta

import pytest

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import db as database
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import Actor, Role
from civicdialog.discussion.actions import ArgumentDraft, add_argument, change_argument
from civicdialog.discussion.models import Stance
from civicdialog.moderation import blocking
from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.models import Block, Ground, ModerationDecision, Outcome
from civicdialog.submissions.actions import SubmissionDraft, create_submission, revise_submission
from civicdialog.submissions.models import Submission

WHY = Reasons(Ground.INSULT, "Sie haben dreimal andere beleidigt.")
TEXT = {"title": "Ampeln", "problem": "Sie sind langsam.", "solution": "Sie lernen."}
FORM = {"ground": "insult", "explanation": "Sie haben dreimal andere beleidigt.", "days": "7"}


def as_actor(person, role=Role.PARTICIPANT):
    return Actor(person.id, frozenset({Role.PARTICIPANT, role}), person.public_name)


@pytest.fixture
def blocked(ada, mo):
    """Ada cannot write for a week."""
    blocking.block(as_actor(mo, Role.MODERATOR), ada, clock.now() + timedelta(days=7), WHY)
    database.session.commit()
    return ada


def draft(**other):
    return SubmissionDraft(**{**TEXT, **other})


def test_somebody_blocked_cannot_hand_anything_in(blocked, make):
    with pytest.raises(RuleBroken, match="cannot write here until"):
        create_submission(as_actor(blocked), make.round("collecting"), draft())


def test_somebody_blocked_cannot_change_what_is_public(blocked, make):
    mine = make.submission(make.round("collecting"), blocked)
    with pytest.raises(RuleBroken, match="cannot write here until"):
        revise_submission(as_actor(blocked), mine, draft(), "Anders.")


def test_somebody_blocked_cannot_argue_nor_change_an_argument(blocked, make, mo):
    round = make.round("collecting")
    about, said = make.submission(round, mo), ArgumentDraft(Stance.FOR, "Das hilft.")
    with pytest.raises(RuleBroken, match="cannot write here until"):
        add_argument(as_actor(blocked), round, about, said)
    blocking.unblock(as_actor(mo, Role.MODERATOR), blocked)
    argument = add_argument(as_actor(blocked), round, about, said)
    blocking.block(as_actor(mo, Role.MODERATOR), blocked, clock.now() + timedelta(days=1), WHY)
    with pytest.raises(RuleBroken, match="cannot write here until"):
        change_argument(as_actor(blocked), round, argument, "Das hilft sehr.")


def test_others_write_on(blocked, make, mo):
    assert create_submission(as_actor(mo), make.round("collecting"), draft()).id


def test_a_block_ends_by_itself(blocked, make):
    blocked.blocked_until = clock.now() - timedelta(seconds=1)
    assert create_submission(as_actor(blocked), make.round("collecting"), draft()).id


def test_a_block_lasts_half_a_year_at_most(ada, mo):
    with pytest.raises(RuleBroken, match="half a year"):
        blocking.block(as_actor(mo, Role.MODERATOR), ada, clock.now() + timedelta(days=200), WHY)


def test_nobody_blocks_themselves_and_no_participant_anybody(ada, mo):
    tomorrow = clock.now() + timedelta(days=1)
    for person, role in ((mo, Role.MODERATOR), (ada, Role.PARTICIPANT)):
        with pytest.raises(NotAllowed):
            blocking.block(as_actor(person, role), mo, tomorrow, WHY)


def test_a_moderator_blocks_from_the_page_and_the_person_is_told(sign_in, mo, ada, letters):
    answer = sign_in(mo).post(f"/moderation/people/{ada.public_id}/block", data=FORM)
    assert answer.status_code == 303
    held = database.session.query(Block).one()
    assert timedelta(days=6) < held.ends_at - clock.now() <= timedelta(days=7)
    database.session.expire_all()
    assert database.session.get(Person, ada.id).blocked_until == held.ends_at
    decision = database.session.query(ModerationDecision).one()
    assert decision.outcome is Outcome.BLOCKED
    assert f"/decisions/{decision.public_id}" in letters()[-1]


@pytest.mark.parametrize("missing", ["ground", "explanation", "days"])
def test_a_block_without_ground_reasons_or_end_is_refused_and_nothing_typed_is_lost(
    sign_in, mo, ada, missing
):
    data = {name: value for name, value in FORM.items() if name != missing}
    answer = sign_in(mo).post(f"/moderation/people/{ada.public_id}/block", data=data)
    assert answer.status_code == 422
    if missing != "explanation":
        assert FORM["explanation"] in answer.text
    assert database.session.query(Block).count() == 0


@pytest.mark.parametrize(("field", "value"), [("days", "9999"), ("ground", "x"), ("days", "²")])
def test_values_that_are_not_offered_are_refused(sign_in, mo, ada, field, value):
    answer = sign_in(mo).post(
        f"/moderation/people/{ada.public_id}/block", data={**FORM, field: value}
    )
    assert answer.status_code == 422


def test_somebody_blocked_sees_why_until_when_and_how_to_object(sign_in, blocked):
    page = sign_in(blocked).get("/rounds").text
    decision = database.session.query(ModerationDecision).one()
    assert "Sie können hier bis" in page
    assert "Beleidigt jemanden" in page
    assert f"/decisions/{decision.public_id}" in page
    assert "Sie können hier bis" not in sign_in().get("/rounds").text


def test_the_statement_behind_the_link_lets_them_object(sign_in, blocked):
    decision = database.session.query(ModerationDecision).one()
    url = f"/decisions/{decision.public_id}"
    assert WHY.explanation in sign_in(blocked).get(url).text
    answer = sign_in(blocked).post(f"{url}/appeal", data={"text": "Das war ich nicht."})
    assert answer.status_code == 303


def test_somebody_blocked_still_votes(sign_in, blocked, make, mo):
    card = make.submission(make.round("open"), mo)
    answer = sign_in(blocked).post(f"/submissions/{card.public_id}/vote", data={"opinion": "agree"})
    assert answer.status_code == 303
    database.session.refresh(card)
    assert card.agree_count == 1


def test_what_somebody_blocked_has_typed_stays(sign_in, blocked, make):
    round, client = make.round("collecting"), sign_in(blocked)
    written = client.post(f"/rounds/{round.slug}/propose", data={"kind": "use_case", **TEXT})
    preview = written.location
    sent = client.post(preview.replace("/preview", "/send"))
    assert sent.status_code == 422
    assert "Sie können hier bis" in sent.text
    assert TEXT["solution"] in client.get(preview).text
    assert database.session.query(Submission).count() == 0


def test_the_list_shows_only_blocks_that_hold(sign_in, blocked, mo, make):
    other = make.person("Bea")
    blocking.block(as_actor(mo, Role.MODERATOR), other, clock.now() + timedelta(days=1), WHY)
    blocking.unblock(as_actor(mo, Role.MODERATOR), other)
    database.session.commit()
    page = sign_in(mo).get("/moderation/blocks").text
    assert blocked.public_name in page
    assert "Bea" not in page


def test_a_block_is_lifted_with_reasons_only_and_the_person_is_told(sign_in, blocked, mo, letters):
    held = database.session.query(Block).one()
    url = f"/moderation/blocks/{held.id}/lift"
    assert sign_in(mo).post(url, data={}).status_code == 422
    assert sign_in(mo).post(url, data={"note": "Wir haben uns geirrt."}).status_code == 303
    database.session.expire_all()
    assert database.session.get(Person, blocked.id).blocked_until is None
    assert "Wir haben uns geirrt." in letters()[-1]
    assert sign_in(mo).post(url, data={"note": "Noch einmal."}).status_code == 404


def test_pages_of_blocks_are_for_moderators_alone(sign_in, ada, kim, mo):
    for person in (ada, kim):
        client = sign_in(person)
        assert client.get("/moderation/blocks").status_code == 403
        assert client.get(f"/moderation/people/{mo.public_id}/block").status_code == 403
    assert sign_in(mo).get(f"/moderation/people/{mo.public_id}/block").status_code == 403
    assert sign_in(mo).get("/moderation/people/nobody/block").status_code == 404
    assert sign_in(mo).get(f"/moderation/blocks/{10**30}/lift").status_code == 404
