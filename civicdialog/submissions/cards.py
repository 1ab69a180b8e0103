"""One's own contributions as cards: where each one stands, and what one can do with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from civicdialog.rounds.models import Round
from civicdialog.submissions import queries
from civicdialog.submissions.models import Draft, Status, Submission

SHORT_TITLE = 80


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
    edit_url: str
    versions_url: str
    statement_url: str
    """Why the moderation restricts it, and how to object."""
    files_url: str
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
            edit_url=url_for("versions.edit", public_id=each.public_id)
            if each.can_be_changed
            else "",
            statement_url=url_for("statements.of_submission", public_id=each.public_id)
            if each.awaits_author or each.status in {Status.REJECTED, Status.HIDDEN}
            else "",
            files_url=url_for("attachments.manage", public_id=each.public_id)
            if each.can_be_changed
            else "",
            versions_url=url_for("versions.show", public_id=each.public_id)
            if each.edited_at
            else "",
        )
        for each in submissions
    ]


@dataclass(frozen=True)
class DraftCard:
    """Something begun: how it starts, and what one can do with it."""

    title: str
    saved_at: datetime
    round_title: str
    go_on_url: str
    delete_url: str


def draft_cards(drafts: Sequence[tuple[Draft, Round]]) -> list[DraftCard]:
    """The drafts as a list shows them."""
    return [
        DraftCard(
            title=_beginning(draft),
            saved_at=draft.saved_at,
            round_title=round.title,
            go_on_url=url_for("submissions.propose", slug=round.slug, draft=draft.public_id),
            delete_url=url_for("drafts.delete", public_id=draft.public_id),
        )
        for draft, round in drafts
    ]


def _beginning(draft: Draft) -> str:
    for name in ("title", "problem", "solution"):
        words = " ".join((draft.fields.get(name) or "").split())
        if words:
            return words if len(words) <= SHORT_TITLE else f"{words[:SHORT_TITLE]} …"
    return ""
