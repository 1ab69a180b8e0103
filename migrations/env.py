"""How migrations run: online, on the application's own engine."""

from alembic import context
from flask import current_app

configuration = current_app.extensions["migrate"]


def run() -> None:
    with configuration.db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # Batch mode builds tables anew; with foreign keys on, dropping the old one would fire
            # ON DELETE at its children. The pragma works outside a transaction only.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=configuration.db.metadata,
            **configuration.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run()
