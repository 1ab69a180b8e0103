"""A round the committee can read."""

import pytest

from civicdialog.core.permissions import Actor
from civicdialog.insights.building import build_topics
from civicdialog.insights.models import ClusterRun
from civicdialog.submissions.models import Submission

WORDS = (
    "Ampel Kreuzung Fußgänger grün",
    "Baum Wasser Sommer gießen",
    "Kita Platz Anmeldung Eltern",
)


@pytest.fixture
def round(make, ada):
    """A round with thirty contributions on three things."""
    round = make.round("voting", slug="ki")
    for n in range(30):
        make.submission(round, ada, title=f"{WORDS[n % 3]} {n}", problem=f"{WORDS[n % 3]}. Bitte.")
    return round


@pytest.fixture
def current(round):
    """The number of the version that holds."""
    return build_topics(Actor.system(), round).id


@pytest.fixture
def proposed(db, round, current):
    """The number of a version to decide on, in which thirty contributions would move."""
    run_id = build_topics(Actor.system(), round, seed=1).id
    run = db.session.get(ClusterRun, run_id)
    ids = db.session.scalars(db.select(Submission.id).order_by(Submission.id)).all()
    run.moved = [
        {"submission_id": number, "from_key": 1, "to_key": 2 + n % 2}
        for n, number in enumerate(ids)
    ]
    db.session.commit()
    return run_id
