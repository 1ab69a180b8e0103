"""Pages travel compressed.

Their length shall tell nothing about what is on them (BREACH, CVE-2013-3587): the token is written
anew on each page (tokens.py), and a name of random length in the head of the file hides the rest.
"""

import gzip
from io import BytesIO
from secrets import randbelow

from flask import Flask, Response, request

SMALLEST = 1_000
LEVEL = 5
LONGEST_NAME = 100


def _compress(response: Response) -> Response:
    """Compress a page, if the browser takes it."""
    is_page = response.mimetype == "text/html" and not response.direct_passthrough
    if not is_page or "Content-Encoding" in response.headers:
        return response
    takes_gzip = request.accept_encodings.best_match(["gzip"]) is not None
    if not takes_gzip or (response.content_length or 0) < SMALLEST:
        return response
    response.set_data(_compressed(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def _compressed(body: bytes) -> bytes:
    kept = BytesIO()
    name = "a" * randbelow(LONGEST_NAME)
    with gzip.GzipFile(name, "wb", LEVEL, kept, mtime=0) as file:
        file.write(body)
    return kept.getvalue()


def init_app(app: Flask) -> None:
    app.after_request(_compress)
