"""What the process that serves pages carries: never the mathematics of the runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# scikit-learn with numpy and scipy is twice as heavy as all the rest; runs have a process of their own.
HEAVY = ("sklearn", "scipy", "numpy")

SERVE = """
import json, sys
from civicdialog import create_app
from civicdialog.core.db import db
from flask_migrate import upgrade

app = create_app(RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
with app.app_context():
    upgrade()
    from tests.conftest import Make, new_session_key

    make = Make()
    ada = make.person("Ada")
    round = make.round("open", slug="weight")
    submission = make.submission(round)
    round.submission_count = round.last_number = 1
    db.session.commit()
    session = new_session_key(ada)
    proposal = f"/submissions/{submission.public_id}"
    db.session.remove()

client = app.test_client()
with client.session_transaction() as kept:
    kept["_user_id"], kept["_fresh"] = session, True
statuses = {
    "home": client.get("/").status_code,
    "list": client.get("/rounds/weight/proposals").status_code,
    "search": client.get("/rounds/weight/proposals?q=program").status_code,
    "detail": client.get(proposal).status_code,
    "vote": client.post(proposal + "/vote", data={"opinion": "agree"}).status_code,
}
print(json.dumps([statuses, sorted(sys.modules)]))
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Statuses of the pages, and the modules loaded after they were served by a fresh process."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("CIVICDIALOG_")}
    done = subprocess.run(
        [sys.executable, "-c", SERVE],
        cwd=ROOT,
        check=False,
        env=own | {"CIVICDIALOG_INSTANCE_PATH": str(tmp_path_factory.mktemp("weight"))},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_pages_were_served(served):
    statuses, _ = served
    assert statuses == {"home": 200, "list": 200, "search": 200, "detail": 200, "vote": 303}


@pytest.mark.parametrize("library", HEAVY)
def test_serving_pages_loads_no_mathematics(served, library):
    _, modules = served
    assert library not in modules
