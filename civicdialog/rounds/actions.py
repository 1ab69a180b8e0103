"""Deeds of the editors: create a round, change it."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy.orm.attributes import flag_modified

from civicdialog.core.audit import Event, record
from civicdialog.core.city import city
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.easytext.queries import variant
from civicdialog.rounds import queries
from civicdialog.rounds.models import Deed, Phase, PhaseKind, Round
from civicdialog.rounds.slugs import is_slug, slug_from


@dataclass(frozen=True)
class PhaseDraft:
    """A stretch of a round as an editor wants it."""

    kind: PhaseKind
    starts_at: datetime | None
    ends_at: datetime | None
    permits: frozenset[Deed] = frozenset()

    @property
    def is_left_out(self) -> bool:
        return self.starts_at is None and self.ends_at is None


@dataclass(frozen=True)
class RoundDraft:
    """A round as an editor wants it. An empty slug is made from the title."""

    title: str
    question: str
    introduction: str
    slug: str = ""
    is_public: bool = False
    guests_may_vote: bool = False
    guests_may_submit: bool = False
    submissions_wait: bool = True
    arguments_wait: bool = True
    answers_before_results: int = 5
    support_threshold: int = 30
    support_effect: str = ""
    easy_language_waiver: str = ""
    phases: tuple[PhaseDraft, ...] = ()


def create_round(actor: Actor, draft: RoundDraft) -> Round:
    """Add a consultation round.

    :raise RuleBroken: naming the field, if address or dates do not fit
    """
    require(actor, Permission.ROUND_EDIT)
    round = Round(slug=_free_slug(draft, None))
    _write(round, draft)
    db.session.add(round)
    db.session.flush()
    record(actor, Event.ROUND_CREATED, round, public=round.is_public)
    return round


def change_round(actor: Actor, round: Round, draft: RoundDraft) -> None:
    """Give a round new texts and dates; needs its phases loaded.

    :raise RuleBroken: naming the field, if address or dates do not fit
    """
    require(actor, Permission.ROUND_EDIT, round)
    slug = _free_slug(draft, round)
    if slug != round.slug and round.has_fixed_slug:
        raise RuleBroken(
            mark("The address cannot change any more: people may have linked to it."), field="slug"
        )
    _write(round, draft)
    round.slug = slug
    # Also where only a phase is new, whoever edits at the same time must notice.
    flag_modified(round, "title")
    db.session.flush()
    record(actor, Event.ROUND_CHANGED, round, public=round.is_public)


def _write(round: Round, draft: RoundDraft) -> None:
    phases = tuple(phase for phase in draft.phases if not phase.is_left_out)
    _check_order(phases)
    if draft.is_public and not phases:
        raise RuleBroken(
            mark("A public round needs at least one phase."), field="information_starts"
        )
    if draft.is_public and not round.is_public:
        _check_easy_language(round, draft)
    round.title, round.question = draft.title, draft.question
    round.introduction, round.is_public = draft.introduction, draft.is_public
    round.guests_may_vote = draft.guests_may_vote
    round.guests_may_submit = draft.guests_may_submit
    round.submissions_wait = draft.submissions_wait
    round.arguments_wait = draft.arguments_wait
    round.answers_before_results = draft.answers_before_results
    round.support_threshold = draft.support_threshold
    round.support_effect = draft.support_effect
    round.easy_language_waiver = draft.easy_language_waiver
    _set_phases(round, phases)


def _check_easy_language(round: Round, draft: RoundDraft) -> None:
    """Nobody is left out without a reason: before it opens, a round is said in easy language."""
    if draft.easy_language_waiver or not city().simple_languages:
        return
    language = city().simple_languages[0]
    written = round.id is not None and variant(
        Round.__tablename__, round.id, "introduction", language
    )
    if not written:
        raise RuleBroken(
            mark(
                "Please write an introduction in easy language first (under “Texts and languages”), "
                "or say here why there is none."
            ),
            field="easy_language_waiver",
        )


def _set_phases(round: Round, drafts: tuple[PhaseDraft, ...]) -> None:
    known = {phase.kind: phase for phase in round.phases}
    wanted = {draft.kind for draft in drafts}
    for kind, phase in known.items():
        if kind not in wanted:
            round.phases.remove(phase)
    for draft in drafts:
        phase = known.get(draft.kind) or Phase(kind=draft.kind)
        assert draft.starts_at is not None
        assert draft.ends_at is not None
        phase.starts_at, phase.ends_at = draft.starts_at, draft.ends_at
        phase.permits = " ".join(sorted(draft.permits))
        if draft.kind not in known:
            round.phases.append(phase)
    round.phases.sort(key=lambda phase: phase.starts_at)


def _check_order(drafts: tuple[PhaseDraft, ...]) -> None:
    """Each phase has both moments and comes after the one before it."""
    for draft in drafts:
        if draft.starts_at is None:
            raise RuleBroken(
                mark("When does it begin? Or leave both fields empty."),
                field=f"{draft.kind}_starts",
            )
        if draft.ends_at is None:
            raise RuleBroken(
                mark("When does it end? Or leave both fields empty."), field=f"{draft.kind}_ends"
            )
        if draft.ends_at <= draft.starts_at:
            raise RuleBroken(
                mark("The end must lie after the beginning."), field=f"{draft.kind}_ends"
            )
    order = list(PhaseKind)
    in_order = sorted(drafts, key=lambda draft: order.index(draft.kind))
    for before, after in pairwise(in_order):
        if after.starts_at < before.ends_at:  # type: ignore[operator]
            raise RuleBroken(
                mark("This begins before the phase above it has ended."),
                field=f"{after.kind}_starts",
            )


def _free_slug(draft: RoundDraft, round: Round | None) -> str:
    """The address asked for, or one made from the title.

    :raise RuleBroken: if it cannot be used
    """
    own = round.id if round is not None else None
    if not draft.slug:
        return round.slug if round is not None else _unused(slug_from(draft.title))
    slug = draft.slug.lower()
    if not is_slug(slug):
        raise RuleBroken(
            mark("Use small letters, digits and hyphens, for example ai-in-schools."), field="slug"
        )
    if queries.slug_is_taken(slug, but_by=own):
        raise RuleBroken(mark("Another round has this address already."), field="slug")
    return slug


def _unused(slug: str) -> str:
    candidate, number = slug, 2
    while not is_slug(candidate) or queries.slug_is_taken(candidate):
        candidate, number = f"{slug}-{number}", number + 1
    return candidate
