"""What the pages for writing share: who writes, what was typed, and how its keeping is answered."""

from collections.abc import Sequence
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from civicdialog.accounts.session import begin_guest, open_receipt
from civicdialog.core.city import city
from civicdialog.core.db import db
from civicdialog.core.ids import new_public_id, new_secret
from civicdialog.core.permissions import Actor
from civicdialog.core.room import current_actor
from civicdialog.rounds.models import Round
from civicdialog.submissions import drafts
from civicdialog.submissions.drafts import Typed
from civicdialog.submissions.fields import state_of
from civicdialog.submissions.models import Draft, Submission


def writer(round: Round) -> Actor:
    """Whoever writes; a visitor becomes a guest where the round takes proposals of guests."""
    actor = current_actor()
    if not actor.is_signed_in and actor.guest_key is None and round.guests_may_submit:
        return begin_guest()
    return actor


def typed(names: Sequence[str]) -> Typed:
    """What the form of the request under way says about these fields."""
    values = {name: request.form.get(name, "") for name in names}
    return Typed(values, request.form.get("window", ""), request.form.get("seen", ""))


def hidden_fields(draft: Draft | None, names: Sequence[str], *, window: str = "") -> dict[str, str]:
    """What a form has to know to be kept; `window` if this one was open before."""
    return {
        "draft": draft.public_id if draft else new_public_id(),
        "window": window or new_secret()[:16],
        "seen": state_of(draft.fields if draft else {}, names),
    }


def is_autosave() -> bool:
    """Whether a script asks, that stays on the page."""
    return request.form.get("go") == "save" and request.accept_mimetypes.best == "application/json"


def saved_at(draft: Draft) -> str:
    return draft.saved_at.astimezone(city().zone).strftime("%H:%M")


def answer_saved(draft: Draft, names: Sequence[str]) -> ResponseReturnValue:
    """Tell a script that, and as what, the text has been kept."""
    return jsonify(
        said=gettext("Saved %(time)s", time=saved_at(draft)),
        draft=draft.public_id,
        seen=state_of(draft.fields, names),
        similar=url_for("drafts.similar", public_id=draft.public_id),
    )


def answer_not_saved(said: str, status: int) -> Any:
    """Tell a script why the text has not been kept."""
    answer = jsonify(said=said)
    answer.status_code = status
    return answer


def already_sent(submission: Submission, names: Sequence[str] = ()) -> Any:
    """For a form that was sent before, from another window or twice; other words are kept."""
    if is_autosave():
        return answer_not_saved(gettext("You have sent this text already."), 410)
    if names:
        round = db.session.get_one(Round, submission.round_id)
        draft = drafts.keep_beside(current_actor(), round, submission, typed(names))
        if draft is not None:
            flash(gettext("You have sent this text already. What you wrote since is kept here."))
            return redirect(
                url_for("submissions.propose", slug=round.slug, draft=draft.public_id), 303
            )
    return to_what_was_sent(submission)


def to_what_was_sent(submission: Submission) -> ResponseReturnValue:
    """To the own contributions, or to the receipt."""
    if submission.author_id is not None:
        flash(
            gettext("We have received your text. You get a message when it is checked."), "success"
        )
        return redirect(url_for("submissions.own"), 303)
    open_receipt(submission.public_id)
    return redirect(url_for("receipts.show", public_id=submission.public_id), 303)
