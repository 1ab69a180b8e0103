"""Pages are small, and their length tells nothing about what is on them."""

import gzip
import re

import pytest

GZIP = {"Accept-Encoding": "gzip"}


def test_a_readers_page_is_compressed(app):
    from flask.testing import FlaskClient

    answer = FlaskClient(app, app.response_class).get("/how-it-works", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"<!doctype html>" in gzip.decompress(answer.get_data())


def test_a_page_of_a_session_is_compressed_to_another_length_each_time(sign_in, ada):
    client = sign_in(ada)
    answers = [client.get("/how-it-works", headers=GZIP) for _ in range(12)]
    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert len({len(answer.get_data()) for answer in answers}) > 1


def test_the_token_reads_otherwise_on_every_page(sign_in, ada):
    client = sign_in(ada)
    tokens = {
        re.search(r'name="csrf_token" value="([^"]+)"', client.get("/my/messages").text)[1]
        for _ in range(3)
    }
    assert len(tokens) == 3


@pytest.mark.parametrize("token", ["", "x", "ä", "a" * 300, "YWJj", "=" * 40])
def test_a_token_that_is_none_is_refused(sign_in, ada, token):
    data = {"csrf_token": token}
    answer = sign_in(ada).post("/sign-out", data=data, with_token=False)
    assert answer.status_code == 400


def test_who_takes_no_gzip_gets_plain_text(sign_in):
    assert "Content-Encoding" not in sign_in().get("/how-it-works").headers
