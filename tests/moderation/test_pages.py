"""The moderators' pages."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from civicdialog.core import clock
from civicdialog.core.permissions import Role
from civicdialog.moderation.models import ModerationDecision
from civicdialog.submissions.models import Status, Submission

REASONS = {"ground": "off_topic", "explanation": "It is about parking, not about programs."}


@pytest.fixture
def desk(sign_in, mo):
    client = sign_in(mo)
    client.set_cookie("language", "en")
    return client


@pytest.fixture
def waiting(make, ada):
    return make.submission(make.round(), ada, status=Status.PENDING, title="A bus that answers")


def address(submission, deed=""):
    return f"/moderation/submissions/{submission.public_id}{deed}"


def statements(app, visit):
    count = []
    from civicdialog.core.db import db

    def note(connection, cursor, statement, *rest):
        if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK")):
            count.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert visit().status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(count)


def test_the_queue_shows_age_author_and_number(desk, make, ada):
    round = make.round(title="Schools")
    old = clock.now() - timedelta(days=3)
    make.submission(round, ada, status=Status.PENDING, title="Old one", created_at=old)
    make.submission(round, ada, status=Status.PENDING, title="New one")
    text = desk.get("/moderation/queue").text
    assert text.index("Old one") < text.index("New one")
    assert "3 days" in text
    assert "Ada" in text
    assert "<strong>2</strong> things wait" in text


def test_an_empty_queue_says_so(desk):
    assert "Nothing waits" in desk.get("/moderation/queue").text


def test_the_queue_can_be_narrowed_to_a_round(desk, make, ada):
    one, other = make.round(title="Schools"), make.round(title="Traffic")
    make.submission(one, ada, status=Status.PENDING, title="A reading helper")
    make.submission(other, ada, status=Status.PENDING, title="A clever light")
    text = desk.get(f"/moderation/queue?round={one.slug}").text
    assert "A reading helper" in text
    assert "A clever light" not in text


def test_an_unknown_round_shows_everything(desk, waiting):
    assert waiting.title in desk.get("/moderation/queue?round=nothing").text


def test_the_queue_pages_by_key(desk, make, ada):
    round = make.round()
    for n in range(27):
        make.submission(round, ada, status=Status.PENDING, title=f"Number {n:02}")
    first = desk.get("/moderation/queue").text
    assert "Number 24" in first
    assert "Number 25" not in first
    following = first.split("after=")[1].split('"')[0]
    second = desk.get(f"/moderation/queue?after={following}").text
    assert "Number 25" in second
    assert "Number 24" not in second


def test_the_queue_costs_the_same_with_many_rows(desk, make, ada, app):
    round = make.round()
    make.submission(round, ada, status=Status.PENDING)
    few = statements(app, lambda: desk.get("/moderation/queue"))
    for n in range(20):
        make.submission(make.round(), make.person(f"P{n}"), status=Status.PENDING)
    many = statements(app, lambda: desk.get("/moderation/queue"))
    assert many == few <= 9


def test_a_moderator_reads_the_whole_text(desk, make, ada):
    told = make.submission(
        make.round(),
        ada,
        status=Status.PENDING,
        problem="The **problem**.",
        solution="The solution.",
        beneficiaries="All of us.",
        worries="None.",
    )
    text = desk.get(address(told)).text
    for words in ("The **problem**.", "The solution.", "All of us.", "None.", "Ada"):
        assert words in text


def test_publishing_opens_the_next_one(desk, waiting, make, ada, db):
    following = make.submission(make.round(), ada, status=Status.PENDING)
    answer = desk.post(address(waiting, "/publish"))
    assert answer.status_code == 303
    assert answer.location == address(following)
    assert db.session.get(Submission, waiting.id).status is Status.PUBLISHED
    assert "Published: “A bus that answers”." in desk.get(answer.location).text


def test_the_next_one_is_of_the_same_round_if_one_is_chosen(desk, waiting, make, ada):
    make.submission(make.round(), ada, status=Status.PENDING)
    answer = desk.post(address(waiting, f"/publish?round={_slug(waiting)}"))
    assert answer.location == "/moderation/queue"


def _slug(submission):
    from civicdialog.core.db import db
    from civicdialog.rounds.models import Round

    return db.session.get(Round, submission.round_id).slug


def test_after_the_last_one_the_queue_is_empty(desk, waiting):
    answer = desk.post(address(waiting, "/publish"))
    assert answer.location == "/moderation/queue"
    assert "Nothing waits" in desk.get(answer.location).text


def test_rejecting_needs_rule_and_explanation(desk, waiting, db):
    answer = desk.post(address(waiting, "/reject"), data={"explanation": "Not so."})
    assert answer.status_code == 422
    assert "Please choose the rule." in answer.text
    assert "Not so." in answer.text
    assert db.session.get(Submission, waiting.id).status is Status.PENDING


def test_an_invented_rule_is_refused(desk, waiting):
    answer = desk.post(address(waiting, "/reject"), data=REASONS | {"ground": "dislike"})
    assert answer.status_code == 422


def test_a_rejection_is_saved_with_its_reasons(desk, waiting, db):
    assert desk.post(address(waiting, "/reject"), data=REASONS).status_code == 303
    decision = db.session.scalars(select(ModerationDecision)).one()
    assert decision.explanation == REASONS["explanation"]
    assert REASONS["explanation"] in desk.get(address(waiting)).text


def test_of_two_moderators_the_second_sees_what_was_decided(desk, sign_in, make, waiting, db):
    other = sign_in(make.person("Nora", roles=[Role.MODERATOR]))
    other.post(address(waiting, "/publish"))
    late = desk.post(address(waiting, "/reject"), data=REASONS)
    assert late.status_code == 409
    assert "Nora was faster." in late.text
    assert REASONS["explanation"] in late.text
    assert db.session.get(Submission, waiting.id).status is Status.PUBLISHED
    assert len(db.session.scalars(select(ModerationDecision)).all()) == 1


def test_a_contribution_taken_back_meanwhile_is_not_published(desk, make, ada):
    gone = make.submission(make.round(), ada, status=Status.WITHDRAWN)
    late = desk.post(address(gone, "/publish"))
    assert late.status_code == 409
    assert "has taken the contribution back" in late.text


def test_own_contributions_have_no_buttons(desk, make, mo):
    own = make.submission(make.round(), mo, status=Status.PENDING)
    text = desk.get(address(own)).text
    assert "This is your own contribution." in text
    assert "/publish" not in text
    assert desk.post(address(own, "/publish")).status_code == 403


def test_the_history_begins_with_the_newest_decision(desk, make, ada):
    round = make.round()
    for title in ("First", "Second"):
        one = make.submission(round, ada, status=Status.PENDING, title=title)
        desk.post(address(one, "/publish"))
    desk.get("/moderation/queue")
    text = desk.get("/moderation/history").text
    assert text.index(">Second<") < text.index(">First<")


def test_the_history_can_be_narrowed_to_an_outcome(desk, make, ada):
    round = make.round()
    yes = make.submission(round, ada, status=Status.PENDING, title="Good one")
    no = make.submission(round, ada, status=Status.PENDING, title="Bad one")
    desk.post(address(yes, "/publish"))
    desk.post(address(no, "/reject"), data=REASONS)
    desk.get("/moderation/queue")
    text = desk.get("/moderation/history?outcome=rejected").text
    assert "Bad one" in text
    assert "Good one" not in text
    assert "Does not belong to the topic" in text


def test_the_history_pages_by_key(desk, make, ada, mo, db):
    from civicdialog.moderation.models import Outcome, SubjectKind

    round = make.round()
    for n in range(27):
        one = make.submission(round, ada, title=f"Number {n:02}")
        make.keep(
            ModerationDecision(
                subject_kind=SubjectKind.SUBMISSION,
                subject_id=one.id,
                submission_id=one.id,
                moderator_id=mo.id,
                outcome=Outcome.PUBLISHED,
            )
        )
    first = desk.get("/moderation/history").text
    assert "Number 02" in first
    assert "Number 01" not in first
    following = first.split("before=")[1].split('"')[0]
    assert "Number 01" in desk.get(f"/moderation/history?before={following}").text


def test_an_empty_history_says_so(desk):
    assert "Nothing has been decided yet" in desk.get("/moderation/history").text


@pytest.mark.parametrize("path", ["/moderation/queue", "/moderation/history"])
def test_the_moderation_is_for_moderators(sign_in, ada, path):
    assert sign_in(ada).get(path).status_code == 403
    assert sign_in().get(path).status_code == 302


def test_an_unknown_contribution_is_not_there(desk):
    assert desk.get("/moderation/submissions/nothing").status_code == 404
    assert desk.post("/moderation/submissions/nothing/publish").status_code == 404


@pytest.mark.parametrize(
    "path", ["/moderation/queue?marked=1", "/moderation/workload", "/moderation/queue?tab=author"]
)
def test_the_desk_costs_at_most_nine_statements(desk, make, ada, app, path):
    for n in range(20):
        make.submission(make.round(), make.person(f"P{n}"), status=Status.PENDING)
    assert statements(app, lambda: desk.get(path)) <= 9


def test_one_thing_costs_at_most_nine_statements(desk, waiting, app):
    assert statements(app, lambda: desk.get(address(waiting))) <= 9
