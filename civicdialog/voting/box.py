"""The box with the three answers: what one said, or why one cannot answer."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import url_for
from flask_babel import format_date, gettext

from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions.models import Submission


@dataclass(frozen=True)
class VoteBox:
    """What the component `vote` draws."""

    url: str
    current: str = ""
    """`agree`, `pass`, `disagree`, or nothing yet."""
    can_vote: bool = False
    why_not: str = ""
    why_not_url: str = ""
    why_not_url_label: str = ""
    next: str = ""
    title: str = ""


def vote_box(
    actor: Actor, round: Round, submission: Submission, current: str, now: datetime
) -> VoteBox:
    """The box for this viewer at this moment. Needs the round's phases."""
    box = VoteBox(
        url=url_for("voting.cast", public_id=submission.public_id),
        current=current,
        title=submission.title,
    )
    if not round.accepts_votes(now) or round.ballots_detached_at is not None:
        return replace(box, why_not=_why_closed(round, now))
    if may(actor, Permission.VOTE_CAST):
        return replace(box, can_vote=True)
    here = url_for("web.proposal", public_id=submission.public_id)
    return replace(
        box,
        why_not=gettext("Sign in to say what you think of it."),
        why_not_url=url_for("accounts.sign_in", next=here),
        why_not_url_label=gettext("Sign in"),
    )


def _why_closed(round: Round, now: datetime) -> str:
    begins = round.next_chance_for(Deed.VOTE, now)
    if begins is not None and round.ballots_detached_at is None:
        return gettext("You can vote from %(date)s on.", date=format_date(begins, "long"))
    ended = round.last_chance_for(Deed.VOTE)
    if ended is not None:
        return gettext("The vote ended on %(date)s.", date=format_date(ended, "long"))
    return gettext("There is no vote in this round.")
