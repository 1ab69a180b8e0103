"""What members read before they talk about a point: the matter itself, gathered for printing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import url_for
from sqlalchemy import select

from civicdialog.committee import meeting_queries as queries
from civicdialog.committee import queries as topic_queries
from civicdialog.committee import rating_queries, screening_queries
from civicdialog.committee.deliberation_models import RecommendationVersion
from civicdialog.committee.meeting_models import AgendaItem
from civicdialog.committee.rating_pages import Strip, name_of, strips
from civicdialog.committee.screening_pages import Screened, screened
from civicdialog.committee.versions import Difference, difference
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import VISITOR, Actor
from civicdialog.rounds import queries as rounds
from civicdialog.submissions import queries as submissions
from civicdialog.submissions.models import Submission


@dataclass(frozen=True)
class Paper:
    """The matter of a point; only the parts that belong to its kind are filled."""

    recommendation: RecommendationVersion | None = None
    submission: Submission | None = None
    """The contribution that is rated or screened."""
    strips: Sequence[Strip] = ()
    notes: Sequence[tuple[str, str]] = ()
    """Member and note of a rating."""
    screened: Screened | None = None
    topics: Difference | None = None


@dataclass
class _Keys:
    """Where the points of an agenda lead, by kind: {id of the point: key of the matter}."""

    recommendations: dict[int, str] = field(default_factory=dict)
    ratings: dict[int, str] = field(default_factory=dict)
    screenings: dict[int, str] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, agenda: Sequence[AgendaItem]) -> "_Keys":
        found = cls()
        marker = "KEY"
        patterns = (
            (url_for("recommendations.work", public_id=marker), found.recommendations),
            (url_for("ratings.show", public_id=marker), found.ratings),
            (url_for("screening.show", public_id=marker), found.screenings),
            (url_for("committee.new_version", slug=marker), found.topics),
        )
        for item in agenda:
            for pattern, kind in patterns:
                before, _, after = pattern.partition(marker)
                if item.url.startswith(before) and item.url.endswith(after):
                    kind[item.id] = item.url.removeprefix(before).removesuffix(after)
        return found


def papers(viewer: Actor, agenda: Sequence[AgendaItem]) -> dict[int, Paper]:
    """The papers by point; what is gone, or still sealed, is left out."""
    keys = _Keys.of(agenda)
    texts = queries.papers(list(keys.recommendations.values()))
    found = {
        point: Paper(recommendation=texts[key][1])
        for point, key in keys.recommendations.items()
        if key in texts
    }
    named = {**keys.ratings, **keys.screenings}
    public = _public(list(named.values()))
    made = {
        point: (_rated if point in keys.ratings else _screened)(viewer, public[key])
        for point, key in named.items()
        if key in public
    }
    made |= {point: _proposed(viewer, slug) for point, slug in keys.topics.items()}
    return found | {point: paper for point, paper in made.items() if paper is not None}


def _public(public_ids: Sequence[str]) -> dict[str, Submission]:
    wanted = select(Submission).where(
        submissions.visible_to(VISITOR), Submission.public_id.in_(public_ids)
    )
    return {each.public_id: each for each in db.session.scalars(wanted)}


def _rated(viewer: Actor, submission: Submission) -> Paper | None:
    item = rating_queries.item_of(viewer, submission.id)
    if item is None or not item.is_open:
        return None
    sheets = rating_queries.sheets(viewer, item)
    criteria = rating_queries.criteria(item.round_id, closed_too=True)
    notes = [(name_of(each), each.note) for each in sheets]
    return Paper(submission=submission, strips=strips(criteria, sheets, item), notes=notes)


def _screened(viewer: Actor, submission: Submission) -> Paper | None:
    visible = screening_queries.visible_to(viewer, screening_queries.all_of(submission.id))
    found = screened(viewer.id, visible, screening_queries.duty_dates())
    return Paper(submission=submission, screened=found[0]) if found else None


def _proposed(viewer: Actor, slug: str) -> Paper | None:
    try:
        round = rounds.by_slug(viewer, slug)
    except NotFound:
        return None
    old, new = topic_queries.current_and_proposed(round.id)
    return Paper(topics=difference(round, old, new)) if old and new else None
