"""Duties of the room `notifications`."""

from flask import Flask


def register(app: Flask) -> None:
    """Give the doorbell this room's duties."""
