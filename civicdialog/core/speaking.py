"""Languages, and easy language as a layer over one of them: `de-simple` lies over `de`."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g
from flask_babel import force_locale

SIMPLE = "-simple"


def spoken(variant: str) -> str:
    """The language without its layer."""
    return variant.removesuffix(SIMPLE)


def is_simple(variant: str) -> bool:
    return variant.endswith(SIMPLE)


@contextmanager
def speaking(variant: str) -> Iterator[None]:
    """Say what follows in this language, easy or not: for letters."""
    before = g.get("reads_simple", False)
    with force_locale(spoken(variant)):
        g.reads_simple = is_simple(variant)
        try:
            yield
        finally:
            g.reads_simple = before
