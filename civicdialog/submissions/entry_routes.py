"""Pages for staff: entering what people brought on paper, by telephone or at an event."""

from typing import Any

from flask import redirect, request, url_for
from flask_babel import get_locale

from civicdialog.core.db import db
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.rounds import queries as rounds
from civicdialog.rounds.models import Round
from civicdialog.submissions import actions, receipts
from civicdialog.submissions.batch import Problem, read_batch
from civicdialog.submissions.fields import state_of, values_of
from civicdialog.submissions.forms import BatchForm, EntryForm
from civicdialog.submissions.handing_in import Origin, SubmissionDraft
from civicdialog.submissions.models import Receipt, Submission
from civicdialog.submissions.printing import printed

room = Room("entry", __name__)


@room.route("/contributions/enter", needs=Permission.SUBMISSION_RECORD)
def begin() -> Any:
    """Choose the round."""
    found = db.session.scalars(rounds.public_rounds()).all()
    return page("submissions/enter-begin.html", rounds=found)


@room.route("/rounds/<slug>/enter", methods=["GET", "POST"], needs=Permission.SUBMISSION_RECORD)
def one(slug: str) -> Any:
    """Enter one contribution and print its receipt."""
    round = rounds.by_slug(current_actor(), slug)
    form = EntryForm()
    form.offer_departments(str(get_locale()))
    form.give_token()
    if request.method == "POST" and form.validate():
        try:
            draft, origin = form.draft(), form.origin()
            submission = actions.record_submission(
                current_actor(),
                round,
                draft,
                origin,
                form_token=_token(form.form_token.data, draft, origin),
            )
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _to_receipts(round, [submission])
    return page("submissions/enter.html", 422 if form.errors else 200, form=form, round=round)


@room.route(
    "/rounds/<slug>/enter/batch", methods=["GET", "POST"], needs=Permission.SUBMISSION_RECORD
)
def batch(slug: str) -> Any:
    """Enter the contributions of a workshop from a table, all of them or none."""
    round = rounds.by_slug(current_actor(), slug)
    form = BatchForm()
    form.give_token()
    problems: list[Problem] = []
    if request.method == "POST" and form.validate():
        drafts, problems = read_batch(form.file.data)
        if not problems:
            token, origin = form.form_token.data, form.origin()
            entered = [
                actions.record_submission(
                    current_actor(),
                    round,
                    draft,
                    origin,
                    form_token=_token(f"{token}:{line}", draft, origin),
                )
                for line, draft in drafts
            ]
            return _to_receipts(round, entered)
    return page(
        "submissions/enter-batch.html",
        422 if form.errors or problems else 200,
        form=form,
        round=round,
        problems=problems,
    )


def _token(given: str | None, draft: SubmissionDraft, origin: Origin) -> str:
    """Going back and writing down the next person's words in the same form is no repetition."""
    written = state_of(values_of(draft.cleaned()))
    return f"{given}:{origin.channel}:{origin.author_name}:{written}"


def _to_receipts(round: Round, entered: list[Submission]) -> Any:
    ids = db.session.scalars(
        db.select(Receipt.id).where(Receipt.submission_id.in_([each.id for each in entered]))
    ).all()
    first, last = min(ids), max(ids)
    return redirect(url_for("entry.print_all", slug=round.slug, first=first, last=last), 303)


@room.route("/rounds/<slug>/receipts/<int:first>/<int:last>", needs=Permission.SUBMISSION_RECORD)
def print_all(slug: str, first: int, last: int) -> Any:
    """The receipts of what one has entered oneself, on one page for printing."""
    round = rounds.by_slug(current_actor(), slug)
    found = receipts.entered_by(current_actor().id, round.id, first, last)
    if not found:
        raise NotFound(slug)
    return page(
        "submissions/receipts-print.html",
        receipts=[printed(receipt, submission) for receipt, submission in found],
        back_url=url_for("entry.one", slug=slug),
    )
