"""Versions of a published text: a change waits for a moderator, the old text stays readable."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from re import findall

from sqlalchemy import Select, func, select

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.i18n import mark
from civicdialog.submissions.fields import FIELDS, Part, parts, values_of
from civicdialog.submissions.models import (
    Decider,
    Kind,
    RevisionState,
    Submission,
    SubmissionRevision,
)
from civicdialog.submissions.texts import search_terms


def _of(submission_id: int) -> Select[SubmissionRevision]:
    wanted = select(SubmissionRevision).where(SubmissionRevision.submission_id == submission_id)
    return wanted.order_by(SubmissionRevision.number)


def hand_in(submission: Submission, fields: dict[str, str], reason: str) -> SubmissionRevision:
    """A new text that waits; one that waited before is replaced. The public one is kept as well."""
    waits = waiting(submission.id)
    if waits is not None:
        waits.state = RevisionState.REPLACED
    last = db.session.scalar(
        select(func.max(SubmissionRevision.number)).where(
            SubmissionRevision.submission_id == submission.id
        )
    )
    if last is None:
        last = 1
        db.session.add(
            SubmissionRevision(
                submission_id=submission.id,
                number=last,
                fields=values_of(submission),
                state=RevisionState.PUBLISHED,
                created_at=submission.created_at,
                decided_at=submission.published_at,
            )
        )
    revision = SubmissionRevision(
        submission_id=submission.id,
        number=last + 1,
        fields=fields,
        reason=reason,
        state=RevisionState.WAITING,
    )
    db.session.add(revision)
    db.session.flush()
    return revision


def waiting(submission_id: int) -> SubmissionRevision | None:
    """The change that waits for a moderator; the viewer was checked at the submission."""
    return db.session.scalar(
        _of(submission_id).where(SubmissionRevision.state == RevisionState.WAITING)
    )


def published(submission_id: int) -> Sequence[SubmissionRevision]:
    """The texts that stood on the page, the first one first; none if there was only one."""
    return db.session.scalars(
        _of(submission_id).where(SubmissionRevision.state == RevisionState.PUBLISHED)
    ).all()


def latest(submission_id: int) -> SubmissionRevision | None:
    """The change handed in last, whatever became of it."""
    wanted = _of(submission_id).order_by(None).order_by(SubmissionRevision.number.desc())
    return db.session.scalar(wanted.limit(1))


def to_decide(submission_id: int, number: int) -> SubmissionRevision:
    """One change, held until the decision is written.

    :raise NotFound: if there is none
    """
    wanted = _of(submission_id).where(SubmissionRevision.number == number).with_for_update()
    revision = db.session.scalar(wanted)
    if revision is None:
        raise NotFound(str(number))
    return revision


def put_on_the_page(submission: Submission, revision: SubmissionRevision) -> None:
    """Replace the public text by the revision's."""
    as_written = Written.of(revision.fields)
    for name in FIELDS:
        setattr(submission, name, getattr(as_written, name))
    submission.search_terms = search_terms(submission.title, submission.body)
    submission.edited_at = revision.decided_at = clock.now()
    revision.state = RevisionState.PUBLISHED


def refuse(revision: SubmissionRevision) -> None:
    """The public text stays as it is."""
    revision.state, revision.decided_at = RevisionState.REJECTED, clock.now()


@dataclass(frozen=True)
class Written:
    """The fields of a revision, or of a draft, as a submission has them."""

    kind: Kind
    title: str
    problem: str
    solution: str
    beneficiaries: str
    benefit: str
    data_used: str
    decider: Decider | None
    without_ai: str
    worries: str
    department: str

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "Written":
        """What has no value, or a value there is none of, is empty."""
        values: dict[str, str] = {name: fields.get(name) or "" for name in FIELDS}
        kind, decider = values.pop("kind"), values.pop("decider")
        return cls(
            kind=Kind(kind) if kind in set(Kind) else Kind.USE_CASE,
            decider=Decider(decider) if decider in set(Decider) else None,
            **values,
        )


# ---- what differs -------------------------------------------------------------------------------


class Change(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


def differences(before: str, after: str) -> list[tuple[Change, str]]:
    """The two texts woven into one, word by word: what stayed, went and came."""
    return list(_joined(_compared(_pieces(before), _pieces(after))))


@dataclass(frozen=True)
class Changed:
    """What differs in one text, under its heading."""

    heading: str
    pieces: list[tuple[Change, str]]


def changed(
    before: Mapping[str, str], after: Mapping[str, str], translate: Callable[[str], str]
) -> list[Changed]:
    """What differs between two states of the fields, text by text."""
    old, new = _texts(before, translate), _texts(after, translate)
    found = []
    for name in dict.fromkeys([*new, *old]):
        was, now = (side[name].text if name in side else "" for side in (old, new))
        if was != now:
            heading = (new.get(name) or old[name]).heading
            found.append(Changed(heading, differences(was, now)))
    return found


def _texts(fields: Mapping[str, str], translate: Callable[[str], str]) -> dict[str, Part]:
    written = Written.of(fields)
    title = Part(translate(mark("Title")), written.title, "title")
    return {part.name: part for part in (title, *parts(written, translate))}


def _pieces(text: str) -> list[str]:
    """Words, and whatever stands between them."""
    return findall(r"\w+|\s+|[^\w\s]", text)


def _compared(before: list[str], after: list[str]) -> Iterator[tuple[Change, str]]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for what, i, j, k, n in matcher.get_opcodes():
        if what == "equal":
            yield Change.SAME, "".join(before[i:j])
        else:
            yield Change.REMOVED, "".join(before[i:j])
            yield Change.ADDED, "".join(after[k:n])


def _joined(pieces: Iterator[tuple[Change, str]]) -> Iterator[tuple[Change, str]]:
    """Without empty pieces; single blanks between changes go with them, or nobody could read it."""
    removed = added = ""
    for change, text in pieces:
        if change is Change.SAME and text.strip():
            yield from _pair(removed, added)
            removed = added = ""
            yield change, text
            continue
        removed += text if change is not Change.ADDED else ""
        added += text if change is not Change.REMOVED else ""
    yield from _pair(removed, added)


def _pair(removed: str, added: str) -> Iterator[tuple[Change, str]]:
    if removed == added:
        if removed:
            yield Change.SAME, removed
        return
    if removed:
        yield Change.REMOVED, removed
    if added:
        yield Change.ADDED, added
