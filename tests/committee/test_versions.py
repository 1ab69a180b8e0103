"""A proposed version of the topics: reading the difference, adopting it, keeping the old one."""

import re
from html import unescape

import pytest

from civicdialog.core.permissions import Actor
from civicdialog.insights.building import build_topics
from civicdialog.insights.models import Cluster, ClusterRun, RunStatus
from civicdialog.insights.queries import groups_unrestricted, run_with_topics
from civicdialog.submissions.models import Submission
from tests.web.statements import counted_statements

PAGE = "/committee/rounds/ki/topics/new-version"
MOVED = re.compile(r'role="rowheader"><a href="/submissions/([^"]+)"')


@pytest.fixture
def reader(sign_in, kim):
    return sign_in(kim)


def status_of(db, run_id):
    return db.session.get(ClusterRun, run_id).status


def test_the_topics_page_says_that_a_new_version_is_ready(reader, proposed):
    assert "Eine neue Einteilung liegt bereit" in reader.get("/committee/rounds/ki/topics").text


def test_without_a_new_version_nothing_is_said(reader, current):
    assert PAGE not in reader.get("/committee/rounds/ki/topics").text
    assert "Es gibt keine neue Einteilung" in reader.get(PAGE).text


def test_the_difference_says_what_moves_what_stays_and_what_is_new(
    reader, db, make, ada, round, current
):
    make.submission(round, ada, title="Ampel Kreuzung", problem="Ampel Kreuzung Fußgänger")
    build_topics(Actor.system(), round, seed=1)
    run = db.session.scalars(db.select(ClusterRun).order_by(ClusterRun.id.desc())).first()
    mover = db.session.scalars(db.select(Submission.id)).first()
    run.moved = [{"submission_id": mover, "from_key": 1, "to_key": 2}]
    db.session.commit()
    numbers = re.findall(r'stat__value">([^<]+)<', reader.get(PAGE).text)
    assert numbers == ["29", "1", "1"]


def test_what_people_placed_stays_there_and_the_page_says_so(reader, db, make, ada, round, current):
    topic = run_with_topics(round.id, current).clusters[0]
    placed = groups_unrestricted(current)
    ids = [n for n, key in placed.items() if key == topic.key][:3]
    reader.post(
        f"/committee/rounds/ki/topics/{topic.key}/change",
        data={"deed": "place", "ids": ids, "place-target": 2, "place-reason": "Passt.", "place-seen": "0"},
    )  # fmt: skip
    make.submission(round, ada, title="Ampel Kreuzung", problem="Ampel Kreuzung Fußgänger")
    build_topics(Actor.system(), round, seed=1)
    page = " ".join(reader.get(PAGE).text.split())
    assert "Menschen haben 3 von 31 Beiträgen eingeordnet. Die neue Fassung lässt sie dort." in page


def test_a_topic_is_new_gone_renamed_or_grown(reader, db, proposed):
    topics = db.session.scalars(
        db.select(Cluster).where(Cluster.run_id == proposed).order_by(Cluster.position)
    ).all()
    topics[0].label, topics[0].size = "Schulwege", 99
    topics[1].key = 77
    db.session.commit()
    page = reader.get(PAGE).text
    assert re.search(r"Schulwege</a></th>\s*<td[^>]*>hieß „[^“]+“, gewachsen<", page)
    assert re.search(r"77 <a[^>]*>[^<]+</a></th>\s*<td[^>]*>neu<", page)
    assert re.search(r"2 <a[^>]*>[^<]+</a></th>\s*<td[^>]*>fällt weg<", page)


def test_every_contribution_that_moves_is_listed_once_by_key(reader, proposed):
    first = reader.get(PAGE).text
    following = unescape(re.search(r'href="([^"]*after=[^"]*)"', first).group(1))
    second = reader.get(following).text
    found = MOVED.findall(first), MOVED.findall(second)
    assert [len(each) for each in found] == [25, 5]
    assert len({*found[0], *found[1]}) == 30


def test_one_way_can_be_read_alone(reader, proposed):
    page = reader.get(f"{PAGE}?origin=1&target=2").text
    assert len(MOVED.findall(page)) == 15
    assert "Von „" in page


def test_a_way_nobody_goes_shows_nothing(reader, proposed):
    answer = reader.get(f"{PAGE}?origin=8&target=9&after=x")
    assert (answer.status_code, MOVED.findall(answer.text)) == (200, [])


def test_a_move_says_which_words_speak_for_it(reader, db, proposed):
    from civicdialog.insights.models import ClusterMember

    db.session.execute(db.update(ClusterMember).values(reasons=["Schranke", "Gleis"]))
    db.session.commit()
    assert "Schranke · Gleis" in reader.get(PAGE).text


def test_adopting_makes_it_hold(reader, db, current, proposed):
    answer = reader.post(f"/committee/rounds/ki/runs/{proposed}/adopt")
    assert answer.location == "/committee/rounds/ki/topics"
    assert status_of(db, proposed) is RunStatus.CURRENT
    assert status_of(db, current) is RunStatus.SUPERSEDED


def test_keeping_the_old_one_keeps_the_reason(reader, db, current, proposed):
    reason = "Zwei Themen sind nur Straßen."
    reader.post(f"/committee/rounds/ki/runs/{proposed}/keep-old", data={"reason": reason})
    assert status_of(db, proposed) is RunStatus.REJECTED
    assert status_of(db, current) is RunStatus.CURRENT
    page = reader.get("/committee/rounds/ki/runs").text
    assert reason in page
    assert "Entschieden von Kim" in page


@pytest.mark.parametrize("reason", ["", "   "])
def test_keeping_the_old_one_needs_a_reason(reader, db, proposed, reason):
    answer = reader.post(f"/committee/rounds/ki/runs/{proposed}/keep-old", data={"reason": reason})
    assert answer.status_code == 422
    assert "Bitte sagen Sie, warum" in answer.text
    assert status_of(db, proposed) is RunStatus.PROPOSED


def test_a_reason_that_is_too_long_stays_in_the_form(reader, proposed):
    reason = "weil " * 500
    answer = reader.post(f"/committee/rounds/ki/runs/{proposed}/keep-old", data={"reason": reason})
    assert answer.status_code == 422
    assert reason.strip() in answer.text


def test_of_two_decisions_the_second_is_told(reader, sign_in, make, proposed):
    from civicdialog.core.permissions import Role

    other = sign_in(make.person("Nora", roles=[Role.COMMITTEE]))
    assert other.post(f"/committee/rounds/ki/runs/{proposed}/adopt").status_code == 303
    late = reader.post(f"/committee/rounds/ki/runs/{proposed}/keep-old", data={"reason": "Nein."})
    assert late.status_code == 409


@pytest.mark.parametrize("deed", ["adopt", "keep-old"])
def test_moderators_read_but_do_not_decide(sign_in, mo, proposed, deed):
    client = sign_in(mo)
    assert "/adopt" not in client.get(PAGE).text
    assert client.post(f"/committee/rounds/ki/runs/{proposed}/{deed}").status_code == 403


def test_a_version_of_another_round_is_not_there(reader, make, proposed):
    make.round("voting", slug="other")
    assert reader.post(f"/committee/rounds/other/runs/{proposed}/adopt").status_code == 404
    assert reader.get(f"/committee/rounds/other/runs/{proposed}.json").status_code == 404


def test_the_list_says_what_became_of_each_version(reader, proposed):
    page = reader.get("/committee/rounds/ki/runs").text
    assert "gilt jetzt" in page
    assert "vorgeschlagen" in page


def test_every_version_can_be_downloaded_for_checking(reader, current):
    answer = reader.get(f"/committee/rounds/ki/runs/{current}.json")
    assert answer.mimetype == "application/json"
    assert f"ki-topics-{current}.json" in answer.headers["Content-Disposition"]
    assert answer.json


@pytest.mark.parametrize("path", ["topics", "topics/new-version", "runs"])
def test_a_page_needs_few_statements(reader, proposed, path):
    reader.get("/committee")
    with counted_statements() as seen:
        reader.get(f"/committee/rounds/ki/{path}")
    assert len(seen) <= 9
