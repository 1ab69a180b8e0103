"""Where to go next, when the address comes from the outside."""

from urllib.parse import quote, urlsplit

from flask import request


def safe_target(target: str | None, fallback: str) -> str:
    """`target` if it is a plain path of this site, else `fallback`."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return fallback
    if any(ord(sign) < 33 or sign == "\\" for sign in target):
        return fallback
    try:
        parts = urlsplit(target)
    except ValueError:
        return fallback
    return fallback if parts.scheme or parts.netloc else target


def here() -> str:
    """The address of the page under way, to come back to it: path and query, percent-encoded."""
    query = request.query_string.decode("ascii", "ignore")
    return quote(request.path) + (f"?{query}" if query else "")
