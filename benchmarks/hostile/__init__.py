"""Hostile texts through everything that takes or shows text."""
