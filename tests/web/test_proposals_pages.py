"""The list of proposals, and the page of one proposal."""

import re

import pytest
from sqlalchemy import update

from civicdialog.core import clock
from civicdialog.core.audit import name_of
from civicdialog.discussion.models import Argument, Stance
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun, RunStatus
from civicdialog.submissions.models import Channel, Kind, Status
from civicdialog.submissions.texts import search_terms
from civicdialog.trace.models import Relation, TraceLink
from civicdialog.voting.models import Opinion, Participation, Vote
from tests.web.statements import counted_statements

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def fill(make):
    """`fill(round, 3)` publishes three proposals, as the moderation does."""

    def publish(round, count, author=None, **values):
        return [make.submission(round, author, **values) for _ in range(count)]

    return publish


@pytest.fixture
def group(make, db):
    """`group(round, {"Trees": [a, b]})` is a run with these topics."""

    def run_of(round, topics, status=RunStatus.CURRENT):
        earlier = update(ClusterRun).where(ClusterRun.status == status)
        db.session.execute(earlier.values(status=RunStatus.SUPERSEDED))
        clusters = [
            Cluster(
                position=n, key=n + 1, label=name, terms=[], size=len(members), central=[],
                summary=[],
            )
            for n, (name, members) in enumerate(topics.items())
        ]  # fmt: skip
        run = make.keep(
            ClusterRun(
                round_id=round.id, seed=0, settings={}, versions={}, input_hash="0",
                submission_count=1, seconds=0.1, clusters=clusters, status=status,
            )
        )  # fmt: skip
        for cluster, members in zip(clusters, topics.values(), strict=True):
            for each in members:
                make.keep(
                    ClusterMember(cluster_id=cluster.id, submission_id=each.id, probability=1.0)
                )
        return run

    return run_of


@pytest.fixture
def vote(make):
    """`vote(ada, round, submission)` without the rules of the room `voting`."""

    def cast(person, round, submission, opinion=Opinion.AGREE):
        part = make.keep(Participation(round_id=round.id, person_id=person.id))
        make.keep(Vote(participation_id=part.id, submission_id=submission.id, opinion=opinion))

    return cast


def titles_on(page):
    return re.findall(r'proposal__title"><a href="[^"]+">(.+?)</a>', page.text)


def listed(client, round, query=""):
    page = client.get(f"/rounds/{round.slug}/proposals{query}", headers=ENGLISH)
    assert page.status_code == 200
    return page


def next_page(page):
    found = [link for link in re.findall(r'href="([^"]+)"', page.text) if "after=" in link]
    return found[-1].replace("&amp;", "&") if found else None


# ---- the list -----------------------------------------------------------------------------------


def test_an_empty_list_says_how_to_begin(sign_in, make):
    page = listed(sign_in(), make.round("collecting"))
    assert "No proposals yet" in page.text
    assert "Make a proposal" in page.text


def test_before_the_collecting_phase_the_list_says_when_it_begins(sign_in, make):
    page = listed(sign_in(), make.round("information"))
    assert "as soon as the collecting phase begins" in page.text
    assert "Make a proposal" not in page.text


def test_the_list_shows_published_proposals_only(sign_in, make, fill):
    round = make.round()
    fill(round, 1, title="Published one")
    for status in (Status.PENDING, Status.REJECTED, Status.WITHDRAWN, Status.HIDDEN):
        make.submission(round, status=status, title=f"Secret {status}")
    page = listed(sign_in(), round)
    assert titles_on(page) == ["Published one"]
    assert "1 proposal" in page.text


def test_nothing_found_offers_to_show_everything(sign_in, make, fill):
    round = make.round()
    fill(round, 1)
    page = listed(sign_in(), round, "?q=xyzzy")
    assert "Nothing found" in page.text
    assert f'href="/rounds/{round.slug}/proposals"' in page.text


def test_the_list_can_be_narrowed_to_a_kind(sign_in, make, fill):
    round = make.round()
    fill(round, 1, kind=Kind.CONCERN, title="A concern")
    fill(round, 1, kind=Kind.PRINCIPLE, title="A principle")
    assert titles_on(listed(sign_in(), round, "?kind=concern")) == ["A concern"]


def test_the_list_can_be_narrowed_to_a_department(sign_in, make, fill):
    round = make.round()
    fill(round, 1, department="umwelt", title="Trees")
    fill(round, 1, department="verkehr", title="Roads")
    assert titles_on(listed(sign_in(), round, "?department=umwelt")) == ["Trees"]


def test_the_list_can_be_narrowed_to_a_topic(sign_in, make, fill, group):
    round = make.round()
    one, other = fill(round, 2)
    group(round, {"Trees and water": [one], "Roads": [other]})
    page = listed(sign_in(), round, "?topic=0")
    assert titles_on(page) == [one.title]
    assert "Trees and water" in page.text
    assert "/how-it-works#machine-grouping" in page.text


def test_topics_come_from_the_version_that_holds(sign_in, make, fill, group):
    round = make.round()
    (one,) = fill(round, 1)
    group(round, {"Old name": [one]}, RunStatus.SUPERSEDED)
    group(round, {"Name that holds": [one]})
    group(round, {"Proposed name": [one]}, RunStatus.PROPOSED)
    page = listed(sign_in(), round)
    assert "Name that holds" in page.text
    assert "Old name" not in page.text
    assert "Proposed name" not in page.text


def test_the_newest_proposals_can_come_first(sign_in, make, fill):
    round = make.round()
    titles = [each.title for each in fill(round, 5)]
    assert titles_on(listed(sign_in(), round, "?order=newest")) == titles[::-1]


def test_proposals_that_need_votes_can_come_first(sign_in, make, fill):
    round = make.round()
    fill(round, 1, title="Loud", agree_count=9)
    fill(round, 1, title="Quiet")
    assert titles_on(listed(sign_in(), round, "?order=needs_votes")) == ["Quiet", "Loud"]


# What makes no sense in an address is left out: the whole list is shown, and never an error.
@pytest.mark.parametrize(
    "query",
    [
        "?topic=99", "?topic=-1", "?topic=x", "?kind=x", "?department=x", "?order=x",
        "?seed=x", "?seed=-1", "?seed=99999999999", "?after=x", "?after=-1", "?after=999-x",
        "?after=" + "9" * 500, "?q=", "?q=%00", "?kind=concern'--&kind=&topic=%F0%9F%98%80x",
        "?order=newest&after=x", "?order=needs_votes&after=9-9-9", "?unknown=1",
    ],
)  # fmt: skip
def test_parameters_that_make_no_sense_are_left_out(sign_in, make, fill, group, query):
    round = make.round()
    (one,) = fill(round, 1)
    group(round, {"Trees": [one]})
    assert titles_on(listed(sign_in(), round, query)) in ([one.title], [])


@pytest.mark.parametrize("query", ["?q=" + "a" * 5000, "?q=%25_\\", "?q=<script>alert(1)</script>"])
def test_a_strange_search_finds_nothing_and_breaks_nothing(sign_in, make, fill, query):
    round = make.round()
    fill(round, 1)
    page = listed(sign_in(), round, query)
    assert titles_on(page) == []
    assert "<script>alert" not in page.text


def test_turning_the_pages_shows_every_proposal_once(sign_in, make, fill):
    round = make.round()
    titles = {each.title for each in fill(round, 60)}
    client, seen = sign_in(), []
    page = listed(client, round)
    while True:
        seen += titles_on(page)
        following = next_page(page)
        if following is None or len(seen) > 100:
            break
        page = client.get(following, headers=ENGLISH)
    assert len(seen) == 60
    assert set(seen) == titles


def test_filters_survive_turning_the_page(sign_in, make, fill):
    round = make.round()
    fill(round, 30, kind=Kind.CONCERN)
    fill(round, 3, kind=Kind.PRINCIPLE)
    following = next_page(listed(sign_in(), round, "?kind=concern"))
    assert "kind=concern" in following
    assert "seed=" in following


def test_two_visitors_see_different_orders(sign_in, make, fill):
    round = make.round()
    fill(round, 25)
    assert titles_on(listed(sign_in(), round)) != titles_on(listed(sign_in(), round))


def test_a_person_keeps_their_order_and_needs_no_seed_in_the_address(sign_in, make, fill, ada):
    round = make.round()
    fill(round, 30)
    client = sign_in(ada)
    first, again = listed(client, round), listed(client, round)
    assert titles_on(first) == titles_on(again)
    assert "seed=" not in first.text


def test_one_sees_what_one_has_said_and_what_is_ones_own(sign_in, make, fill, vote, ada):
    round = make.round("voting")
    fill(round, 1, author=ada)
    (other,) = fill(round, 1)
    vote(ada, round, other, Opinion.DISAGREE)
    page = listed(sign_in(ada), round).text
    assert "You said: disagree" in page
    assert "By you" in page


def test_hits_of_a_search_are_marked_and_cannot_break_the_page(sign_in, make):
    round = make.round()
    title, problem = "Bäume & <b>Wege</b>", "Alle Straßenbäume <script>alert(1)</script>."
    make.submission(
        round, title=title, problem=problem, solution="", search_terms=search_terms(title, problem)
    )
    page = listed(sign_in(), round, "?q=Baum").text
    assert "<mark>Bäume</mark> &amp; &lt;b&gt;" in page
    assert "<mark>Straßenbäume</mark> &lt;script&gt;" in page
    assert "<mark>" not in listed(sign_in(), round).text


def test_what_only_comes_close_is_said(sign_in, make):
    round = make.round()
    make.submission(round, title="Laternen", search_terms=search_terms("Laternen", ""))
    assert "No proposal holds all of your words" in listed(sign_in(), round, "?q=Latrene").text
    assert "No proposal holds all" not in listed(sign_in(), round, "?q=Laterne").text


def test_a_search_shows_the_best_first_unless_another_order_is_chosen(sign_in, make):
    round = make.round()
    for title, text in (("Laterne", "Hell."), ("Anderes", "Am Ende eine Laterne.")):
        make.submission(round, title=title, search_terms=search_terms(title, text))
    client = sign_in()
    assert titles_on(listed(client, round, "?q=Laternen&order=")) == [
        "<mark>Laterne</mark>",
        "Anderes",
    ]
    newest = titles_on(listed(client, round, "?q=Laternen&order=newest"))
    assert newest == ["Anderes", "<mark>Laterne</mark>"]


def test_the_most_discussed_can_come_first(sign_in, make, fill):
    round = make.round()
    fill(round, 1, title="Quiet")
    fill(round, 1, title="Loud", argument_count=9)
    assert titles_on(listed(sign_in(), round, "?order=discussed")) == ["Loud", "Quiet"]


def test_what_most_agree_with_comes_first_only_when_the_voting_has_ended(sign_in, make, fill):
    running, ended = make.round("voting"), make.round("evaluating")
    for round in (running, ended):
        fill(round, 1, title="Few", agree_count=1, disagree_count=40)
        fill(round, 1, title="Many", agree_count=30, disagree_count=2)
    assert "Most agreement first" not in listed(sign_in(), running).text
    page = listed(sign_in(), ended, "?order=agreed")
    assert titles_on(page) == ["Many", "Few"]
    assert "Most agreement first" not in listed(sign_in(), running, "?order=agreed").text


def test_every_list_leads_to_how_it_is_sorted(sign_in, make, fill):
    round = make.round()
    fill(round, 1)
    assert 'href="/how-it-works/order"' in listed(sign_in(), round).text


@pytest.mark.parametrize(("who", "limit"), [("visitor", 6), ("ada", 9)])
@pytest.mark.parametrize(
    "query", ["", "?topic=0", "?kind=use_case", "?order=newest", "?q=Wort", "?q=Wrot"]
)
def test_a_list_takes_as_many_statements_for_sixty_as_for_three(
    sign_in, make, fill, group, ada, who, limit, query
):
    round = make.round("open")
    words = {"search_terms": " wort / text "}
    group(round, {"Trees": fill(round, 3, author=ada, **words)})
    client = sign_in(ada if who == "ada" else None)
    listed(client, round)
    with counted_statements() as few:
        assert len(titles_on(listed(client, round, query))) == 3
    group(round, {"Trees": fill(round, 57, author=ada, **words)})
    with counted_statements() as many:
        assert len(titles_on(listed(client, round, query))) > 20
    assert len(few) == len(many)
    assert len(many) <= limit


# ---- one proposal -------------------------------------------------------------------------------


def show(client, submission, status=200):
    page = client.get(f"/submissions/{submission.public_id}", headers=ENGLISH)
    assert page.status_code == status
    return page.text


def test_a_proposal_shows_all_that_was_written(sign_in, make, fill, ada):
    (one,) = fill(
        make.round(), 1, ada, title="Water the trees", problem="They dry out.",
        solution="**Sensors** call for water.", beneficiaries="Everybody.", worries="It costs.",
        department="umwelt",
    )  # fmt: skip
    page = show(sign_in(), one)
    for words in ("Water the trees", "They dry out.", "Everybody.", "It costs.", "Ada",
                  "Environment and climate", "**Sensors** call"):  # fmt: skip
        assert words in page


@pytest.mark.parametrize(
    ("kind", "heading"),
    [
        (Kind.USE_CASE, "What should AI do?"),
        (Kind.PRINCIPLE, "What should hold?"),
        (Kind.CONCERN, "What should the city do?"),
    ],
)
def test_the_headings_fit_the_kind(sign_in, make, fill, kind, heading):
    (one,) = fill(make.round(), 1, kind=kind)
    assert heading in show(sign_in(), one)


def test_empty_fields_have_no_heading(sign_in, make, fill):
    (one,) = fill(make.round(), 1)
    assert "Who benefits?" not in show(sign_in(), one)


def test_a_contribution_on_paper_shows_its_name_and_its_way(sign_in, make, fill):
    (one,) = fill(make.round(), 1, author_name="K. from Trotha", channel=Channel.PAPER)
    page = show(sign_in(), one)
    assert "K. from Trotha" in page
    assert "On paper" in page


def test_an_unknown_proposal_is_not_there(sign_in):
    assert sign_in().get("/submissions/nothing").status_code == 404


def test_the_result_is_kept_back_until_one_has_answered(sign_in, make, fill, vote, ada):
    round = make.round("voting")
    (one,) = fill(round, 1, agree_count=7, disagree_count=2)
    client = sign_in(ada)
    before = show(client, one)
    assert "as soon as you have answered yourself" in before
    assert "opinion__bar" not in before
    vote(ada, round, one)
    assert "opinion__bar" in show(client, one)


def test_after_the_voting_everybody_sees_the_result(sign_in, make, fill):
    (one,) = fill(make.round("evaluating"), 1, agree_count=7, disagree_count=2)
    assert "opinion__bar" in show(sign_in(), one)


def test_before_the_voting_nobody_sees_a_result(sign_in, make, fill):
    (one,) = fill(make.round("collecting"), 1, agree_count=7)
    assert "opinion__bar" not in show(sign_in(), one)


def test_arguments_stand_on_their_side(sign_in, make, fill, ada):
    (one,) = fill(make.round(), 1, argument_count=3)
    for stance in (Stance.FOR, Stance.AGAINST, Stance.QUESTION):
        make.keep(
            Argument(submission_id=one.id, author_id=ada.id, stance=stance,
                     text=f"Reason {stance}", is_public=True)
        )  # fmt: skip
    make.keep(Argument(submission_id=one.id, stance=Stance.FOR, text="Not public"))
    page = show(sign_in(), one)
    order = ["For it", "Reason for", "Against it", "Reason against", "Reason question"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert "Not public" not in page


def test_the_thread_tells_what_became_of_it(sign_in, make, fill, group):
    round = make.round()
    (one,) = fill(round, 1)
    group(round, {"Trees": [one]})
    page = show(sign_in(), one)
    for words in ("Handed in", "Published", "Sorted into the topic “Trees”", "Still open"):
        assert words in page


def test_the_thread_ends_with_the_reason_of_a_rejection(sign_in, make, ada):
    round = make.round()
    one = make.submission(round, ada, status=Status.REJECTED)
    kind, number = name_of(one).split(":")
    make.keep(
        TraceLink(from_kind=kind, from_id=int(number), to_kind="round", to_id=round.id,
                  relation=Relation.REJECTED, reason="It names a neighbour.")
    )  # fmt: skip
    page = show(sign_in(ada), one)
    assert "It names a neighbour." in page
    assert "Still open" not in page


@pytest.mark.parametrize(
    "status", [Status.PENDING, Status.REJECTED, Status.WITHDRAWN, Status.HIDDEN]
)
def test_what_is_not_public_is_for_its_author_and_the_moderation(
    sign_in, make, ada, mo, kim, status
):
    one = make.submission(make.round(), ada, status=status, title="Hidden words")
    for person in (ada, mo):
        assert "Hidden words" in show(sign_in(person), one)
    for person in (None, kim):
        answer = sign_in(person).get(f"/submissions/{one.public_id}")
        assert answer.status_code in {404, 410}
        assert "Hidden words" not in answer.text


@pytest.mark.parametrize(
    ("status", "words"),
    [(Status.WITHDRAWN, "has taken it back"), (Status.HIDDEN, "has hidden it")],
)
def test_what_was_public_once_leaves_a_note(sign_in, make, status, words):
    one = make.submission(make.round(), status=status, published_at=clock.now(), title="Old title")
    page = show(sign_in(), one, 410)
    assert words in page
    assert "Old title" not in page


def test_nothing_is_told_of_what_was_never_public(sign_in, make):
    one = make.submission(make.round(), status=Status.WITHDRAWN)
    show(sign_in(), one, 404)


def test_what_somebody_wrote_cannot_break_the_page(sign_in, make, fill):
    (one,) = fill(
        make.round(), 1, title='"><script>alert(1)</script>',
        problem="<img src=x onerror=alert(1)> [x](javascript:alert(1))",
    )  # fmt: skip
    page = show(sign_in(), one)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize(("who", "limit"), [("visitor", 6), ("ada", 10)])
def test_a_proposal_takes_as_many_statements_for_sixty_arguments_as_for_three(
    sign_in, make, fill, group, ada, who, limit
):
    round = make.round("voting")
    (one,) = fill(round, 1, argument_count=60)
    group(round, {"Trees": [one]})
    client = sign_in(ada if who == "ada" else None)

    def argue(count):
        for n in range(count):
            make.keep(Argument(submission_id=one.id, author_id=ada.id, stance=Stance.FOR,
                               text=f"Reason {n}", is_public=True))  # fmt: skip

    argue(3)
    show(client, one)
    with counted_statements() as few:
        show(client, one)
    argue(57)
    with counted_statements() as many:
        assert '<span class="muted numeric">60</span>' in show(client, one)
    assert len(few) == len(many)
    assert len(many) <= limit
