"""The committee's pages of opinions."""

import csv
import io
import json
import re
from types import SimpleNamespace

import pytest

from civicdialog.core import clock
from civicdialog.core.jobs import Job, JobState
from civicdialog.insights.models import Cluster, ClusterRun, OpinionRun
from civicdialog.insights.opinion_refresh import RUN_OPINIONS
from civicdialog.insights.tasks import STOPPED
from civicdialog.submissions.models import Status, Submission
from tests import opinion_runs
from tests.web.statements import counted_statements

PAGE = "/committee/rounds/ki/opinions"
ALL = f"{PAGE}/contributions"


@pytest.fixture
def found(db, round, current):
    """What a run is made of: public ids of the contributions, keys of the topics."""
    ids = db.session.scalars(db.select(Submission.public_id).order_by(Submission.id)).all()
    keys = db.session.scalars(
        db.select(Cluster.key).where(Cluster.run_id == current).order_by(Cluster.key)
    ).all()
    return SimpleNamespace(ids=list(ids), keys=list(keys), round=round, topics=current)


@pytest.fixture
def keep(found):
    """Store a run over the round's contributions and topics, with what the test changes in it."""

    def stored(change=None, number=1, **values):
        result = opinion_runs.result(found.ids, topics=found.keys, **values)
        if change:
            change(result)
        return opinion_runs.keep(found.round, result, cluster_run_id=found.topics, number=number)

    return stored


def labels(page, table="matrix"):
    """The first cells of a table's rows."""
    body = page.split(f'id="{table}"', 1)[1].split("</table>", 1)[0]
    return re.findall(r'role="rowheader"><a [^>]*>([^<]+)<', body)


def shares(page):
    return re.findall(r"<strong>(\d+)\s%</strong><svg", page)


# ---- who sees it --------------------------------------------------------------------------------


def test_participants_have_no_business_here(sign_in, ada, keep):
    keep()
    assert sign_in(ada).get(PAGE).status_code == 403


@pytest.mark.parametrize("path", ["", "/contributions", "/runs", ".json", ".csv"])
def test_committee_and_moderation_read_everything(sign_in, kim, mo, keep, path):
    keep()
    statuses = [sign_in(person).get(f"{PAGE}{path}").status_code for person in (kim, mo)]
    assert statuses == [200, 200]


# ---- topics × groups ----------------------------------------------------------------------------


def test_each_topic_has_a_line_and_each_group_a_column(sign_in, kim, keep, found):
    keep()
    page = sign_in(kim).get(PAGE).text
    assert len(labels(page)) == len(found.keys)
    assert len(shares(page)) == 4 * len(found.keys)


def test_a_share_stands_with_interval_and_people(sign_in, kim, keep):
    keep()
    page = sign_in(kim).get(PAGE).text
    cell = re.search(r"<strong>90\s%</strong>.*?</td>", page, re.DOTALL)
    assert cell is not None
    assert "85 bis 95" in cell.group()
    assert "59 Menschen" in cell.group()


def test_a_cell_of_too_few_people_is_hidden_with_a_word(sign_in, kim, keep, found):
    def hide(result):
        result["topics"][0] = opinion_runs.topic(found.keys[0], 0, 3, hidden=(2,))

    keep(hide)
    page = sign_in(kim).get(PAGE).text
    assert page.count('<span class="muted">zu wenige</span>') == 1


@pytest.mark.parametrize("sort", ["agreement", "division", "bridge", "uncertainty", "size"])
def test_a_second_click_turns_the_order_round(sign_in, kim, keep, sort):
    keep()
    down = labels(sign_in(kim).get(f"{PAGE}?sort={sort}").text)
    up = labels(sign_in(kim).get(f"{PAGE}?sort={sort}&order=ascending").text)
    ties = sort in {"uncertainty", "size"}
    assert sorted(up) == sorted(down) if ties else up == down[::-1]


def test_the_most_divided_topic_comes_first_if_somebody_wants_that(sign_in, kim, keep, found):
    keep()
    page = sign_in(kim).get(f"{PAGE}?sort=division").text
    first = re.search(r'topic=(\d+)&amp;run=\d+">[^<]+</a><br>', page.split('id="matrix"')[1])
    assert first is not None
    # The second pattern of the made-up runs has the widest gap.
    assert int(first.group(1)) == found.keys[1]


def test_the_sorted_column_says_so(sign_in, kim, keep):
    keep()
    assert sign_in(kim).get(f"{PAGE}?sort=division").text.count('aria-sort="descending"') == 1


def test_without_groups_the_topics_are_still_summed_up(sign_in, kim, keep):
    keep(groups=0)
    page = sign_in(kim).get(PAGE).text
    assert "Die Menschen sind verschieden, aber nicht in Lagern." in page
    assert labels(page)


def test_without_topics_the_contributions_are_still_there(sign_in, kim, round, found):
    opinion_runs.keep(round, opinion_runs.result(found.ids))
    page = sign_in(kim).get(PAGE).text
    assert "noch nicht nach Themen geordnet" in page
    assert f'href="{ALL}' in page


# ---- the most important first -------------------------------------------------------------------


def test_three_sentences_say_what_is_most_important(sign_in, kim, keep):
    keep(few=7)
    page = sign_in(kim).get(PAGE).text.replace("\xa0", " ")
    assert "Auch in der Gruppe, die am wenigsten zustimmt, sind es 80 %." in page
    assert "In Gruppe A stimmen 95 % zu, in Gruppe B 10 %." in page
    assert "7 von 30 Beiträgen haben weniger als zehn Menschen beantwortet." in page


def test_a_narrow_gap_is_not_made_larger_than_it_is(sign_in, kim, keep, found):
    def narrow(result):
        result["topics"] = [opinion_runs.topic(key, 0, 3) for key in found.keys]

    keep(narrow)
    assert "Tief trennt die Gruppen kein Thema." in sign_in(kim).get(PAGE).text


# ---- contributions ------------------------------------------------------------------------------


def test_a_topic_shows_its_contributions_alone(sign_in, kim, keep, found, db):
    keep()
    page = sign_in(kim).get(f"{ALL}?topic={found.keys[0]}").text
    size = db.session.scalar(
        db.select(Cluster.size).where(Cluster.run_id == found.topics, Cluster.key == found.keys[0])
    )
    assert len(labels(page)) == size


def test_contributions_come_in_pages_of_twenty_five(sign_in, kim, keep):
    keep()
    sizes = [len(labels(sign_in(kim).get(f"{ALL}?page={n}").text)) for n in (1, 2)]
    assert sizes == [25, 5]


def test_a_hidden_contribution_is_missing_everywhere(sign_in, kim, keep, found, db):
    keep()
    hidden = db.session.scalar(db.select(Submission).where(Submission.public_id == found.ids[0]))
    hidden.move_to(Status.HIDDEN)
    db.session.commit()
    for path in (ALL, f"{ALL}?page=2", f"{PAGE}.csv"):
        assert found.ids[0] not in sign_in(kim).get(path).text


# ---- sensitivity --------------------------------------------------------------------------------


def test_the_largest_difference_is_named(sign_in, kim, keep):
    keep()
    page = sign_in(kim).get(PAGE).text
    assert re.search(
        r"Zustimmung in der Spalte „Ohne auffällige Stimmzettel“ \d+ Prozentpunkte", page
    )


def test_if_nothing_changes_it_says_so(sign_in, kim, keep):
    def same(result):
        for each in result["statements"]:
            each["unflagged"] = each["everybody"]

    keep(same)
    assert "Nichts ändert sich, wen man auch zählt." in sign_in(kim).get(PAGE).text


def test_only_what_both_sides_show_is_compared(sign_in, kim, keep):
    def hide_all_but_one(result):
        for each in result["statements"]:
            each["unflagged"] = each["everybody"]
        for each in result["statements"][1:]:
            each["active"] = None

    keep(hide_all_but_one)
    assert "Nichts ändert sich, wen man auch zählt." in sign_in(kim).get(PAGE).text


# ---- runs, files, progress ----------------------------------------------------------------------


def test_the_card_tells_how_it_can_be_checked(sign_in, kim, keep, db):
    run = db.session.get(OpinionRun, keep())
    page = sign_in(kim).get(PAGE).text
    assert all(text in page for text in (run.input_hash, run.result_hash, "numpy 2.4.6", "0,91"))


def test_an_older_run_stays_readable_and_says_that_it_is_old(sign_in, kim, keep):
    old = keep()
    keep(groups=2, number=2)
    page = sign_in(kim).get(f"{PAGE}?run={old}").text
    assert "ältere Zusammenfassung" in page
    assert "20 Menschen" in page


def test_of_a_run_that_was_let_go_the_card_stays(sign_in, kim, keep, db):
    old = keep()
    keep(groups=2, number=2)
    db.session.get(OpinionRun, old).result = {}
    db.session.get(OpinionRun, old).result_hash = "e" * 64
    db.session.commit()
    for path in (PAGE, ALL):
        assert "nur der Steckbrief" in sign_in(kim).get(f"{path}?run={old}").text


def test_a_run_of_another_round_is_not_found(sign_in, kim, make, keep):
    run = keep()
    make.round("voting", slug="other")
    assert sign_in(kim).get(f"/committee/rounds/other/opinions?run={run}").status_code == 404


@pytest.mark.parametrize("run", ["x", "-1", "99999999999", "²"])
def test_a_number_of_a_run_without_sense_is_not_found(sign_in, kim, keep, run):
    keep()
    assert sign_in(kim).get(f"{PAGE}?run={run}").status_code == 404


def test_all_runs_are_listed_the_newest_first(sign_in, kim, keep):
    runs = [keep(number=n) for n in (1, 2)]
    page = sign_in(kim).get(f"{PAGE}/runs").text
    assert re.findall(r"\?run=(\d+)", page) == [str(run) for run in reversed(runs)]


def test_the_figures_can_be_downloaded(sign_in, kim, keep, found):
    keep()
    result = json.loads(sign_in(kim).get(f"{PAGE}.json").data)
    assert [each["id"] for each in result["statements"]] == found.ids


def test_the_table_has_a_line_for_each_contribution(sign_in, kim, keep, found):
    keep(few=2)
    text = sign_in(kim).get(f"{PAGE}.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["id"] for row in rows] == found.ids
    assert rows[-1]["group C agree"] == "fewer than 5"


def test_no_ballots_leave_while_they_hang_on_people(sign_in, kim, keep):
    run = keep()
    page = sign_in(kim).get(PAGE).text
    assert "Namenlose Stimmzettel herunterladen" not in page
    assert sign_in(kim).get(f"{PAGE}/{run}.json").status_code == 409


def test_after_that_the_file_is_offered(sign_in, kim, keep, round, db):
    keep()
    round.ballots_detached_at = clock.now()
    db.session.commit()
    assert "Namenlose Stimmzettel herunterladen" in sign_in(kim).get(PAGE).text


def test_before_the_first_run_it_can_be_asked_for(sign_in, kim, round, db):
    round.vote_count = 30
    db.session.commit()
    client = sign_in(kim)
    assert "Stimmen zusammenfassen" in client.get(PAGE).text
    assert client.post(f"{PAGE}/run").status_code == 303
    assert "Die Stimmen werden zusammengefasst" in client.get(PAGE).text


def test_without_votes_there_is_nothing_to_ask_for(sign_in, kim, round):
    page = sign_in(kim).get(PAGE).text
    assert "In dieser Runde hat noch niemand abgestimmt." in page
    assert f'action="{PAGE}/run"' not in page


def test_the_moderation_may_not_start_a_run(sign_in, mo, keep):
    keep()
    client = sign_in(mo)
    assert f'action="{PAGE}/run"' not in client.get(PAGE).text
    assert client.post(f"{PAGE}/run").status_code == 403


def test_a_failed_run_is_told_and_the_last_result_stays(sign_in, kim, keep, round, db):
    keep()
    db.session.add(
        Job(kind=RUN_OPINIONS, subject=f"round:{round.id}", settings={}, state=JobState.FAILED,
            error=STOPPED, created_at=clock.now())
    )  # fmt: skip
    db.session.commit()
    page = sign_in(kim).get(PAGE).text
    assert "Die Zusammenfassung ist misslungen" in page
    assert labels(page)


def test_the_other_pages_of_the_committee_lead_here(sign_in, kim, keep):
    keep()
    for path in ("/committee", "/committee/rounds/ki/topics"):
        assert f'href="{PAGE}"' in sign_in(kim).get(path).text


@pytest.mark.parametrize("path", [PAGE, ALL])
def test_a_page_costs_nine_statements_at_most(sign_in, kim, keep, path):
    keep()
    client = sign_in(kim)
    with counted_statements() as sent:
        assert client.get(path).status_code == 200
    assert len(sent) <= 9


def test_no_page_forgets_a_topics_run_that_was_deleted(sign_in, kim, keep, found, db):
    keep()
    db.session.execute(db.update(OpinionRun).values(cluster_run_id=None))
    db.session.delete(db.session.get(ClusterRun, found.topics))
    db.session.commit()
    assert "Thema 1" in sign_in(kim).get(PAGE).text
