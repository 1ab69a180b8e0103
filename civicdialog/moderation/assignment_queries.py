"""In whose hands something is, and into whose it can be given."""

from dataclasses import dataclass

from sqlalchemy import and_, select

from civicdialog.accounts.models import Person, PersonRole
from civicdialog.core.db import db
from civicdialog.core.permissions import Role
from civicdialog.moderation.models import Assignment, SubjectKind


@dataclass(frozen=True)
class Moderator:
    id: int
    public_id: str
    name: str
    has_it: bool


def moderators(kind: SubjectKind, subject_id: int) -> list[Moderator]:
    """Everybody who moderates, by name; at most one of them has this in hand."""
    held = and_(
        Assignment.moderator_id == Person.id,
        Assignment.subject_kind == kind,
        Assignment.subject_id == subject_id,
    )
    wanted = (
        select(Person.id, Person.public_id, Person.public_name, Assignment.subject_id)
        .join(
            PersonRole, and_(PersonRole.person_id == Person.id, PersonRole.role == Role.MODERATOR)
        )
        .outerjoin(Assignment, held)
        .order_by(Person.public_name, Person.id)
    )
    return [
        Moderator(number, public_id, name, in_hand is not None)
        for number, public_id, name, in_hand in db.session.execute(wanted)
    ]
