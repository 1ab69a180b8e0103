"""How much the moderation has to do, and whether it keeps up."""

from datetime import timedelta

import pytest

from civicdialog.core import clock
from civicdialog.core.errors import NotAllowed
from civicdialog.core.permissions import Role
from civicdialog.moderation import assignment_actions
from civicdialog.moderation.models import ModerationDecision, Outcome, SubjectKind
from civicdialog.moderation.target import overdue_before
from civicdialog.moderation.workload import workload
from civicdialog.submissions.models import Status

PAGE = "/moderation/workload"


@pytest.fixture
def round(make):
    return make.round("open")


def waits(make, round, ada, days=0):
    at = clock.now() - timedelta(days=days)
    return make.submission(round, ada, status=Status.PENDING, created_at=at)


def decided(make, round, ada, mo, days=0, hours=5):
    at = clock.now() - timedelta(days=days)
    one = make.submission(round, ada, created_at=at - timedelta(hours=hours))
    make.keep(
        ModerationDecision(
            subject_kind=SubjectKind.SUBMISSION,
            subject_id=one.id,
            submission_id=one.id,
            moderator_id=mo.id,
            decided_at=at,
            waited_since=one.created_at,
            outcome=Outcome.PUBLISHED,
        )
    )


def told_to(viewer):
    now = clock.now()
    return workload(viewer.as_actor(), now, cutoff=overdue_before(now))


def test_it_counts_what_waits_and_what_is_overdue(mo, make, round, ada):
    waits(make, round, ada)
    waits(make, round, ada, days=12)
    told = told_to(mo)
    assert (told.count, told.overdue) == (2, 1)


def test_what_is_with_its_author_is_not_counted(mo, make, round, ada):
    make.submission(round, ada, status=Status.PENDING, awaits_author=True)
    assert told_to(mo).count == 0


def test_every_day_tells_what_came_and_what_went(mo, make, round, ada):
    waits(make, round, ada)
    waits(make, round, ada)
    decided(make, round, ada, mo, hours=0)
    today = told_to(mo).days[-1]
    assert (today.handed_in, today.decided) == (3, 1)


def test_what_was_imported_was_not_handed_in(mo, make, round, ada):
    make.submission(round, ada, source_id="bonn-1")
    assert told_to(mo).days[-1].handed_in == 0


def test_moderators_are_told_apart(mo, make, round, ada):
    make.person("Nora", roles=[Role.MODERATOR])
    decided(make, round, ada, mo, days=2)
    decided(make, round, ada, mo, days=20)
    assignment_actions.assign(mo.as_actor(), waits(make, round, ada), mo.public_id)
    hands = {each.name: each for each in told_to(mo).hands}
    assert (hands["Mo"].decided_7, hands["Mo"].decided_30, hands["Mo"].in_hand) == (1, 2, 1)
    assert (hands["Nora"].decided_30, hands["Nora"].in_hand) == (0, 0)


def test_half_of_the_decisions_came_within_the_median(mo, make, round, ada):
    for hours in (1, 2, 3, 4, 50):
        decided(make, round, ada, mo, hours=hours)
    assert told_to(mo).median_hours == 3


def test_too_few_decisions_have_no_median(mo, make, round, ada):
    decided(make, round, ada, mo)
    assert told_to(mo).median_hours is None


def test_at_this_pace_the_queue_is_empty_some_day(mo, make, round, ada):
    for _ in range(4):
        waits(make, round, ada, days=30)
    for _ in range(28):
        decided(make, round, ada, mo, days=1, hours=24 * 20)
    told = told_to(mo)
    assert told.change_a_day == -2
    assert told.days_until_empty == 2


def test_a_queue_that_grows_never_becomes_empty(mo, make, round, ada):
    for _ in range(7):
        waits(make, round, ada)
    told = told_to(mo)
    assert told.change_a_day == 0.5
    assert told.days_until_empty is None


def test_it_is_for_moderators_and_editors(sign_in, mo, ed, ada):
    assert sign_in(mo).get(PAGE).status_code == 200
    assert sign_in(ed).get(PAGE).status_code == 200
    assert sign_in(ada).get(PAGE).status_code == 403
    with pytest.raises(NotAllowed):
        told_to(ada)


def test_the_page_says_the_figures_in_words_too(sign_in, mo, make, round, ada):
    for _ in range(28):
        waits(make, round, ada)
    decided(make, round, ada, mo)
    text = sign_in(mo).get(PAGE).text
    assert "wächst die Warteschlange um 2 am Tag" in text
    assert "<strong>28</strong>" in text
    assert "Mo</th>" in text


def test_an_empty_queue_says_so(sign_in, mo):
    assert "Es wartet nichts." in sign_in(mo).get(PAGE).text
