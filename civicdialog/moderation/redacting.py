"""Taking passages out of a contribution: what is gone is visible as such, and can be put back."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.moderation.models import ModerationDecision, Redaction
from civicdialog.submissions.fields import TEXTS
from civicdialog.submissions.models import Submission, SubmissionRevision
from civicdialog.submissions.texts import search_terms

PLACEHOLDER = "[…]"
"""Stands where something was taken out."""
REDACTABLE = ("title", *TEXTS)
NAME = "author_name"
"""A name can break the rules, too; it is taken out of this one contribution."""

Pairs = dict[str, list[str]]
"""The name of a text: how it was, and how it is now."""


def redacted(texts: Mapping[str, str], passages: Sequence[str]) -> Pairs:
    """The texts in which a passage stands, each as it was and without the passages.

    :raise RuleBroken: if a passage stands in no text, or none is given
    """
    wanted = {passage.strip() for passage in passages} - {""}
    if not wanted:
        raise RuleBroken(mark("Please say which passages shall be taken out."), field="passages")
    for passage in sorted(wanted):
        if not any(passage in text for text in texts.values()):
            raise RuleBroken(
                mark("“%(passage)s” does not stand in the text like this. Please copy it exactly."),
                field="passages",
                passage=passage[:80],
            )
    return _without(texts, _cutter(wanted))


def texts_of(submission: Submission) -> dict[str, str]:
    """Everything of a contribution that passages can be taken out of, the shown name included."""
    return {name: getattr(submission, name) for name in REDACTABLE} | {NAME: shown_name(submission)}


def shown_name(submission: Submission) -> str:
    """The name readers see; empty without one."""
    if submission.author_id is None or PLACEHOLDER in submission.author_name:
        return submission.author_name
    return db.session.get_one(Person, submission.author_id).public_name


def take_out(submission: Submission, passages: Sequence[str]) -> dict[str, Any]:
    """Take passages out of the text and of every version of it; gives what `put_back` needs."""
    pairs = redacted(texts_of(submission), passages)
    cut = _cutter({passage.strip() for passage in passages} - {""})
    versions: dict[str, Pairs] = {}
    for revision in _versions(submission):
        texts = {name: str(revision.fields.get(name) or "") for name in REDACTABLE}
        found = _without(texts, cut)
        if found:
            versions[str(revision.number)] = found
            revision.fields = {**revision.fields, **{name: now for name, (_, now) in found.items()}}
    _write(submission, {name: now for name, (_, now) in pairs.items()})
    return {"texts": pairs, "versions": versions}


def put_back(submission: Submission, decision: ModerationDecision) -> None:
    """Undo `take_out` wherever nobody has changed the text since.

    :raise RuleBroken: if there is nothing to put back
    """
    kept = db.session.scalar(select(Redaction).where(Redaction.decision_id == decision.id))
    if kept is None or not kept.fields:
        raise RuleBroken(mark("There is nothing to put back."))
    pairs: Pairs = kept.fields["texts"]
    before = {name: was for name, (was, now) in pairs.items() if getattr(submission, name) == now}
    if NAME in before and submission.author_id is not None:
        before[NAME] = ""  # shown is the name of the account again
    for revision in _versions(submission):
        found: Pairs = kept.fields["versions"].get(str(revision.number), {})
        texts = {name: was for name, (was, now) in found.items() if revision.fields[name] == now}
        revision.fields = {**revision.fields, **texts}
    _write(submission, before)


def forget_name(kept: Redaction) -> None:
    """Nobody can put back the name of somebody who has left."""
    texts = {name: pair for name, pair in kept.fields.get("texts", {}).items() if name != NAME}
    kept.fields = {**kept.fields, "texts": texts} if kept.fields else {}


def _write(submission: Submission, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        setattr(submission, name, text)
    submission.search_terms = search_terms(submission.title, submission.body)
    if submission.is_public:
        submission.edited_at = clock.now()


def _versions(submission: Submission) -> Sequence[SubmissionRevision]:
    wanted = select(SubmissionRevision).where(SubmissionRevision.submission_id == submission.id)
    return db.session.scalars(wanted).all()


def _cutter(passages: set[str]) -> Callable[[str], str]:
    longest_first = sorted(passages, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(passage) for passage in longest_first))
    return lambda text: pattern.sub(PLACEHOLDER, text)


def _without(texts: Mapping[str, str], cut: Callable[[str], str]) -> Pairs:
    return {name: [text, cut(text)] for name, text in texts.items() if cut(text) != text}
