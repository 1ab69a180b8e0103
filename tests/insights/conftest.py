"""Runs without the numerical libraries: what the analysis would hand over, written by hand."""

import pytest

from civicdialog.core.permissions import Actor
from civicdialog.insights.actions import keep_topics
from civicdialog.insights.keeping import FoundTopics


@pytest.fixture
def found():
    """`found({"Trees": [a, b]})` is a result with these topics, as the analysis hands it over."""

    def result_of(topics, *, previous=None, keys=None, moved=()):
        listed = list(topics.items())
        members = [(n, each) for n, (_, group) in enumerate(listed) for each in group]
        return FoundTopics(
            result={
                "seed": 0,
                "count": len(members),
                "largest_share": 0.5,
                "quality": {"modularity": 0.4, "stability": None},
                "method": "words",
                "ask_about": [],
                "topics": [
                    {
                        "cluster": n, "label": label, "terms": [label], "size": len(group),
                        "leftover": False, "x": 0.1, "y": 0.2, "central": [group[0].public_id], "subtopics": [],
                        "summary": [{"text": "We ask.", "source": group[0].public_id}],
                    }
                    for n, (label, group) in enumerate(listed)
                ],
                "contributions": [
                    {
                        "id": each.public_id, "cluster": n, "probability": 0.75, "second": None,
                        "subcluster": str(n), "fits": True, "reasons": [listed[n][0]],
                    }
                    for n, each in members
                ],
            },
            settings={"topics_wanted": None, "ignored_words": [], "words_only": True, "model": ""},
            versions={"numpy": "2"},
            input_hash="1" * 64,
            result_hash="2" * 64,
            seconds=0.1,
            ids={each.public_id: each.id for _, each in members},
            previous_id=previous.id if previous else None,
            keys=keys or {},
            moved=moved,
        )  # fmt: skip

    return result_of


@pytest.fixture
def keep(found, db):
    """`keep(round, {"Trees": [a, b]})` stores a run as the system does, and commits."""

    def run_of(round, topics, **values):
        run = keep_topics(Actor.system(), round, found(topics, **values))
        db.session.commit()
        return run

    return run_of
