"""Atom feeds: valid, public facts only, the same for everybody."""

import xml.etree.ElementTree as ET

import pytest

from civicdialog.core.db import transaction
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun, RunStatus
from civicdialog.submissions.models import Status
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def round(make):
    return make.round("voting", slug="ki")


@pytest.fixture
def submission(make, round):
    return make.submission(round, make.person("Bob"), title="Ampeln & <Bäume>")


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    return ET.fromstring(answer.text)


def texts(feed, name):
    return [each.text or "" for each in feed.iter(ATOM + name)]


FEEDS = ["/feeds/rounds.atom", "/rounds/ki/feed.atom", "/rounds/ki/decisions.atom"]


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_has_what_the_standard_demands(sign_in, ed, submission, path):
    with transaction():
        add_link(ed.as_actor(), submission, submission, Relation.DESCRIBED_IN, reason="Gut.")
    feed = read(sign_in(), path)
    links = {link.get("rel"): link.get("href") for link in feed.findall(ATOM + "link")}
    assert links["self"].endswith(path)
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    assert len(feed.findall(ATOM + "entry")) == 1
    for each in (feed, *feed.findall(ATOM + "entry")):
        for name in ("id", "title", "updated"):
            assert each.find(ATOM + name).text
    assert all(text.startswith("tag:") for text in texts(feed, "id"))
    assert all(text.endswith("Z") for text in texts(feed, "updated"))


@pytest.mark.parametrize("path", FEEDS[1:])
def test_an_empty_feed_is_a_feed(sign_in, round, path):
    assert read(sign_in(), path).findall(ATOM + "entry") == []


def test_what_people_wrote_is_text(sign_in, submission):
    assert "Ampeln & <Bäume>" in texts(read(sign_in(), "/rounds/ki/feed.atom"), "title")


def test_signs_no_xml_may_hold_are_left_out(sign_in, make, round):
    make.submission(round, title="Ein\x0c Bus\x1b\ufffe")
    assert "Ein Bus" in texts(read(sign_in(), "/rounds/ki/feed.atom"), "title")


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.PUBLISHED])
@pytest.mark.parametrize("path", FEEDS[1:])
def test_what_is_not_public_stands_in_no_feed(sign_in, make, ed, mo, round, status, path):
    hidden = make.submission(round, make.person("Eve"), title="GEHEIM", status=status)
    with transaction():
        add_link(ed.as_actor(), hidden, hidden, Relation.DESCRIBED_IN, reason="GEHEIM")
    for who in (None, mo):
        assert "GEHEIM" not in sign_in(who).get(path).text


def test_a_round_that_is_not_public_has_no_feed(sign_in, make, ed):
    make.round("voting", slug="intern", is_public=False, title="GEHEIM")
    assert "GEHEIM" not in sign_in(ed).get("/feeds/rounds.atom").text
    for name in ("feed.atom", "decisions.atom", "topics/1/feed.atom"):
        assert sign_in(ed).get(f"/rounds/intern/{name}").status_code == 404


def test_what_happened_to_a_proposal_before_it_was_public_is_no_decision(sign_in, mo, submission):
    with transaction():
        add_link(mo.as_actor(), submission, submission, Relation.CHANGE_REJECTED, reason="Nein.")
    assert "Nein." not in sign_in().get("/rounds/ki/decisions.atom").text


def test_who_has_it_already_gets_nothing_more(sign_in, submission):
    client = sign_in()
    etag = client.get("/rounds/ki/feed.atom").headers["ETag"]
    again = client.get("/rounds/ki/feed.atom", headers={"If-None-Match": etag})
    assert (again.status_code, again.text) == (304, "")


def test_it_is_the_same_for_everybody_and_sets_no_cookie(sign_in, ada, submission):
    answers = [sign_in(who).get("/rounds/ki/feed.atom", headers={"Accept-Language": language})
               for who, language in ((None, "en"), (ada, "de"))]  # fmt: skip
    assert answers[0].text == answers[1].text
    assert "Set-Cookie" not in answers[0].headers


def test_pages_tell_programs_of_their_feeds(sign_in, submission):
    for page, feed in (("/", "/feeds/rounds.atom"), ("/rounds/ki", "/rounds/ki/feed.atom")):
        assert 'type="application/atom+xml" title' in sign_in().get(page).text
        assert feed in sign_in().get(page).text


def test_a_topic_has_a_feed_of_its_own(sign_in, make, round):
    trees = make.submission(round, title="Bäume")
    make.submission(round, title="Ampeln")
    topic = Cluster(position=0, key=3, label="Trees", terms=[], size=1, central=[], summary=[])
    make.keep(
        ClusterRun(
            round_id=round.id, seed=0, settings={}, versions={}, input_hash="0",
            submission_count=1, seconds=0.1, clusters=[topic], status=RunStatus.CURRENT,
        )
    )  # fmt: skip
    make.keep(ClusterMember(cluster_id=topic.id, submission_id=trees.id, probability=1.0))
    client = sign_in()
    address = client.get("/rounds/ki/topics/at/0.atom").location
    assert address == "/rounds/ki/topics/3/feed.atom"
    assert texts(read(client, address), "title")[1:] == ["Bäume"]
    assert client.get("/rounds/ki/topics/at/7.atom").status_code == 404
    assert client.get("/rounds/ki/topics/7/feed.atom").status_code == 404
