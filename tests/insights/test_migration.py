"""Runs made before there were versions: the newest one of a round holds."""

import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from civicdialog.core.db import db
from tests.test_migrations import own_app  # noqa: F401 (a fixture)

BEFORE = "0001"


def test_of_the_runs_there_are_the_newest_of_each_round_holds(own_app):  # noqa: F811
    downgrade(revision=BEFORE)
    with db.engine.begin() as connection:
        for number, slug in ((1, "one"), (2, "two")):
            connection.execute(
                sa.text(
                    "INSERT INTO round (id, slug, title, question, introduction, is_public, "
                    "is_sample, last_number, submission_count, vote_count, created_at, version) "
                    "VALUES (:id, :slug, 't', 'q', 'i', TRUE, FALSE, 0, 0, 0, "
                    "'2026-01-01 00:00:00+00:00', 1)"
                ),
                {"id": number, "slug": slug},
            )
        for number, round_id in ((1, 1), (2, 2), (3, 1)):
            connection.execute(
                sa.text(
                    "INSERT INTO cluster_run (id, round_id, ran_at, seed, settings, versions, "
                    "input_hash, submission_count, seconds) VALUES (:id, :round_id, "
                    "'2026-01-01 00:00:00+00:00', 0, '{}', '{}', '', 20, 1.5)"
                ),
                {"id": number, "round_id": round_id},
            )
            for position, size in enumerate((15, 5)):
                connection.execute(
                    sa.text(
                        "INSERT INTO cluster (run_id, position, label, terms, size, central, "
                        "summary) VALUES (:run, :position, 'x', '[]', :size, '[]', '[]')"
                    ),
                    {"run": number, "position": position, "size": size},
                )
    upgrade()
    with db.engine.connect() as connection:
        runs = connection.execute(sa.text("SELECT id, status FROM cluster_run ORDER BY id")).all()
        shares = connection.execute(sa.text("SELECT largest_share FROM cluster_run")).scalars()
        keys = connection.execute(sa.text("SELECT position, key FROM cluster")).all()
        assert [tuple(run) for run in runs] == [
            (1, "superseded"),
            (2, "current"),
            (3, "current"),
        ]
        assert set(shares) == {0.75}
        assert {key - position for position, key in keys} == {1}
