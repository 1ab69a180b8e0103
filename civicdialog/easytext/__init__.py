"""Variants of a text: languages and easy language."""
