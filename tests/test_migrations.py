"""Migrations go up and down on both databases, agree with the models, and harm no child rows."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask_migrate import downgrade, upgrade

from civicdialog.core.db import db
from tests.conftest import build_app


@pytest.fixture
def own_app(request, tmp_path, database_app):
    """An application with a database of its own, of the same kind as `database_app`'s."""
    if database_app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'own.db'}"
    else:
        url = request.getfixturevalue("postgres").new_database()
    app = build_app(url, tmp_path)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_models_and_migrations_agree(own_app):
    options = own_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": options["include_name"], "compare_type": True},
        )
        assert compare_metadata(context, db.metadata) == []


def test_migrations_go_down_and_up_again(own_app):
    downgrade(revision="base")
    assert sa.inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade()
    assert "submission" in sa.inspect(db.engine).get_table_names()


def test_altering_a_parent_leaves_its_children_alone(own_app):
    with db.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO person (id, public_id, email, public_name, language, session_key, "
                "created_at, is_sample) VALUES (1, 'x', 'a@example.org', 'Ada', 'de', 'k', "
                "'2026-01-01 00:00:00+00:00', FALSE)"
            )
        )
        connection.execute(
            sa.text(
                "INSERT INTO person_role (id, person_id, role, discipline, granted_at) "
                "VALUES (1, 1, 'moderator', '', '2026-01-01 00:00:00+00:00')"
            )
        )
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # As migrations/env.py does; without it the child row is gone afterwards.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        operations = Operations(MigrationContext.configure(connection))
        with connection.begin(), operations.batch_alter_table("person", recreate="auto") as batch:
            batch.alter_column("public_name", existing_type=sa.String(60), type_=sa.String(80))
    with db.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM person_role")).scalar() == 1


def test_the_environment_of_migrations_turns_foreign_keys_off(own_app):
    source = (own_app.config["HOME"] / "migrations" / "env.py").read_text("utf-8")
    assert "PRAGMA foreign_keys=OFF" in source
