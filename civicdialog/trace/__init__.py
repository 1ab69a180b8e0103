"""Append-only links between things: the thread."""
