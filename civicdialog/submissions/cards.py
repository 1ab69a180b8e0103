"""One's own contributions as cards: where each one stands, and what one can do with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from civicdialog.submissions import queries
from civicdialog.submissions.models import Status, Submission


@dataclass(frozen=True)
class OwnCard:
    """What the component `proposal_card` draws, and what only its author sees below."""

    title: str
    url: str
    kind: str
    status: str
    number: int | None
    voices_count: int
    arguments_count: int
    handed_in_at: datetime
    round_title: str
    round_url: str
    reason: str
    withdraw_url: str
    summary: str = ""
    topic: str = ""
    topic_url: str = ""
    department: str = ""
    my_opinion: str = ""
    is_mine: bool = False
    title_parts: tuple[tuple[str, bool], ...] = ()
    summary_parts: tuple[tuple[str, bool], ...] = ()

    @property
    def is_rejected(self) -> bool:
        return self.status == Status.REJECTED


def own_cards(submissions: Sequence[Submission]) -> list[OwnCard]:
    """The cards; needs the rounds loaded."""
    reasons = queries.latest_reasons(submissions) if submissions else {}
    return [
        OwnCard(
            title=each.title,
            url=url_for("web.proposal", public_id=each.public_id),
            kind=each.kind,
            status=each.status,
            number=each.number,
            voices_count=each.vote_count,
            arguments_count=each.argument_count,
            handed_in_at=each.created_at,
            round_title=each.round.title,
            round_url=url_for("web.round_page", slug=each.round.slug),
            reason=reasons.get(each.id, ""),
            withdraw_url=url_for("submissions.withdraw", public_id=each.public_id)
            if each.can_be_withdrawn
            else "",
        )
        for each in submissions
    ]
