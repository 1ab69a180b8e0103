"""Who may do what: the whole law on one page.

A permission is granted when one of the actor's roles is listed and the rule, if any, holds for the
subject. `docs/permissions.csv` and the page "Who may do what" are generated from this module.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from civicdialog.core.errors import NotAllowed


class Role(StrEnum):
    VISITOR = "visitor"
    PARTICIPANT = "participant"
    MODERATOR = "moderator"
    COMMITTEE = "committee"
    EDITOR = "editor"
    ADMIN = "admin"
    SYSTEM = "system"


GRANTABLE_ROLES = (Role.MODERATOR, Role.COMMITTEE, Role.EDITOR, Role.ADMIN)


class Permission(StrEnum):
    PUBLIC = "public"
    """Anybody, signed in or not. A decision somebody took, not a gap."""
    ACCOUNT_USE = "account:use"
    """Use the own account: inbox, own contributions, sign out."""
    PERSON_CREATE = "person:create"
    """Create an account for somebody else and give it roles."""
    ROUND_EDIT = "round:edit"
    """Create a round and change its texts and dates."""
    TEXTS_EDIT = "texts:edit"
    """Write texts in another language and in easy language."""
    SUBMISSION_CREATE = "submission:create"
    """Hand in a proposal, a principle or a concern."""
    DRAFT_KEEP = "draft:keep"
    """Keep, read and delete what one has begun to write."""
    SUBMISSION_READ = "submission:read"
    """Read one contribution."""
    SUBMISSION_EDIT = "submission:edit"
    """Change the own contribution; once it is public, a moderator reads the change first."""
    SUBMISSION_RECORD = "submission:record"
    """Enter what somebody handed in on paper, by telephone or at an event."""
    RECEIPT_CLAIM = "receipt:claim"
    """Take a contribution whose receipt one holds into the own account."""
    SUBMISSION_WITHDRAW = "submission:withdraw"
    """Take the own contribution back."""
    SUBMISSION_MODERATE = "submission:moderate"
    """Publish or reject somebody else's contribution."""
    SUBMISSION_IMPORT = "submission:import"
    """Bring in contributions collected elsewhere."""
    PERSON_BLOCK = "person:block"
    """Keep somebody else from writing for a time, or take their name off the pages."""
    NOTICE_DECIDE = "notice:decide"
    """Decide on reports about somebody else's text."""
    DECISION_READ = "decision:read"
    """Read why something was decided, and what became of it."""
    DECISION_APPEAL = "decision:appeal"
    """Object to a decision on the own text."""
    APPEAL_DECIDE = "appeal:decide"
    """Decide on an objection to somebody else's decision on somebody else's text."""
    ABUSE_WATCH = "abuse:watch"
    """See what points to abuse, in numbers without persons, and switch the hints of a program."""
    MODERATION_READ = "moderation:read"
    """See the queue and the history of decisions."""
    ASSIGNMENT_CHANGE = "assignment:change"
    """Take on what waits for the moderation, hand it over, give it back."""
    WORKLOAD_READ = "workload:read"
    """See how much waits, how long, and who has decided how much."""
    VOTE_CAST = "vote:cast"
    """Say what one thinks of a contribution, and change it."""
    VOTE_IMPORT = "vote:import"
    """Bring in votes collected elsewhere."""
    BALLOTS_DETACH = "ballots:detach"
    """Destroy the link between people and their votes once a round has closed."""
    ARGUMENT_CREATE = "argument:create"
    """Add an argument, a question or a remark to a contribution."""
    ARGUMENT_EDIT = "argument:edit"
    """Change the own argument, or take it back."""
    ARGUMENT_HELPFUL = "argument:helpful"
    """Say that an argument helps to judge."""
    ARGUMENT_ANSWER = "argument:answer"
    """Answer for the administration."""
    ARGUMENT_MODERATE = "argument:moderate"
    """Publish arguments, refuse or hide them."""
    TOPICS_READ = "topics:read"
    """Read the committee's summaries."""
    TOPICS_RUN = "topics:run"
    """Group the contributions of a round again."""
    TOPICS_DECIDE = "topics:decide"
    """Adopt or refuse proposed topics, and choose how contributions are grouped."""
    SUMMARY_WRITE = "summary:write"
    """Write the summary of a topic, and tick off what it leaves out."""
    SUMMARY_SIGN = "summary:sign"
    """Sign off the summary of a topic."""
    TOPIC_DOUBT = "topic:doubt"
    """Say that the own contribution does not fit its topic."""
    OPINIONS_READ = "opinions:read"
    """Read what opinion groups think of each topic, and how sure that is."""
    OPINIONS_RUN = "opinions:run"
    """Sum up the votes of a round again."""
    PROFILE_EDIT = "profile:edit"
    """Complete the profile of an AI application somebody else has proposed, and release it."""
    APPLICATIONS_READ = "applications:read"
    """See how far proposed AI applications have been examined."""
    SCREENING_ANSWER = "screening:answer"
    """Say which law a proposed AI application of somebody else falls under."""
    MEETINGS_READ = "meetings:read"
    """See when the committee meets, what about, and what came of it."""
    MEETINGS_PLAN = "meetings:plan"
    """Plan meetings of the committee and write their minutes."""
    MINUTES_APPROVE = "minutes:approve"
    """Approve the minutes of a meeting."""
    RATINGS_READ = "ratings:read"
    """Read how the committee rates contributions: figures of others once a rating is opened."""
    RATING_CRITERIA_EDIT = "rating:criteria"
    """Say by which criteria contributions are rated, and which ones."""
    RATING_GIVE = "rating:give"
    """Rate somebody else's contribution."""
    RECOMMENDATION_WRITE = "recommendation:write"
    """Write recommendations, talk them over, and open the vote."""
    RECOMMENDATION_VOTE = "recommendation:vote"
    """Vote on recommendations, and close the vote."""
    RECOMMENDATION_REPLY = "recommendation:reply"
    """Answer a published recommendation for the city."""
    REPORT_WRITE = "report:write"
    """Have a report of a round or a topic made."""
    DUTY_DATES_EDIT = "duty-dates:edit"
    """Set the dates when legal duties begin."""
    CONTACT_ANSWER = "contact:answer"
    """Read and answer reports about barriers on these pages."""
    AUDIT_READ = "audit:read"
    """Read the minutes of all deeds."""
    NOTIFY = "notification:send"
    """Tell a person what happened."""


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a person, an anonymous visitor, or a background job."""

    id: int | None
    roles: frozenset[Role]
    public_name: str = ""
    guest_key: str | None = None
    """Fingerprint of what this browser keeps for a guest."""
    receipts: frozenset[str] = frozenset()
    """Public ids of the contributions whose receipts this browser has shown."""

    @property
    def is_signed_in(self) -> bool:
        return self.id is not None

    @classmethod
    def system(cls) -> "Actor":
        return cls(id=None, roles=frozenset({Role.SYSTEM}))


VISITOR = Actor(id=None, roles=frozenset({Role.VISITOR}))

Rule = Callable[[Actor, Any], bool]


def _own(actor: Actor, subject: Any) -> bool:
    return actor.id is not None and subject.author_id == actor.id


def _own_or_with_its_receipt(actor: Actor, subject: Any) -> bool:
    return _own(actor, subject) or _with_its_receipt(actor, subject)


def _with_its_receipt(actor: Actor, subject: Any) -> bool:
    return subject.author_id is None and subject.public_id in actor.receipts


def _own_draft(actor: Actor, draft: Any) -> bool:
    if draft.person_id is not None:
        return bool(draft.person_id == actor.id)
    return actor.guest_key is not None and bool(draft.guest_key == actor.guest_key)


def _not_own(actor: Actor, subject: Any) -> bool:
    return not _own_or_with_its_receipt(actor, subject)


def _not_oneself(actor: Actor, person: Any) -> bool:
    return bool(person.id != actor.id)


def _neither_decided_nor_objects(actor: Actor, appeal: Any) -> bool:
    return actor.id not in {appeal.decision.moderator_id, appeal.person_id}


def _guests_where_the_round_says_so(actor: Actor, round: Any) -> bool:
    return actor.is_signed_in or bool(round.guests_may_vote)


def _guests_where_the_round_takes_their_proposals(actor: Actor, round: Any) -> bool:
    return actor.is_signed_in or bool(round.guests_may_submit)


def _public_or_concerned(actor: Actor, subject: Any) -> bool:
    concerned = _own_or_with_its_receipt(actor, subject) or Role.MODERATOR in actor.roles
    return concerned or bool(subject.is_public)


def _concerned_or_moderation(actor: Actor, subject: Any) -> bool:
    return _own_or_with_its_receipt(actor, subject) or Role.MODERATOR in actor.roles


@dataclass(frozen=True)
class Grant:
    """The roles that hold a permission, and the rule that must hold besides."""

    roles: frozenset[Role]
    rule: Rule | None = None


def _to(*roles: Role, rule: Rule | None = None) -> Grant:
    return Grant(frozenset(roles), rule)


R, P = Role, Permission
# Everybody signed in is a participant, whatever other roles they hold.
POLICY: dict[Permission, Grant] = {
    P.PUBLIC: _to(*Role),
    P.ACCOUNT_USE: _to(R.PARTICIPANT),
    P.PERSON_CREATE: _to(R.ADMIN, R.SYSTEM),
    P.ROUND_EDIT: _to(R.EDITOR, R.SYSTEM),
    P.TEXTS_EDIT: _to(R.EDITOR, R.SYSTEM),
    P.SUBMISSION_CREATE: _to(
        R.PARTICIPANT, R.VISITOR, rule=_guests_where_the_round_takes_their_proposals
    ),
    P.DRAFT_KEEP: _to(R.PARTICIPANT, R.VISITOR, rule=_own_draft),
    P.SUBMISSION_READ: _to(*Role, rule=_public_or_concerned),
    P.SUBMISSION_EDIT: _to(R.PARTICIPANT, R.VISITOR, rule=_own_or_with_its_receipt),
    P.SUBMISSION_RECORD: _to(R.MODERATOR, R.EDITOR),
    P.RECEIPT_CLAIM: _to(R.PARTICIPANT, rule=_with_its_receipt),
    P.SUBMISSION_WITHDRAW: _to(R.PARTICIPANT, R.VISITOR, rule=_own_or_with_its_receipt),
    P.SUBMISSION_MODERATE: _to(R.MODERATOR, rule=_not_own),
    P.SUBMISSION_IMPORT: _to(R.ADMIN, R.SYSTEM),
    P.PERSON_BLOCK: _to(R.MODERATOR, rule=_not_oneself),
    P.NOTICE_DECIDE: _to(R.MODERATOR, rule=_not_own),
    P.DECISION_READ: _to(*Role, rule=_concerned_or_moderation),
    P.DECISION_APPEAL: _to(R.PARTICIPANT, R.VISITOR, rule=_own_or_with_its_receipt),
    P.APPEAL_DECIDE: _to(R.MODERATOR, rule=_neither_decided_nor_objects),
    P.ABUSE_WATCH: _to(R.MODERATOR, R.ADMIN, R.SYSTEM),
    P.MODERATION_READ: _to(R.MODERATOR),
    P.ASSIGNMENT_CHANGE: _to(R.MODERATOR),
    P.WORKLOAD_READ: _to(R.MODERATOR, R.EDITOR),
    P.VOTE_CAST: _to(R.PARTICIPANT, R.VISITOR, rule=_guests_where_the_round_says_so),
    P.VOTE_IMPORT: _to(R.ADMIN, R.SYSTEM),
    P.BALLOTS_DETACH: _to(R.SYSTEM),
    P.ARGUMENT_CREATE: _to(R.PARTICIPANT, R.SYSTEM),
    P.ARGUMENT_EDIT: _to(R.PARTICIPANT, rule=_own),
    P.ARGUMENT_HELPFUL: _to(R.PARTICIPANT, rule=_not_own),
    P.ARGUMENT_ANSWER: _to(R.EDITOR),
    P.ARGUMENT_MODERATE: _to(R.MODERATOR, rule=_not_own),
    P.TOPICS_READ: _to(R.COMMITTEE, R.MODERATOR, R.EDITOR),
    P.TOPICS_RUN: _to(R.COMMITTEE, R.EDITOR, R.SYSTEM),
    P.TOPICS_DECIDE: _to(R.COMMITTEE, R.EDITOR, R.SYSTEM),
    P.SUMMARY_WRITE: _to(R.COMMITTEE),
    P.SUMMARY_SIGN: _to(R.COMMITTEE),
    P.TOPIC_DOUBT: _to(R.PARTICIPANT, R.VISITOR, rule=_own_or_with_its_receipt),
    P.OPINIONS_READ: _to(R.COMMITTEE, R.MODERATOR, R.EDITOR),
    P.OPINIONS_RUN: _to(R.COMMITTEE, R.EDITOR, R.SYSTEM),
    P.PROFILE_EDIT: _to(R.EDITOR, rule=_not_own),
    P.APPLICATIONS_READ: _to(R.COMMITTEE, R.EDITOR),
    P.SCREENING_ANSWER: _to(R.COMMITTEE, rule=_not_own),
    P.MEETINGS_READ: _to(R.COMMITTEE, R.EDITOR),
    P.MEETINGS_PLAN: _to(R.COMMITTEE, R.EDITOR),
    P.MINUTES_APPROVE: _to(R.COMMITTEE),
    P.RATINGS_READ: _to(R.COMMITTEE, R.EDITOR),
    P.RATING_CRITERIA_EDIT: _to(R.COMMITTEE),
    P.RATING_GIVE: _to(R.COMMITTEE, rule=_not_own),
    P.RECOMMENDATION_WRITE: _to(R.COMMITTEE),
    P.RECOMMENDATION_VOTE: _to(R.COMMITTEE),
    P.RECOMMENDATION_REPLY: _to(R.EDITOR),
    P.REPORT_WRITE: _to(R.COMMITTEE, R.EDITOR, R.SYSTEM),
    P.DUTY_DATES_EDIT: _to(R.EDITOR),
    P.CONTACT_ANSWER: _to(R.EDITOR),
    P.AUDIT_READ: _to(R.ADMIN),
    P.NOTIFY: _to(R.MODERATOR, R.SYSTEM),
}


def may(actor: Actor, permission: Permission, subject: Any = None) -> bool:
    """Whether the law lets `actor` do this, to this subject if one is given."""
    grant = POLICY[permission]
    if not actor.roles & grant.roles:
        return False
    return grant.rule is None or subject is None or grant.rule(actor, subject)


def require(actor: Actor, permission: Permission, subject: Any = None) -> None:
    """Go on only if `actor` may.

    :raise NotAllowed: otherwise
    """
    if not may(actor, permission, subject):
        raise NotAllowed(permission)
