"""The façade: layout, errors, navigation, headers, and pages that show several rooms."""

from flask import Flask

from civicdialog.config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Put the façade in front of the rooms."""
    from civicdialog.core.room import begin_reading, refuse_unguarded_views
    from civicdialog.web import (
        assets,
        compression,
        errors,
        hints,
        languages,
        limits,
        logs,
        security,
        styleguide,
        templating,
    )

    app.before_request(begin_reading)
    logs.init_app(app, settings)
    compression.init_app(app)
    security.init_app(app, settings)
    limits.init_app(app, settings)
    app.before_request(refuse_unguarded_views)
    languages.init_app(app)
    assets.register(app)
    templating.init_app(app)
    errors.init_app(app)
    hints.init_app(app)
    if settings.is_development:
        styleguide.register(app)
