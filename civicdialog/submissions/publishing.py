"""How a contribution comes onto the page and leaves it. Who may decide that is asked by callers."""

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.rounds.counting import add_submissions, next_number
from civicdialog.submissions.models import Status, Submission


def put_on_page(submission: Submission) -> None:
    """Show it to everybody; number and date of its first publication stay for ever."""
    submission.move_to(Status.PUBLISHED)
    submission.awaits_author = False
    if submission.number is None:
        submission.number = next_number(submission.round_id)
        submission.published_at = clock.now()
    add_submissions(submission.round_id, 1)
    db.session.flush()


def hide(submission: Submission) -> None:
    """Take it off the page; a note stays in its place, its votes stay with it."""
    submission.move_to(Status.HIDDEN)
    db.session.flush()
    add_submissions(submission.round_id, -1)


def replace(submission: Submission) -> None:
    """Let others stand in its place: in no list any more, readable at its address."""
    was_public = submission.is_public
    submission.move_to(Status.REPLACED)
    db.session.flush()
    if was_public:
        add_submissions(submission.round_id, -1)
