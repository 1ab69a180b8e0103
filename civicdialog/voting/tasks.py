"""Duties of the room `voting`."""

from flask import Flask


def register(app: Flask) -> None:
    """Give the doorbell this room's duties."""
