"""CivicDialog: a city's public dialogue on its AI strategy.

Importing this package imports nothing else: `civicdialog.analysis` is a library of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from civicdialog.config import Settings


def create_app(settings: Settings | None = None, **config: Any) -> Flask:
    """The application, with all rooms; see `civicdialog.app`."""
    from civicdialog.app import build

    return build(settings, **config)
