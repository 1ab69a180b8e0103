"""Starting what runs for long: the server, and the worker beside or inside it."""

import logging
import signal
import threading
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from civicdialog.config import Settings
from civicdialog.core.db import db


class Server(BaseApplication):
    """gunicorn with our settings: threads, and in the embedded case the worker inside."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.flask_app = app
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.flask_app


def serve_pages(app: Flask, *, workers: int) -> None:
    """Serve until a signal ends it."""
    settings: Settings = app.extensions["settings"]

    def begin_work(worker: Any) -> None:
        if settings.is_embedded:
            start_consumer(app)

    def greet(server: Any) -> None:
        click.echo(f"\nCivicDialog is ready: {settings.base_url}\n")
        if settings.is_development:
            for line in sample_sign_ins(app):
                click.echo(line)

    Server(
        app,
        {
            "bind": f"{settings.host}:{settings.port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": settings.threads,
            "timeout": 60,
            "graceful_timeout": 10,
            "max_requests": 0 if settings.is_embedded else 50_000,
            "limit_request_line": 8190,
            "loglevel": "warning",
            "post_worker_init": begin_work,
            "when_ready": greet,
        },
    ).run()


def start_consumer(app: Flask, *, workers: int = 2) -> Any:
    """Begin to take work from the queue, in threads of this process."""
    logging.getLogger("huey").setLevel(logging.WARNING)
    consumer = app.extensions["doorbell"].huey.create_consumer(
        workers=workers, worker_type="thread", periodic=True, initial_delay=0.2, max_delay=2.0
    )
    consumer.start()
    return consumer


def work(app: Flask) -> None:
    """Take work from the queue until a signal ends it."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    consumer = start_consumer(app)
    click.echo("The worker is ready.")
    stop.wait()
    consumer.stop(graceful=True)


def sample_sign_ins(app: Flask) -> list[str]:
    """Who can sign in to the sample city; nothing where there is none."""
    from civicdialog.demo.load import sign_in_lines

    with app.app_context():
        lines = sign_in_lines()
        db.session.remove()
        # The processes that serve are made after this one and must not inherit its connections.
        db.engine.dispose()
        return lines
