"""Entry point for WSGI servers: `gunicorn wsgi:app`."""

from civicdialog import create_app

app = create_app()
