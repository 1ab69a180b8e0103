"""Pages for readers travel compressed.

Pages of a session do not: they hold a token beside what somebody typed, and the length of a
compressed answer would tell about it (BREACH, CVE-2013-3587). A proxy in front must keep to that.
"""

import gzip

from flask import Flask, Response, request, session

SMALLEST = 1_000
LEVEL = 5


def _compress(response: Response) -> Response:
    """Compress an answer that is the same for everybody, if the browser takes it."""
    is_page = response.mimetype == "text/html" and not response.direct_passthrough
    if not is_page or session or "Content-Encoding" in response.headers:
        return response
    takes_gzip = request.accept_encodings.best_match(["gzip"]) is not None
    if not takes_gzip or (response.content_length or 0) < SMALLEST:
        return response
    response.set_data(gzip.compress(response.get_data(), LEVEL))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def init_app(app: Flask) -> None:
    app.after_request(_compress)
