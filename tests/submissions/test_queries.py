"""Who sees which submissions, and finding them."""

import pytest

from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import VISITOR, Actor, Role
from civicdialog.submissions import queries
from civicdialog.submissions.models import Kind, Status
from civicdialog.submissions.queries import ListFilter
from civicdialog.submissions.texts import search_terms


def as_actor(person, *roles):
    return Actor(person.id, frozenset({Role.PARTICIPANT, *roles}))


@pytest.fixture
def one_of_each(make, ada):
    round = make.round("collecting")
    return round, {status: make.submission(round, ada, status=status) for status in Status}


def seen(db, viewer, round):
    return {s.status for s in db.session.scalars(queries.in_round(viewer, round.id))}


def test_visitors_and_others_see_what_is_published(db, make, one_of_each):
    round, _ = one_of_each
    assert seen(db, VISITOR, round) == {Status.PUBLISHED}
    assert seen(db, as_actor(make.person("Bob")), round) == {Status.PUBLISHED}


def test_authors_and_moderators_see_everything(db, ada, mo, one_of_each):
    round, _ = one_of_each
    assert seen(db, as_actor(ada), round) == set(Status)
    assert seen(db, as_actor(mo, Role.MODERATOR), round) == set(Status)


def test_the_list_shows_published_ones_even_to_moderators(db, mo, one_of_each):
    round, _ = one_of_each
    listed = queries.listed(as_actor(mo, Role.MODERATOR), round.id, ListFilter())
    assert [s.status for s in db.session.scalars(listed)] == [Status.PUBLISHED]


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PUBLISHED])
def test_what_is_not_public_is_not_there_for_strangers(one_of_each, status):
    _, by_status = one_of_each
    with pytest.raises(NotFound):
        queries.by_public_id(VISITOR, by_status[status].public_id)


def test_one_submission_comes_with_all_its_page_shows(one_of_each):
    _, by_status = one_of_each
    found = queries.by_public_id(VISITOR, by_status[Status.PUBLISHED].public_id)
    assert found.author.public_name == "Ada"
    assert found.round.phases


def test_a_submission_of_a_round_nobody_sees_is_not_there(make, ada, ed):
    submission = make.submission(make.round("collecting", is_public=False), ada)
    with pytest.raises(NotFound):
        queries.by_public_id(VISITOR, submission.public_id)
    assert queries.by_public_id(as_actor(ed, Role.EDITOR), submission.public_id)


@pytest.mark.parametrize("odd", ["", "x" * 500, "' OR 1=1 --", "\x00", "ü", "%"])
def test_odd_names_are_not_found(app, odd):
    with pytest.raises(NotFound):
        queries.by_public_id(VISITOR, odd)


def test_ones_own_come_newest_first(db, make, ada, one_of_each):
    _, by_status = one_of_each
    make.submission(make.round("collecting"), make.person("Bob"))
    found = [s.id for s in db.session.scalars(queries.own(as_actor(ada)))]
    assert found == sorted((s.id for s in by_status.values()), reverse=True)


@pytest.fixture
def library(make):
    round = make.round("collecting")
    texts = {
        "bus": ("Busfahrpläne vorhersagen", "Die Straßenbahnen kommen zu spät."),
        "book": ("Bücher empfehlen", "In der Stadtbibliothek findet man nichts."),
        "100": ("100 % Ökostrom_für KI", "Der Verbrauch ist hoch."),
    }
    for title, problem in texts.values():
        make.submission(round, title=title, problem=problem, solution="",
                        search_terms=search_terms(title, problem))  # fmt: skip
    return round


@pytest.mark.parametrize(
    ("search", "titles"),
    [
        # other forms of a word, and however it is written
        ("Buch", {"Bücher empfehlen"}),
        ("BÜCHER", {"Bücher empfehlen"}),
        ("strassenbahn", {"Busfahrpläne vorhersagen"}),
        # a part of a compound
        ("bibliothek", {"Bücher empfehlen"}),
        # all words must be there
        ("Bücher Stadtbibliothek", {"Bücher empfehlen"}),
        ("Bücher Strom", set()),
        # signs of the search language are signs
        ("100 %", {"100 % Ökostrom_für KI"}),
        ("%", set()),
        ("_", set()),
        ("KI", {"100 % Ökostrom_für KI"}),
        # one letter is no word
        ("e", set()),
        ("' OR 1=1 --", set()),
    ],
)
def test_search_finds_words(db, library, search, titles):
    listed = queries.listed(VISITOR, library.id, ListFilter(search=search))
    assert {s.title for s in db.session.scalars(listed)} == titles


def test_kind_department_and_topic_narrow_the_list(db, make):
    round = make.round("collecting")
    wanted = make.submission(round, kind=Kind.CONCERN, department="verkehr")
    make.submission(round, kind=Kind.CONCERN, department="kultur")
    make.submission(round, kind=Kind.PRINCIPLE, department="verkehr")
    among = queries.published_unrestricted(round.id).with_only_columns(queries.Submission.id)
    narrow = ListFilter(kind=Kind.CONCERN, department="verkehr", among=among.order_by(None))
    found = db.session.scalars(queries.listed(VISITOR, round.id, narrow)).all()
    assert [s.id for s in found] == [wanted.id]
