"""Flask-Babel's words with types: what the façade says in the reader's language."""

import flask_babel


def gettext(message: str, **values: object) -> str:
    """A message in the reader's language."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """A message for this many things in the reader's language."""
    return str(flask_babel.ngettext(one, many, num, **values))
