"""One mail for many messages: every morning, or every Monday morning, in the city's time.

A message is noted as mailed in the transaction that writes the letter: none is lost, none comes
twice, however often this is called.
"""

from collections import defaultdict
from datetime import datetime, time, timedelta

from sqlalchemy import select

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.db import db, transaction
from civicdialog.notifications.choices import KINDS, kind_of, stop_token
from civicdialog.notifications.models import Notification, Rhythm
from civicdialog.notifications.outbox import write_letter

MORNING = time(7)
PEOPLE_AT_ONCE = 200
MOST_LINES = 50


def last_morning(now: datetime, rhythm: Rhythm) -> datetime:
    """The last moment at which mail of this rhythm was due."""
    local = now.astimezone(city().zone)
    day = local.date() if local.time() >= MORNING else local.date() - timedelta(days=1)
    if rhythm is Rhythm.WEEKLY:
        day -= timedelta(days=day.weekday())
    return datetime.combine(day, MORNING, city().zone)


def send_due_digests() -> None:
    """Write the letters that are due, some people at a time."""
    for rhythm in (Rhythm.DAILY, Rhythm.WEEKLY):
        while _send_some(rhythm, last_morning(clock.now(), rhythm)) == PEOPLE_AT_ONCE:
            pass


def _send_some(rhythm: Rhythm, due: datetime) -> int:
    with transaction():
        waits = (
            Notification.rhythm == rhythm,
            Notification.mailed_at.is_(None),
            Notification.created_at < due,
        )
        people = db.session.scalars(
            select(Notification.person_id)
            .where(*waits)
            .distinct()
            .order_by(Notification.person_id)
            .limit(PEOPLE_AT_ONCE)
        ).all()
        found = defaultdict(list)
        for each in db.session.scalars(
            select(Notification)
            .where(*waits, Notification.person_id.in_(people))
            .order_by(Notification.id)
            .with_for_update()
        ):
            found[each.person_id].append(each)
        for person in db.session.scalars(select(Person).where(Person.id.in_(people))):
            _write(person, found[person.id])
        return len(people)


def _write(person: Person, messages: list[Notification]) -> None:
    for each in messages:
        each.mailed_at = clock.now()
    if person.is_sample:
        return
    groups = {kind_of(each.kind).key for each in messages}
    group = KINDS[next(key for key in KINDS if key in groups)]
    write_letter(
        person.email,
        "digest",
        language=person.language,
        url="/my/messages",
        stop=f"/stop/{stop_token(person, group)}",
        count=len(messages),
        messages=[
            {"kind": each.kind, "facts": each.facts, "url": each.url}
            for each in messages[:MOST_LINES]
        ],
    )
