"""Contributions that resemble one: for moderators, and for its author."""

from collections.abc import Sequence

from flask import Flask, url_for

from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.insights.models import SimilarKind
from civicdialog.insights.queries import hints_for, pairs_that_wait
from civicdialog.moderation.floods import FINDER as FLOODS
from civicdialog.moderation.hints import FINDER, Hint
from civicdialog.submissions.models import Status, Submission


def for_moderators(viewer: Actor, submission: Submission) -> Sequence[Hint]:
    """Everything that resembles a contribution, published or not."""
    require(viewer, Permission.MODERATION_READ)
    return [_hint(found.submission, found.kind) for found in hints_for(viewer, submission.id)]


def for_author(viewer: Actor, submission: Submission) -> Sequence[Hint]:
    """The published contributions that resemble one's own; nothing for anybody else."""
    if viewer.id is None or submission.author_id != viewer.id:
        return ()
    return [
        _hint(found.submission, found.kind)
        for found in hints_for(viewer, submission.id)
        if found.submission.status is Status.PUBLISHED
    ]


def _hint(other: Submission, kind: SimilarKind) -> Hint:
    is_public = other.status is Status.PUBLISHED
    return Hint(
        public_id=other.public_id,
        title=other.title,
        url=url_for("web.proposal" if is_public else "moderation.show", public_id=other.public_id),
        status=other.status,
        is_identical=kind is SimilarKind.IDENTICAL,
    )


def init_app(app: Flask) -> None:
    """Let the moderation, which knows nothing of runs, see the hints."""
    app.extensions[FINDER] = for_moderators
    app.extensions[FLOODS] = pairs_that_wait
