"""Readers get small pages; pages of a session are never compressed."""

import gzip

GZIP = {"Accept-Encoding": "gzip"}


def test_a_readers_page_is_compressed(app):
    from flask.testing import FlaskClient

    answer = FlaskClient(app, app.response_class).get("/how-it-works", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"<!doctype html>" in gzip.decompress(answer.get_data())


def test_a_page_of_a_session_is_not_compressed(sign_in, ada):
    answer = sign_in(ada).get("/how-it-works", headers=GZIP)
    assert "Content-Encoding" not in answer.headers


def test_who_takes_no_gzip_gets_plain_text(sign_in):
    assert "Content-Encoding" not in sign_in().get("/how-it-works").headers
