"""The thread: every hop of a contribution with its reason, dead ends too."""

from civicdialog.core.db import db, transaction
from civicdialog.core.permissions import Actor
from civicdialog.moderation.actions import Reasons, publish, reject
from civicdialog.moderation.models import Ground
from civicdialog.submissions.actions import withdraw_submission
from civicdialog.submissions.models import Status, Submission
from civicdialog.trace import links
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation
from civicdialog.trace.queries import hops_to, way_from


def thread_of(client, submission):
    return client.get(f"/submissions/{submission.public_id}/thread")


def test_the_thread_begins_with_the_handing_in(sign_in, make, ada):
    submission = make.submission(make.round("collecting"), ada, status=Status.PUBLISHED)
    assert "Eingereicht" in thread_of(sign_in(None), submission).text


def test_a_dead_end_is_told_with_its_reason(sign_in, make, ada, mo):
    submission = make.submission(make.round("collecting"), ada, status=Status.PENDING)
    with transaction():
        reject(mo.as_actor(), submission, Reasons(Ground.OFF_TOPIC, "Es geht nicht um KI."))
    page = thread_of(sign_in(ada), submission).text
    assert "Hier endet der Weg" in page


def test_a_thread_nobody_may_see_is_not_there(sign_in, make, ada):
    submission = make.submission(make.round("collecting"), ada, status=Status.PENDING)
    assert thread_of(sign_in(None), submission).status_code == 404


def test_the_thread_of_something_taken_back_leaves_a_note(sign_in, make, ada):
    submission = make.submission(make.round("collecting"), ada, status=Status.PUBLISHED)
    with transaction():
        withdraw_submission(ada.as_actor(), db.session.get(Submission, submission.id))
    assert thread_of(sign_in(None), submission).status_code == 410


def test_the_way_goes_on_from_one_thing_to_the_next(make, ada):
    round = make.round("collecting")
    first, second, third = (make.submission(round, ada) for _ in range(3))
    with transaction():
        add_link(Actor.system(), first, second, Relation.GROUPED_UNDER)
        add_link(Actor.system(), second, third, Relation.GROUPED_UNDER)
    ends = [link.to_id for link in way_from("submission", first.id)]
    assert ends[-2:] == [second.id, third.id]


def test_a_circle_of_links_has_an_end(make, ada):
    round = make.round("collecting")
    one, other = make.submission(round, ada), make.submission(round, ada)
    with transaction():
        add_link(Actor.system(), one, other, Relation.GROUPED_UNDER)
        add_link(Actor.system(), other, one, Relation.GROUPED_UNDER)
    grouped = [w for w in way_from("submission", one.id) if w.relation is Relation.GROUPED_UNDER]
    assert len(grouped) == 2


def test_what_was_superseded_is_told_but_not_followed(make, ada):
    round = make.round("collecting")
    first, second, third = (make.submission(round, ada) for _ in range(3))
    with transaction():
        old = add_link(Actor.system(), first, second, Relation.GROUPED_UNDER)
        add_link(Actor.system(), second, third, Relation.GROUPED_UNDER)
        new = add_link(Actor.system(), first, first, Relation.GROUPED_UNDER)
        db.session.flush()
        old.superseded_by_id = new.id
    found = {link.to_id for link in way_from("submission", first.id)}
    assert second.id in found
    assert third.id not in found


def test_the_thread_is_read_backwards_too(make, ada):
    round = make.round("collecting")
    one, other = make.submission(round, ada), make.submission(round, ada)
    with transaction():
        add_link(Actor.system(), one, other, Relation.GROUPED_UNDER)
    assert one.id in {link.from_id for link in db.session.scalars(hops_to("submission", other.id))}


def test_rooms_above_hear_of_every_link(make, ada, mo, monkeypatch):
    heard = []
    monkeypatch.setattr(links, "_listeners", [heard.append])
    submission = make.submission(make.round("collecting"), ada, status=Status.PENDING)
    heard.clear()
    with transaction():
        publish(mo.as_actor(), submission)
    assert [link.relation for link in heard] == [Relation.PUBLISHED]
