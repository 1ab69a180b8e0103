"""Building the application: wire the rooms together, decide nothing."""

from typing import Any

from flask import Flask

from civicdialog.config import ROOT, Settings, load_settings
from civicdialog.core.requests import CleanRequest

BUNDLED = ROOT / "civicdialog" / "_bundled"


def build(settings: Settings | None = None, **config: Any) -> Flask:
    """The application for these settings; `config` overrides Flask's own, for tests."""
    settings = settings or load_settings()
    home = ROOT if (ROOT / "templates").is_dir() else BUNDLED
    app = Flask(
        "civicdialog",
        instance_path=str(settings.instance_path),
        template_folder=str(home / "templates"),
        static_folder=None,
    )
    app.request_class = CleanRequest
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        MAX_CONTENT_LENGTH=1_000_000,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=200,
        HOME=home,
        **config,
    )
    app.extensions["settings"] = settings

    from civicdialog.core import city, db, jobs, migrations

    app.extensions["city"] = city.load_profile(settings.city_profile)
    db.init_app(app, synchronous=settings.sqlite_synchronous)
    jobs.init_app(app, settings)

    from civicdialog import rooms, web

    rooms.open_all(app)
    migrations.init_app(app, home / "migrations")
    web.init_app(app, settings)
    return app
