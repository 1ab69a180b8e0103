"""People over the machine: what they correct holds, can be taken back, and teaches the next run."""

import csv
from pathlib import Path

import pytest

from civicdialog.accounts.models import Person
from civicdialog.core.db import db
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import Actor
from civicdialog.insights import corrections_queries as corrections
from civicdialog.insights import queries
from civicdialog.insights.actions import adopt_run
from civicdialog.insights.building import build_topics
from civicdialog.insights.correction_actions import (
    Overtaken,
    answer_doubt,
    doubt_place,
    mark_off_topic,
    merge_topics,
    place_submissions,
    rename_topic,
    undo_correction,
)
from civicdialog.insights.models import Deed, TopicCorrection, TopicDoubt
from civicdialog.trace.models import Relation, TraceLink

WHY = "Die Worte täuschen."
BONN = Path(__file__).parents[3] / "shared" / "data" / "contributions" / "bonn.csv"


@pytest.fixture
def kim(kim):
    """The committee member, as who acts."""
    return kim.as_actor()


@pytest.fixture
def round(make):
    return make.round("voting", slug="ki")


@pytest.fixture
def groups(make, round, ada):
    """Three topics with four contributions each."""
    return {
        name: [make.submission(round, ada, title=f"{name} {n}") for n in range(4)]
        for name in ("Bäume", "Ampeln", "Kitas")
    }


@pytest.fixture
def run(keep, round, groups):
    return keep(round, groups)


def shape(run_id):
    """What a reader sees: name and contributions of each topic."""
    topics = [topic for topic in corrections.all_topics(run_id) if not topic.retired]
    members = queries.groups_unrestricted(run_id)
    return {t.label: {n for n, key in members.items() if key == t.key} for t in topics}


def seen(run):
    return corrections.newest_id(run.round_id)


def ids(rows):
    return [row.id for row in rows]


def test_a_new_name_is_shown(run, kim):
    rename_topic(kim, run, 1, label="Stadtgrün", reason=WHY, seen=0)
    assert set(shape(run.id)) == {"Stadtgrün", "Ampeln", "Kitas"}


def test_two_topics_become_one(run, kim, groups):
    merge_topics(kim, run, 2, into=1, reason=WHY, seen=0)
    assert shape(run.id)["Bäume"] == set(ids(groups["Bäume"] + groups["Ampeln"]))
    assert "Ampeln" not in shape(run.id)


def test_chosen_contributions_go_into_another_topic(run, kim, groups):
    moved = groups["Ampeln"][:2]
    place_submissions(kim, run, ids(moved), target=3, reason=WHY, seen=0)
    assert shape(run.id)["Kitas"] == set(ids(groups["Kitas"] + moved))
    assert [t.size for t in queries.run_with_topics(run.round_id).clusters] == [4, 2, 6]


def test_a_topic_is_split_by_adding_a_new_one(run, kim, groups):
    place_submissions(
        kim, run, ids(groups["Ampeln"][2:]), target=None, new_label="Zebrastreifen",
        reason=WHY, seen=0,
    )  # fmt: skip
    assert shape(run.id)["Zebrastreifen"] == set(ids(groups["Ampeln"][2:]))
    assert len({topic.key for topic in corrections.all_topics(run.id)}) == 4


@pytest.mark.parametrize("deed", ["rename", "merge", "move", "add"])
def test_every_deed_can_be_taken_back(run, kim, groups, deed):
    actor, before = kim, shape(run.id)
    some = ids(groups["Ampeln"][:2])
    if deed == "rename":
        made = [rename_topic(actor, run, 1, label="Grün", reason=WHY, seen=0)]
    elif deed == "merge":
        made = [merge_topics(actor, run, 2, into=1, reason=WHY, seen=0)]
    else:
        target = 3 if deed == "move" else None
        made = place_submissions(
            actor, run, some, target=target, new_label="Neu", reason=WHY, seen=0
        )
    assert shape(run.id) != before
    for each in reversed(made):
        undo_correction(actor, run, each, reason="Doch nicht.")
    assert shape(run.id) == before
    assert db.session.scalar(db.select(db.func.count(TopicCorrection.id))) == 2 * len(made)


def test_taking_back_twice_is_refused(run, kim):
    made = rename_topic(kim, run, 1, label="Grün", reason=WHY, seen=0)
    undo_correction(kim, run, made, reason=WHY)
    with pytest.raises(Overtaken):
        undo_correction(kim, run, made, reason=WHY)


def test_who_was_overtaken_on_the_same_topic_is_told(run, kim):
    rename_topic(kim, run, 1, label="Grün", reason=WHY, seen=0)
    with pytest.raises(Overtaken):
        rename_topic(kim, run, 1, label="Stadtgrün", reason=WHY, seen=0)


def test_two_people_may_correct_different_topics_at_once(run, kim):
    rename_topic(kim, run, 1, label="Grün", reason=WHY, seen=0)
    rename_topic(kim, run, 2, label="Verkehr", reason=WHY, seen=0)


def test_a_correction_needs_a_reason(run, kim):
    with pytest.raises(RuleBroken):
        rename_topic(kim, run, 1, label="Grün", reason=" ", seen=0)


def test_a_name_is_given_once(run, kim):
    with pytest.raises(RuleBroken):
        rename_topic(kim, run, 1, label="ampeln", reason=WHY, seen=0)


def test_moderators_do_not_correct_topics(run, mo):
    with pytest.raises(NotAllowed):
        rename_topic(mo.as_actor(), run, 1, label="Grün", reason=WHY, seen=0)


def test_nobody_places_their_own_contribution(make, keep, round, kim, ada):
    own = make.submission(round, db.session.get(Person, kim.id))
    run = keep(round, {"A": [own], "B": [make.submission(round, ada)]})
    with pytest.raises(RuleBroken):
        place_submissions(kim, run, [own.id], target=2, reason=WHY, seen=0)


def test_the_thread_says_where_people_put_it_and_why(run, kim, groups):
    place_submissions(kim, run, ids(groups["Ampeln"][:1]), target=3, reason=WHY, seen=0)
    link = db.session.scalars(db.select(TraceLink).filter_by(relation=Relation.PLACED_UNDER)).one()
    assert (link.from_id, link.reason) == (groups["Ampeln"][0].id, WHY)


def test_off_topic_stays_in_its_topic_and_is_told(run, kim, groups):
    before = shape(run.id)
    mark_off_topic(kim, run, ids(groups["Ampeln"][:1]), reason=WHY, seen=0)
    assert shape(run.id) == before
    assert corrections.corrected(run.round_id).off_topic == {groups["Ampeln"][0].id}


def test_what_people_changed_is_counted(run, kim, groups):
    merge_topics(kim, run, 2, into=1, reason=WHY, seen=0)
    place_submissions(kim, run, ids(groups["Kitas"][:1]), target=3, reason=WHY, seen=seen(run))
    assert corrections.touched_counts(run) == {0: (8, 4), 2: (4, 1)}


# ---- doubts -------------------------------------------------------------------------------------


def test_saying_twice_that_it_does_not_fit_makes_one_doubt(run, ada, groups):
    for _ in range(2):
        doubt_place(ada.as_actor(), groups["Ampeln"][0], "Eher zu den Kitas.")
    assert db.session.scalars(db.select(TopicDoubt)).one().suggestion == "Eher zu den Kitas."


def test_only_the_author_doubts(run, mo, groups):
    with pytest.raises(NotAllowed):
        doubt_place(mo.as_actor(), groups["Ampeln"][0])


@pytest.mark.parametrize(
    ("target", "relation"), [(3, Relation.PLACED_UNDER), (2, Relation.PLACE_KEPT)]
)
def test_a_doubt_is_answered_by_moving_or_keeping(run, ada, kim, groups, target, relation):
    one = groups["Ampeln"][0]
    doubt_place(ada.as_actor(), one)
    doubt = corrections.open_doubts(run.round_id)[0].doubt
    answer_doubt(kim, run, doubt, target=target, reason=WHY, seen=0)
    assert not corrections.open_doubts(run.round_id)
    assert queries.groups_unrestricted(run.id)[one.id] == target
    assert db.session.scalars(db.select(TraceLink).filter_by(relation=relation)).one().reason == WHY
    with pytest.raises(Overtaken):
        answer_doubt(kim, run, doubt, target=target, reason=WHY, seen=seen(run))


# ---- the next run -------------------------------------------------------------------------------


def corrected_and_run_again(round, kim, rng_step):
    """Thirty corrections in the current run, then another run; (before, corrections, new run)."""
    actor, run = kim, queries.run_with_topics(round.id)
    big = sorted((t for t in run.clusters if not t.leftover), key=lambda t: -t.size)
    rename_topic(actor, run, big[0].key, label="Erster Name", reason=WHY, seen=0)
    rename_topic(actor, run, big[1].key, label="Zweiter Name", reason=WHY, seen=seen(run))
    merge_topics(actor, run, big[-1].key, into=big[1].key, reason=WHY, seen=seen(run))
    members = queries.groups_unrestricted(run.id)
    here = sorted(n for n, key in members.items() if key == big[0].key)
    new = here[:: max(1, len(here) // 6)][:6]
    place_submissions(
        actor, run, new, target=None, new_label="Neues Thema", reason=WHY, seen=seen(run)
    )
    others = [n for n in sorted(members) if n not in new]
    moved = others[:: max(1, len(others) // 20)][:20]
    place_submissions(actor, run, moved, target=big[0].key, reason=WHY, seen=seen(run))
    held = corrections.corrected(round.id)
    db.session.commit()
    again = build_topics(Actor.system(), round, seed=rng_step)
    return held, run, again


def kept(held, run):
    """Whether a run keeps names, merges, added topics and every place."""
    topics = {t.key: t.label for t in run.clusters}
    members = queries.groups_unrestricted(run.id)
    return (
        all(topics.get(key) == name for key, name in held.names.items() if key not in held.into)
        and not held.into.keys() & topics.keys()
        and all(members[n] == held.final(key) for n, key in held.places.items())
    )


WORDS = (
    "Ampel Kreuzung Fußgänger grün", "Baum Wasser Sommer gießen", "Kita Platz Anmeldung Eltern",
    "Bus Fahrplan Haltestelle Verspätung",
)  # fmt: skip


@pytest.fixture
def grouped(make, round, ada, app):
    for n in range(80):
        make.submission(round, ada, title=f"{WORDS[n % 4]} {n}", problem=f"{WORDS[n % 4]}. Bitte.")
    round.topics_wanted = 4
    db.session.commit()
    return build_topics(Actor.system(), round)


def test_the_next_run_keeps_thirty_corrections(grouped, round, kim):
    held, _, again = corrected_and_run_again(round, kim, 1)
    assert held.count == 30
    assert kept(held, queries.run_with_topics(round.id, again.id))


def test_a_run_after_that_keeps_them_too(grouped, round, kim):
    held, _, again = corrected_and_run_again(round, kim, 1)
    adopt_run(kim, again)
    db.session.commit()
    third = build_topics(Actor.system(), round, seed=2)
    assert kept(held, queries.run_with_topics(round.id, third.id))


def test_what_is_corrected_while_a_version_waits_holds_in_it_too(grouped, round, kim):
    again = build_topics(Actor.system(), round, seed=1)
    run = queries.run_with_topics(round.id)
    one = next(iter(queries.groups_unrestricted(run.id)))
    here = queries.groups_unrestricted(run.id)[one]
    target = next(topic.key for topic in run.clusters if topic.key != here)
    place_submissions(kim, run, [one], target=target, reason=WHY, seen=0)
    adopt_run(kim, again)
    assert queries.groups_unrestricted(again.id)[one] == target


def test_a_correction_can_be_taken_back_after_the_next_run(grouped, round, kim):
    _, _, again = corrected_and_run_again(round, kim, 1)
    adopt_run(kim, again)
    moved = [
        each for each in db.session.scalars(corrections.active(round.id)) if each.deed is Deed.MOVED
    ][-1]
    undo_correction(kim, again, moved, reason=WHY)
    assert queries.groups_unrestricted(again.id)[moved.submission_id] != moved.topic_key


@pytest.mark.real_data
@pytest.mark.skipif(not BONN.exists(), reason=f"REAL INPUT IS MISSING: {BONN}")
def test_2314_real_contributions_keep_corrections_and_topic_numbers(db, make, round, ada, kim):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("what is calculated is the same from both databases")
    with BONN.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            make.submission(
                round, ada, title=row["title"][:100], problem=(row["text"] or row["title"])[:2000]
            )
    build_topics(Actor.system(), round)
    numbers = {topic.key for topic in queries.run_with_topics(round.id).clusters}
    held, _, again = corrected_and_run_again(round, kim, 0)
    again = queries.run_with_topics(round.id, again.id)
    assert kept(held, again)
    touched = {*held.names, *held.into, *held.into.values()}
    unchanged = numbers - touched
    same = unchanged & {topic.key for topic in again.clusters}
    assert held.count == 30
    assert len(same) >= 0.9 * len(unchanged)
