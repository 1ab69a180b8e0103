"""The hint "others like this were not published": learned here from decisions taken here.

It is shown only if there are enough decisions, if it is good enough, and if nobody switched it off.
It decides nothing and sorts nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from civicdialog.analysis import rejections
from civicdialog.analysis.rejections import Learned, Model
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.moderation.abuse_models import RejectionModel, Switch
from civicdialog.moderation.models import Ground, ModerationDecision, Outcome, SubjectKind
from civicdialog.moderation.signs import REFUSED_BEFORE, Sign
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission

LEARN = "learn-rejections"
SUBJECT = "moderation:0"
SWITCH = "rejection-hint"
MANY_NEW = 50
"""After so many further decisions it is learned again, and otherwise once a day if there are any."""
NOT_IN_THE_WORDS = (Ground.DUPLICATE, Ground.PERSONAL_DATA)
"""Such a text is refused for what stands elsewhere, or for a name; its words tell nothing."""


def signs_of(viewer: Actor, submission: Submission) -> list[Sign]:
    """What the model points out in a waiting contribution; nothing while it is off."""
    require(viewer, Permission.MODERATION_READ)
    if submission.status is not Status.PENDING:
        return []
    model = newest()
    if model is None or model.threshold is None or not is_on():
        return []
    judged = rejections.judge(_of(model.weights), _text(submission))
    if judged.value < model.threshold or not judged.words:
        return []
    return [
        Sign(
            REFUSED_BEFORE,
            mark("Others with these words were not published"),
            ", ".join(judged.words),
            "",
        )
    ]


def newest() -> RejectionModel | None:
    """The model learned last."""
    return db.session.scalar(select(RejectionModel).order_by(RejectionModel.id.desc()).limit(1))


def is_on() -> bool:
    """Whether the hint is wanted; it is, until somebody switches it off."""
    switch = db.session.get(Switch, SWITCH)
    return switch is None or switch.is_on


def switch_hint(actor: Actor, *, on: bool) -> None:
    """Switch the hint on or off for all who moderate."""
    require(actor, Permission.ABUSE_WATCH)
    switch = db.session.merge(Switch(name=SWITCH, is_on=on, changed_at=clock.now()))
    record(actor, Event.HINT_SWITCHED, switch, on=on)


@dataclass(frozen=True)
class Decided:
    """How many decisions there are to learn from."""

    texts: int
    refused: int

    @property
    def is_enough(self) -> bool:
        return rejections.enough(self.texts, self.refused)


def decided() -> Decided:
    """Counts what can be learned from."""
    refused, published = (
        int(db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0)
        for wanted in (_refused(Submission.id), _published(Submission.id))
    )
    return Decided(refused + published, refused)


def is_due() -> bool:
    """Whether it is time to learn anew."""
    now = decided()
    if not now.is_enough:
        return False
    model = newest()
    if model is None:
        return True
    new = abs(now.texts - model.decisions)
    return new >= MANY_NEW or (new > 0 and clock.now() - model.made_at >= timedelta(days=1))


def texts_unrestricted() -> tuple[list[str], list[bool]]:
    """What was decided on, and whether it was refused."""
    texts: list[str] = []
    refused: list[bool] = []
    for wanted, was in ((_refused(Submission), True), (_published(Submission), False)):
        for submission in db.session.scalars(wanted):
            texts.append(_text(submission))
            refused.append(was)
    return texts, refused


def keep(actor: Actor, texts: int, refused: int, learned: Learned) -> RejectionModel:
    """Keep what was learned as the newest model; earlier ones stay without their words."""
    require(actor, Permission.ABUSE_WATCH)
    for earlier in db.session.scalars(select(RejectionModel)):
        earlier.weights = {}
    model = RejectionModel(
        decisions=texts,
        rejections=refused,
        auc=learned.auc,
        precision=learned.precision,
        recall=learned.recall,
        threshold=learned.threshold,
        weights={
            "bias": learned.model.bias,
            "words": {stem: list(pair) for stem, pair in learned.model.words.items()},
        },
    )
    db.session.add(model)
    db.session.flush()
    record(actor, Event.REJECTIONS_LEARNED, model, decisions=texts, auc=learned.auc)
    return model


def _text(submission: Submission) -> str:
    return f"{submission.title}\n{submission.body}"


def _of(weights: dict[str, Any]) -> Model:
    words = weights.get("words", {})
    return Model({stem: (pair[0], pair[1]) for stem, pair in words.items()}, weights.get("bias", 0))


def _refused(what: Any) -> Any:
    """Contributions of real rounds that were refused for their words and still are."""
    newest = (
        select(func.max(ModerationDecision.id))
        .where(
            ModerationDecision.subject_kind == SubjectKind.SUBMISSION,
            ModerationDecision.subject_id == Submission.id,
            ModerationDecision.outcome.in_((Outcome.REJECTED, Outcome.HIDDEN)),
        )
        .correlate(Submission)
        .scalar_subquery()
    )
    return (
        select(what)
        .select_from(Submission)
        .join(Round, Round.id == Submission.round_id)
        .join(ModerationDecision, ModerationDecision.id == newest)
        .where(
            Round.is_sample.is_(False),
            Submission.status.in_((Status.REJECTED, Status.HIDDEN)),
            ModerationDecision.ground.not_in(NOT_IN_THE_WORDS),
        )
        .order_by(Submission.id)
    )


def _published(what: Any) -> Any:
    """Contributions of real rounds that somebody has read and published, and that still are."""
    read = select(ModerationDecision.subject_id).where(
        ModerationDecision.subject_kind == SubjectKind.SUBMISSION,
        ModerationDecision.outcome.in_((Outcome.PUBLISHED, Outcome.RESTORED, Outcome.KEPT)),
    )
    return (
        select(what)
        .select_from(Submission)
        .join(Round, Round.id == Submission.round_id)
        .where(
            Round.is_sample.is_(False),
            Submission.status == Status.PUBLISHED,
            Submission.id.in_(read),
        )
        .order_by(Submission.id)
    )
