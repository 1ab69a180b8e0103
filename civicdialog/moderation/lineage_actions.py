"""Splitting, merging and copying contributions: where each came from stays readable both ways.

Votes are never moved or copied: who voted on the original can vote on what came of it.
"""

from collections.abc import Sequence

from civicdialog.accounts.models import Person
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.notifications.follows import followers, kind_of_thing
from civicdialog.notifications.outbox import tell
from civicdialog.rounds.models import Round
from civicdialog.submissions import publishing
from civicdialog.submissions.fields import FIELDS
from civicdialog.submissions.handing_in import LONGEST_REASON, SubmissionDraft, check, write
from civicdialog.submissions.models import Channel, Status, Submission
from civicdialog.submissions.texts import cleaned
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation

FEWEST_PARTS, MOST_PARTS = 2, 6
FEWEST_MERGED, MOST_MERGED = 2, 10


def split(
    actor: Actor, original: Submission, drafts: Sequence[SubmissionDraft], reason: str
) -> list[Submission]:
    """Publish the parts of a contribution that says several things; the original stays readable.

    :raise RuleBroken: if it is not public, or there are too few or too many parts
    """
    require(actor, Permission.SUBMISSION_MODERATE, original)
    reason = _checked(reason)
    if not original.is_public:
        raise RuleBroken(mark("Only what is public can be split, merged or copied."))
    if not FEWEST_PARTS <= len(drafts) <= MOST_PARTS:
        raise RuleBroken(mark("Please make at least two parts, and six at most."))
    parts = [
        _published(draft, original.round_id, original.author_id, original.author_name,
                   original.channel)
        for draft in drafts
    ]  # fmt: skip
    publishing.replace(original)
    for part in parts:
        _link(actor, original, part, Relation.SPLIT_INTO, reason)
    _tell(actor, original, "split", reason)
    record(actor, Event.SUBMISSION_SPLIT, original, parts=len(parts))
    return parts


def merge(
    actor: Actor, originals: Sequence[Submission], draft: SubmissionDraft, reason: str
) -> Submission:
    """Publish one contribution in the place of several that want the same; they stay readable.

    :raise RuleBroken: if one of them is not public, or they stand in different rounds
    """
    for original in originals:
        require(actor, Permission.SUBMISSION_MODERATE, original)
    reason = _checked(reason)
    if not FEWEST_MERGED <= len(originals) <= MOST_MERGED:
        raise RuleBroken(mark("Please choose at least two contributions, and ten at most."))
    if len({each.round_id for each in originals}) > 1:
        raise RuleBroken(mark("They stand in different rounds."))
    if not all(each.is_public for each in originals):
        raise RuleBroken(mark("Only what is public can be split, merged or copied."))
    merged = _published(draft, originals[0].round_id, None, "", Channel.ONLINE)
    for original in originals:
        publishing.replace(original)
        _link(actor, original, merged, Relation.MERGED_INTO, reason)
        _tell(actor, original, "merged", reason)
    record(actor, Event.SUBMISSIONS_MERGED, merged, originals=len(originals))
    return merged


def copy(actor: Actor, original: Submission, target: Round, reason: str) -> Submission:
    """Publish the same contribution in another round, without its votes.

    :raise RuleBroken: if it is not public, or stands in that round
    """
    require(actor, Permission.SUBMISSION_MODERATE, original)
    reason = _checked(reason)
    if not original.is_public:
        raise RuleBroken(mark("Only what is public can be split, merged or copied."))
    if target.id == original.round_id:
        raise RuleBroken(mark("It is in this round already."), field="round")
    draft = SubmissionDraft(**{name: getattr(original, name) for name in FIELDS})
    copied = _published(
        draft, target.id, original.author_id, original.author_name, original.channel
    )
    _link(actor, original, copied, Relation.COPIED_TO, reason)
    _tell(actor, original, "copied", reason)
    record(actor, Event.SUBMISSION_COPIED, original, to=target.id)
    return copied


def _checked(reason: str) -> str:
    reason = cleaned(reason)
    if not reason:
        raise RuleBroken(mark("Please give a reason; it stands in the thread."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="reason", most=LONGEST_REASON
        )
    return reason


def _published(
    draft: SubmissionDraft, round_id: int, author_id: int | None, author_name: str, channel: Channel
) -> Submission:
    draft = draft.cleaned()
    check(draft, needed=("title", "problem"))
    made = Submission(
        round_id=round_id,
        author_id=author_id,
        author_name=author_name,
        channel=channel,
        status=Status.PENDING,
    )
    write(made, draft)
    db.session.add(made)
    db.session.flush()
    publishing.put_on_page(made)
    return made


def _link(
    actor: Actor, original: Submission, made: Submission, relation: Relation, reason: str
) -> None:
    add_link(actor, original, made, relation, reason=reason)
    add_link(actor, made, original, Relation.CAME_FROM, reason=reason)


def _tell(actor: Actor, original: Submission, what: str, reason: str) -> None:
    """Tell the author, and who follows it: their votes stay with the original."""
    author = db.session.get(Person, original.author_id) if original.author_id else None
    following = followers(kind_of_thing(Submission), original.id)
    told = {each.id: each for each in (author, *following) if each is not None}
    for person in told.values():
        if person.id != actor.id:
            tell(
                person,
                "contribution-reshaped",
                url=f"/submissions/{original.public_id}/thread",
                title=original.title,
                what=what,
                reason=reason,
            )
