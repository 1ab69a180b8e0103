"""The queue: every kind in one list, narrowed, shared out, decided several at once."""

import dataclasses
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import Role
from civicdialog.discussion.models import Argument, Stance
from civicdialog.moderation import assignment_actions, queue_queries
from civicdialog.moderation.actions import leave_it
from civicdialog.moderation.models import Assignment, ModerationDecision, Outcome, SubjectKind
from civicdialog.moderation.queue_queries import Place, Wanted
from civicdialog.moderation.signs import NAMES, signs_in
from civicdialog.moderation.target import due_on, overdue_before
from civicdialog.submissions.actions import SubmissionDraft, revise_submission
from civicdialog.submissions.models import Status, Submission, SubmissionRevision

REASONS = {"ground": "insult", "explanation": "Der zweite Satz macht Menschen herunter."}
QUEUE = "/moderation/queue"


@pytest.fixture
def round(make):
    return make.round("open", slug="ki")


@pytest.fixture
def waiting(make, round, ada):
    return make.submission(round, ada, status=Status.PENDING, title="Ein Bus")


@pytest.fixture
def public(make, round, ada):
    return make.submission(round, ada, title="Ein Rad")


@pytest.fixture
def question(make, public, ada):
    return make.keep(
        Argument(
            submission_id=public.id, author_id=ada.id, stance=Stance.QUESTION, text="Wer zahlt das?"
        )
    )


@pytest.fixture
def change(public, ada, db):
    draft = SubmissionDraft("Ein Rad für alle", "Alle wollen fahren.", "Ein Verleih.")
    made = revise_submission(ada.as_actor(), public, draft, "Klarer.")
    db.session.commit()
    return made


@pytest.fixture
def nora(make):
    return make.person("Nora", roles=[Role.MODERATOR])


@pytest.fixture
def desk(sign_in, mo):
    return sign_in(mo)


def listed(viewer, **wanted):
    found, _ = queue_queries.entries(
        viewer.as_actor(),
        Wanted.of(wanted),
        cutoff=overdue_before(clock.now()),
        limit=50,
    )
    return found


def keys(desk, address=QUEUE):
    return re.findall(r'name="chosen" value="([^"]+)"', desk.get(address).text)


def decide(desk, chosen, deed="publish", **more):
    return desk.post(f"{QUEUE}/decide", data={"chosen": chosen, "deed": deed, **more})


def fresh(db, thing):
    db.session.expire_all()
    return db.session.get_one(type(thing), thing.id)


# ---- one list -----------------------------------------------------------------------------------


def test_every_kind_stands_in_one_list_the_oldest_first(mo, waiting, question, change):
    kinds = [each.entry.place.kind for each in listed(mo)]
    assert kinds == [SubjectKind.SUBMISSION, SubjectKind.ARGUMENT, SubjectKind.REVISION]


def test_the_queue_is_for_moderators(ada):
    with pytest.raises(NotAllowed):
        listed(ada)


def test_what_is_with_its_author_stands_under_a_tab_of_its_own(desk, make, round, ada):
    make.submission(round, ada, status=Status.PENDING, awaits_author=True, title="Beim Verfasser")
    assert "Beim Verfasser" not in desk.get(QUEUE).text
    assert "Beim Verfasser" in desk.get(f"{QUEUE}?tab=author").text


def test_what_was_published_at_once_waits_until_it_is_read(make, mo, ada, db):
    at_once = make.round("open", submissions_wait=False)
    made = make.submission(at_once, ada)
    assert [each.entry.situation for each in listed(mo)] == ["unread"]
    leave_it(mo.as_actor(), made)
    assert listed(mo) == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [("submission", "Ein Bus"), ("argument", "Wer zahlt das?"), ("submission_revision", "Ein Rad")],
)
def test_the_queue_is_narrowed_to_a_kind(mo, waiting, question, change, kind, words):
    assert [each.entry.words for each in listed(mo, kind=kind)] == [words]


@pytest.mark.parametrize(
    "args", ["kind=x", "round=%00", "held=x", "tab=x", "after=x", "after=1-submission-9e9"]
)
def test_nonsense_in_the_address_is_passed_over(desk, waiting, args):
    assert "Ein Bus" in desk.get(f"{QUEUE}?{args}").text


def test_what_a_program_points_out_can_be_looked_at_alone(mo, make, round, ada, waiting):
    rude = make.submission(round, ada, status=Status.PENDING, problem="Das machen nur Idioten.")
    assert [each.entry.place.subject_id for each in listed(mo, marked="1")] == [rude.id]


def test_names_are_looked_through_too(mo, make):
    rude = make.submission(make.round(), make.person("Vollidiot"), status=Status.PENDING)
    assert [each.entry.place.subject_id for each in listed(mo, marked="1")] == [rude.id]


def test_a_page_goes_on_behind_the_last_one_shown(mo, make, round, ada):
    for n in range(3):
        make.submission(round, ada, status=Status.PENDING, title=f"Nr. {n}")
    cutoff = overdue_before(clock.now())
    first, place = queue_queries.entries(mo.as_actor(), Wanted(), cutoff=cutoff, limit=2)
    rest, end = queue_queries.entries(
        mo.as_actor(), Wanted(), cutoff=cutoff, limit=2, after=Place.of(str(place))
    )
    assert [each.entry.words for each in (*first, *rest)] == ["Nr. 0", "Nr. 1", "Nr. 2"]
    assert end is None


# ---- the next one -------------------------------------------------------------------------------


def next_one(viewer, place, **wanted):
    cutoff = overdue_before(clock.now())
    return queue_queries.next_one(viewer.as_actor(), Wanted.of(wanted), place, cutoff=cutoff)


def place_of(submission):
    return Place(submission.created_at, SubjectKind.SUBMISSION, submission.id)


def test_after_the_last_one_the_first_one_comes_again(mo, make, round, ada):
    first, last = (make.submission(round, ada, status=Status.PENDING) for _ in range(2))
    assert next_one(mo, place_of(last)).public_id == first.public_id


def test_nothing_comes_after_the_only_one(mo, waiting):
    assert next_one(mo, place_of(waiting)) is None


def test_own_texts_are_not_the_next_to_decide(mo, make, round):
    decided = make.submission(round, None, status=Status.PENDING)
    make.submission(round, mo, status=Status.PENDING)
    anonymous = make.submission(round, None, status=Status.PENDING)
    assert next_one(mo, place_of(decided)).public_id == anonymous.public_id


def test_the_next_one_may_be_of_another_kind(desk, waiting, question):
    answer = desk.post(f"/moderation/submissions/{waiting.public_id}/publish")
    assert answer.location == f"/moderation/arguments/{question.public_id}"


def test_the_next_one_fits_what_the_queue_is_narrowed_to(desk, waiting, question, make, round, ada):
    other = make.submission(round, ada, status=Status.PENDING)
    answer = desk.post(f"/moderation/submissions/{waiting.public_id}/publish?kind=submission")
    assert answer.location == f"/moderation/submissions/{other.public_id}?kind=submission"


def test_skipping_leads_to_the_next_one(desk, waiting, question):
    skip = f"{QUEUE}/skip?after={place_of(waiting)}"
    assert desk.get(skip).location == f"/moderation/arguments/{question.public_id}"


# ---- in time ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 11, 23), date(2026, 11, 26)),  # Monday: Thursday
        (date(2026, 11, 26), date(2026, 12, 1)),  # Thursday: over the weekend to Tuesday
        (date(2026, 11, 28), date(2026, 12, 2)),  # Saturday: counted from Monday on
    ],
)
def test_the_target_counts_working_days(day, due):
    assert due_on(day, 3) == due


def test_overdue_is_what_should_have_been_decided_yesterday(app):
    thursday = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert overdue_before(thursday) == datetime(2026, 11, 22, 23, tzinfo=UTC)


def test_a_city_may_need_longer(app, monkeypatch):
    slow = dataclasses.replace(city(), decision_days=5)
    monkeypatch.setitem(app.extensions, "city", slow)
    thursday = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert overdue_before(thursday) == datetime(2026, 11, 18, 23, tzinfo=UTC)


def test_overdue_is_said_in_a_word(desk, make, round, ada):
    old = clock.now() - timedelta(days=9)
    make.submission(round, ada, status=Status.PENDING, title="Alt", created_at=old)
    make.submission(round, ada, status=Status.PENDING, title="Neu")
    page = desk.get(f"{QUEUE}?late=1").text
    assert "überfällig" in page
    assert "Alt" in page
    assert "Neu</a>" not in page


# ---- in hand ------------------------------------------------------------------------------------


def test_what_somebody_takes_on_is_theirs_in_the_list(mo, nora, waiting, question):
    assignment_actions.assign(mo.as_actor(), waiting, mo.public_id)
    assert [each.entry.words for each in listed(mo, held="me")] == ["Ein Bus"]
    assert [each.entry.words for each in listed(mo, held="nobody")] == ["Wer zahlt das?"]
    assert [each.entry.words for each in listed(nora, held="others")] == ["Ein Bus"]


def test_handing_over_puts_it_into_other_hands(mo, nora, waiting, db):
    assignment_actions.assign(mo.as_actor(), waiting, mo.public_id)
    assignment_actions.assign(mo.as_actor(), waiting, nora.public_id)
    assert db.session.scalars(select(Assignment.moderator_id)).all() == [nora.id]


def test_it_is_not_handed_to_who_wrote_it(mo, nora, make, round):
    hers = make.submission(round, nora, status=Status.PENDING)
    with pytest.raises(RuleBroken):
        assignment_actions.assign(mo.as_actor(), hers, nora.public_id)


def test_it_is_not_handed_to_who_does_not_moderate(mo, ada, waiting):
    with pytest.raises(RuleBroken):
        assignment_actions.assign(mo.as_actor(), waiting, ada.public_id)


def test_opening_a_page_takes_nothing_on(desk, waiting, db):
    desk.get(f"/moderation/submissions/{waiting.public_id}")
    assert db.session.scalars(select(Assignment)).all() == []


def test_taking_on_and_putting_back_are_buttons(desk, mo, waiting, db):
    url = f"/moderation/assignments/submission/{waiting.id}"
    assert desk.post(url, data={"person": mo.public_id}).status_code == 303
    assert db.session.scalars(select(Assignment.moderator_id)).all() == [mo.id]
    assert desk.post(url).status_code == 303
    db.session.expire_all()
    assert db.session.scalars(select(Assignment)).all() == []


def test_an_odd_address_leads_to_the_next_one_all_the_same(desk, waiting, question):
    answer = desk.post(f"/moderation/submissions/{waiting.public_id}/publish?round=%00&tab=x")
    assert answer.location == f"/moderation/arguments/{question.public_id}"


@pytest.mark.parametrize("thing", ["submission/999", "person/1", "x/1", "argument/99999999999"])
def test_what_does_not_exist_cannot_be_taken_on(desk, mo, thing):
    answer = desk.post(f"/moderation/assignments/{thing}", data={"person": mo.public_id})
    assert answer.status_code == 404


# ---- several at once ----------------------------------------------------------------------------


def test_several_kinds_are_published_together(desk, waiting, question, change, public, db):
    assert decide(desk, keys(desk)).status_code == 303
    assert fresh(db, waiting).status is Status.PUBLISHED
    assert fresh(db, question).is_public
    assert fresh(db, public).title == "Ein Rad für alle"


def test_several_are_refused_with_one_reason_each_with_its_decision(
    desk, waiting, question, change, db
):
    decide(desk, keys(desk), "reject", **REASONS)
    found = db.session.scalars(select(ModerationDecision)).all()
    assert {(each.outcome, each.explanation) for each in found} == {
        (Outcome.REJECTED, REASONS["explanation"])
    }
    assert len(found) == 3


def test_what_was_published_at_once_is_read_or_hidden_together(desk, make, ada, db):
    at_once = make.round("open", submissions_wait=False)
    stays, goes = (make.submission(at_once, ada) for _ in range(2))
    first, second = keys(desk)
    decide(desk, [first])
    decide(desk, [second], "reject", **REASONS)
    assert fresh(db, stays).status is Status.PUBLISHED
    assert fresh(db, goes).status is Status.HIDDEN


def test_own_texts_cannot_be_chosen_and_are_named_if_sent_all_the_same(
    desk, sign_in, nora, make, round, mo, db
):
    own = make.submission(round, mo, status=Status.PENDING, title="Mein eigener")
    (key,) = keys(sign_in(nora))
    assert keys(desk) == []
    decide(desk, [key])
    assert fresh(db, own).status is Status.PENDING
    assert "„Mein eigener“" in desk.get("/moderation/history").text


def test_what_somebody_else_decided_meanwhile_is_named(desk, sign_in, nora, waiting, db):
    chosen = keys(desk)
    sign_in(nora).post(f"/moderation/submissions/{waiting.public_id}/publish")
    decide(desk, chosen, "reject", **REASONS)
    assert fresh(db, waiting).status is Status.PUBLISHED
    assert "„Ein Bus“" in desk.get("/moderation/history").text


def test_a_text_changed_meanwhile_is_not_published_unread(desk, waiting, db):
    chosen = keys(desk)
    with transaction():
        db.session.get_one(Submission, waiting.id).problem = "Etwas ganz anderes."
    decide(desk, chosen)
    assert fresh(db, waiting).status is Status.PENDING


def test_without_a_reason_the_choice_is_kept(desk, waiting):
    (key,) = keys(desk)
    answer = decide(desk, [key], "reject")
    assert answer.status_code == 422
    assert f'value="{key}" aria-label="„Ein Bus“ auswählen" checked' in answer.text


@pytest.mark.parametrize("key", ["x", "submission-1", "person-1-abc", "submission-999-abc"])
def test_keys_that_name_nothing_decide_nothing(desk, waiting, key, db):
    assert decide(desk, [key]).status_code == 303
    assert db.session.scalars(select(ModerationDecision)).all() == []


def test_a_change_decided_on_twice_is_decided_once(desk, change, db):
    chosen = keys(desk)
    decide(desk, chosen)
    decide(desk, chosen, "reject", **REASONS)
    assert len(db.session.scalars(select(ModerationDecision)).all()) == 1
    assert fresh(db, change).state == "published"
    assert db.session.scalars(select(SubmissionRevision.state)).all()


# ---- what programs point out --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Rufen Sie an: 0345 1234567.", "personal-data"),
        ("Ihr Vollidioten im Rathaus.", "rude-words"),
        ("So ein Scheiß, wirklich.", "rude-words"),
        ("Bu şehirde otobüsler her zaman geç geliyor ve kimse bilgi vermiyor insanlara hiçbir yerde.",
         "other-language"),
        ("Автобус всегда опаздывает и никто не говорит людям на остановке почему и когда он приедет.",
         "other-language"),
    ],
)  # fmt: skip
def test_something_is_pointed_out(text, means):
    assert {each.means for each in signs_in([("", text)])} == {means}


@pytest.mark.parametrize(
    "text",
    [
        # Words in which a rude one seems to begin.
        "Die Marschroute der Assessorin durch Aschersleben führt am Spinnrad vorbei.",
        "Der Bus kommt nie und die Leute stehen im Regen, weil ihnen keiner etwas sagt.",
        "The bus never comes and people stand in the rain because nobody says a word to them.",
        "Bus Radweg Ampel Tempolimit",
    ],
)
def test_harmless_texts_are_left_alone(text):
    assert signs_in([("", text)]) == []


def test_every_hint_has_a_name_a_moderator_can_choose():
    from civicdialog.moderation.signs import FINDERS

    assert set(FINDERS) <= set(NAMES)
