"""Who is told that two contributions resemble each other."""

import pytest

from civicdialog.insights.models import SimilarPair
from civicdialog.submissions.models import Status


@pytest.fixture
def round(make):
    return make.round("voting")


@pytest.fixture
def pair(make):
    """`pair(one, other, "identical")` notes that two contributions resemble each other."""

    def keep(one, other, kind="similar", score=0.8):
        make.keep(SimilarPair(submission_id=one.id, other_id=other.id, kind=kind, score=score))

    return keep


def moderated(sign_in, mo, submission):
    client = sign_in(mo)
    return client.get(f"/moderation/submissions/{submission.public_id}").text


def test_a_moderator_sees_what_is_word_for_word_the_same(sign_in, mo, make, ada, round, pair):
    waiting = make.submission(round, ada, status=Status.PENDING)
    other = make.submission(round, ada, title="Mehr Bänke")
    pair(waiting, other, "identical", 1.0)
    page = moderated(sign_in, mo, waiting)
    assert f'Wortgleich mit <a href="/submissions/{other.public_id}">Mehr Bänke</a>' in page


def test_a_moderator_sees_what_is_similar_and_still_waits(sign_in, mo, make, ada, round, pair):
    waiting = make.submission(round, ada, status=Status.PENDING)
    other = make.submission(round, ada, title="Mehr Bänke", status=Status.PENDING)
    pair(waiting, other)
    page = moderated(sign_in, mo, waiting)
    link = f"/moderation/submissions/{other.public_id}"
    assert f'Ähnlich wie <a href="{link}">Mehr Bänke</a>' in page


def test_without_resembling_ones_the_moderation_sees_no_heading(sign_in, mo, make, ada, round):
    waiting = make.submission(round, ada, status=Status.PENDING)
    assert "Ähnliche Beiträge" not in moderated(sign_in, mo, waiting)


def test_the_author_sees_a_published_one(sign_in, make, ada, round, pair):
    own = make.submission(round, ada)
    other = make.submission(round, title="Mehr Bänke")
    pair(own, other)
    page = sign_in(ada).get(f"/submissions/{own.public_id}").text
    assert "Es gibt einen ähnlichen Beitrag" in page
    assert f"/submissions/{other.public_id}" in page


@pytest.mark.parametrize("status", [Status.PENDING, Status.REJECTED, Status.HIDDEN])
def test_the_author_learns_nothing_of_what_is_not_public(sign_in, make, ada, round, pair, status):
    own = make.submission(round, ada)
    pair(own, make.submission(round, title="Mehr Bänke", status=status))
    page = sign_in(ada).get(f"/submissions/{own.public_id}").text
    assert "ähnlich" not in page
    assert "Mehr Bänke" not in page


def test_nobody_else_sees_the_hint(sign_in, make, ada, round, pair):
    own = make.submission(round, ada)
    pair(own, make.submission(round, title="Mehr Bänke"))
    for reader in (None, make.person("Eva")):
        assert "Mehr Bänke" not in sign_in(reader).get(f"/submissions/{own.public_id}").text
