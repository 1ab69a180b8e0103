"""Storms of attempts are slowed down; readers never notice."""

import pytest

from civicdialog.core.db import db
from tests.conftest import build_app


@pytest.fixture
def limited(tmp_path):
    """An application with its rate limits on."""
    app = build_app(f"sqlite:///{tmp_path / 'limits.db'}", tmp_path, RATELIMIT_ENABLED=True)
    with app.app_context():
        yield app.test_client()
        db.session.remove()
        db.engine.dispose()


def test_the_eleventh_sign_in_within_a_minute_has_to_wait(limited):
    data = {"email": "ada@example.org", "password": "wrong-wrong"}
    answers = [limited.post("/sign-in", data=data) for _ in range(11)]
    assert {answer.status_code for answer in answers[:10]} == {422}
    assert answers[10].status_code == 429
    assert answers[10].headers["Retry-After"]


def test_reading_is_never_limited(limited):
    assert {limited.get("/sign-in").status_code for _ in range(30)} == {200}
