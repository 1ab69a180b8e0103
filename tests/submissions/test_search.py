"""Search: the same hits on both databases, the best first, and nothing that is not public."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text, update

from civicdialog.core.permissions import VISITOR
from civicdialog.submissions import queries, search_index
from civicdialog.submissions.listing import page_of
from civicdialog.submissions.marking import Marker
from civicdialog.submissions.models import Kind, Status, Submission
from civicdialog.submissions.queries import ListFilter, Order
from civicdialog.submissions.search import Search, read_search, scores
from civicdialog.submissions.similar import corrected, distance, vocabulary
from civicdialog.submissions.texts import search_terms

SEED = 7
TEXTS = {
    "commissioner": ("Datenschutzbeauftragte stärken", "Sie brauchen mehr Zeit."),
    "privacy": ("Datenschutz bei Chatbots", "Niemand soll Gespräche mitlesen."),
    "trees": ("Bäume gießen", "Sensoren melden, wann Straßenbäume Wasser brauchen."),
    "path": ("Radwege ausbessern", "Schlaglöcher in Fahrradstraßen melden."),
    "toads": ("Paradies für Kröten", "Die Ampel ist zu kurz geschaltet."),
    "library": ("Stadtbibliothek", "Bücher ausleihen mit KI. Kinder suchen anders."),
    "safety": ("Verkehrssicherheit", "Absichtlich langsam fahren."),
}


@pytest.fixture
def library(make):
    """`library.titles("Wort")` are the keys of what is found, the best first."""
    return Library(make)


class Library:
    def __init__(self, make):
        self.make = make
        self.round = make.round("collecting")
        self.keys = {}
        for key, (title, problem) in TEXTS.items():
            self.add(title, problem)
            self.keys[title] = key

    def add(self, title, problem, **values):
        terms = search_terms(title, problem)
        return self.make.submission(
            self.round, title=title, problem=problem, solution="", search_terms=terms, **values
        )

    def page(self, words, order=Order.BEST, **values):
        wanted = ListFilter(search=words, order=order)
        return page_of(VISITOR, self.round, wanted, SEED, **values)

    def found(self, words, order=Order.BEST):
        found = self.page(words, order)
        return [] if found.is_close else [self.keys.get(row.title, row.title) for row in found.rows]


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        # other forms of a word, and however its umlauts are written
        ("Baum", {"trees"}),
        ("Baeume", {"trees"}),
        ("BÄUMEN", {"trees"}),
        ("Strassenbaum", {"trees"}),
        # a part of a compound: in front, behind, in the middle
        ("Datenschutz", {"commissioner", "privacy"}),
        ("Schutz", {"commissioner", "privacy"}),
        ("Bibliothek", {"library"}),
        ("Beauftragter", {"commissioner"}),
        # a compound written apart
        ("Datenschutz-Beauftragte", {"commissioner"}),
        # three letters begin or end a word: not Paradies
        ("Rad", {"path"}),
        ("eis", set()),
        # two letters are a word
        ("KI", {"library"}),
        # a stem that lost most of its word means the word: not "absichtlich"
        ("Sicherheit", {"safety"}),
        # all words
        ("Datenschutz Zeit", {"commissioner"}),
        # a phrase, in all kinds of quotation marks; little words do not matter
        ('"Bücher ausleihen"', {"library"}),
        ("„ausleihen mit KI“", {"library"}),
        ('"ausleihen Bücher"', set()),
        # without a word
        ("Datenschutz -Chatbot", {"commissioner"}),
        ('melden -"Sensoren melden"', {"path"}),
        # nothing but what shall not be, nothing at all, single letters, signs
        ("-Datenschutz", set()),
        ("", set()),
        ("e", set()),
        ("%", set()),
        ('" OR submission_fts MATCH "a', set()),
        ("NOT AND OR NEAR", set()),
    ],
)
def test_a_search_finds(library, words, keys):
    assert set(library.found(words)) == keys if words else True
    assert {library.keys[r.title] for r in rows_found(library, words)} == keys


def rows_found(library, words):
    from civicdialog.core.db import db

    wanted = ListFilter(search=words or " ")
    return db.session.scalars(queries.listed(VISITOR, library.round.id, wanted)).all()


letters = st.sampled_from("abeäßhcknrstuü -\"'%_é5Ж中😀")
WORDS = st.text(letters, max_size=24)


@given(texts=st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5), search=WORDS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_typed_both_databases_find_what_the_pieces_say(db, make, texts, search):
    db.session.execute(delete(Submission))
    round = make.round("collecting")
    for title, body in texts:
        make.submission(round, title=title[:160], problem=body,
                        search_terms=search_terms(title, body))  # fmt: skip
    wanted = read_search(search)
    listed = queries.listed(VISITOR, round.id, ListFilter(search=search or "-"))
    for_some = wanted.for_some(wanted.wanted)
    close = queries.listed(VISITOR, round.id, ListFilter(search="x", sought=for_some))
    for found, meant in ((listed, wanted), (close, for_some)):
        expected = {
            each.id
            for each in db.session.scalars(select(Submission))
            if meant.fits(each.search_terms)
        }
        assert {each.id for each in db.session.scalars(found)} == expected


# ---- the best first -----------------------------------------------------------------------------


def test_a_word_in_the_title_counts_more_than_in_the_text(library):
    library.add("Etwas anderes", "Hier steht Datenschutz im Text.")
    assert library.found("Datenschutz")[-1] == "Etwas anderes"


def test_a_whole_word_comes_before_a_part_of_one(library):
    assert library.found("Datenschutz") == ["privacy", "commissioner"]


def test_words_side_by_side_come_before_words_apart(library):
    library.add("Grüne Welle", "Die Ampel zeigt grün an jeder Welle aus Beton und sonst gar nicht.")
    library.add("Welle am Grünen Ufer", "Es rauscht.")
    assert library.found("Grüne Welle")[0] == "Grüne Welle"


def test_what_fits_alike_stands_in_the_order_of_the_visitor(library):
    for n in range(20):
        library.add("Laterne", f"Dunkel {n}")
    orders = {
        tuple(r.number for r in page_of(VISITOR, library.round, ListFilter(
            search="Laterne", order=Order.BEST), seed).rows)
        for seed in range(5)
    }  # fmt: skip
    assert len(orders) == 5


@pytest.mark.parametrize("words", ["Laterne", "Laterme", "Laterne Giraffe"])
def test_turning_the_pages_of_a_search_shows_every_hit_once(db, library, words):
    for n in range(12):
        library.add(f"Laterne {'Laterne ' * (n % 3)}", f"Dunkel {n}")
    numbers, key = [], ""
    while True:
        found = library.page(words, size=5, after=key)
        numbers += [row.number for row in found.rows]
        key = found.next_key
        if not key:
            break
        if len(numbers) == 5:
            library.add("Laterne, neu", "Erst jetzt da.")
            db.session.refresh(library.round)
    assert len(numbers) == len(set(numbers)) == 12


def test_scores_are_whole_numbers_that_follow_from_the_texts_alone():
    search = read_search("Datenschutz")
    texts = [search_terms(title, body) for title, body in TEXTS.values()]
    first, second, *rest = scores(search, texts)
    assert second > first > 0
    assert rest == [0] * len(rest)


# ---- what comes close ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Datenshutz", "privacy"),
        ("Bibliohtek", "library"),
        ("Verkerssicherheit", "safety"),
        ("Bäume pflanzen", "trees"),
        ("Chatbots Giraffe", "privacy"),
    ],
)
def test_where_nothing_fits_what_comes_close_is_shown_and_said(library, words, key):
    found = library.page(words)
    assert found.is_close
    assert key in {library.keys[row.title] for row in found.rows}


def test_what_resembles_nothing_finds_nothing(library):
    found = library.page("Xylophon")
    assert (found.rows, found.is_close) == ([], False)


def test_words_of_unpublished_texts_help_nobody(library):
    library.add("Geheimnis", "Niemand weiß davon.", status=Status.PENDING)
    assert library.page("Geheimnos").rows == []


@pytest.mark.parametrize(
    ("one", "other", "away"),
    [("ampel", "ampel", 0), ("ampel", "apmel", 1), ("ampel", "amel", 1), ("ampel", "rampel", 1),
     ("ampel", "ample", 1), ("haus", "maus", 1), ("ampel", "laterne", 3), ("ab", "abcde", 3)],
)  # fmt: skip
def test_distances_are_counted_in_letters(one, other, away):
    assert distance(one, other, 2) == away


def test_a_word_somebody_wrote_is_not_corrected():
    known = vocabulary([" / ampel ampeln "])
    (same,) = read_search("Ampel").wanted
    assert corrected([same], known) == [same]


# ---- only what is public ------------------------------------------------------------------------


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PUBLISHED])
@pytest.mark.parametrize("order", list(Order))
def test_what_is_not_public_is_never_found(library, status, order):
    library.add("Einhorn", "Es ist scheu.", status=status)
    assert library.page("Einhorn", order).rows == []


def test_another_round_is_another_search(library, make):
    other = make.round("collecting")
    make.submission(other, title="Einhorn", search_terms=search_terms("Einhorn", ""))
    assert library.page("Einhorn").rows == []


def test_a_search_can_be_narrowed(library):
    library.add("Laterne", "Sorge", kind=Kind.CONCERN)
    library.add("Laterne", "Idee")
    wanted = ListFilter(search="Laterne", kind=Kind.CONCERN, order=Order.BEST)
    assert [r.kind for r in page_of(VISITOR, library.round, wanted, SEED).rows] == [Kind.CONCERN]


# ---- the index follows the texts ----------------------------------------------------------------


def test_a_changed_text_is_found_by_its_new_words_only(db, library):
    one = db.session.scalar(select(Submission).where(Submission.title == "Stadtbibliothek"))
    one.search_terms = search_terms("Museum", "Bilder")
    db.session.commit()
    assert library.found("Museum") == ["library"]
    assert library.found("Bibliothek") == []
    assert library.found("Bücher") == []


def test_a_deleted_text_leaves_the_index(db, library):
    db.session.execute(delete(Submission).where(Submission.title == "Stadtbibliothek"))
    db.session.commit()
    rows = db.session.scalar(text("SELECT count(*) FROM submission_fts"))
    assert rows == db.session.scalar(select(func.count(Submission.id)))
    assert search_index.wrong_entries() == []


def test_a_vote_leaves_the_index_alone(db, library):
    db.session.execute(update(Submission).values(agree_count=Submission.agree_count + 1))
    db.session.commit()
    assert search_index.wrong_entries() == []


def test_texts_that_changed_behind_the_back_of_the_search_are_noticed_and_mended(db, library):
    db.session.execute(
        update(Submission).where(Submission.title == "Stadtbibliothek").values(title="Museum")
    )
    db.session.commit()
    assert "1 contributions" in search_index.wrong_entries()[0]
    assert search_index.rebuild() == 1
    db.session.commit()
    assert search_index.wrong_entries() == []
    assert [row.title for row in library.page("Museum").rows] == ["Museum"]


def test_a_broken_index_is_noticed_and_mended(db, library):
    is_sqlite = db.engine.dialect.name == "sqlite"
    db.session.execute(
        text(
            "INSERT INTO submission_fts(submission_fts) VALUES ('delete-all')"
            if is_sqlite
            else "DELETE FROM submission_fts"
        )
    )
    db.session.commit()
    assert "index" in search_index.wrong_entries()[0]
    search_index.rebuild()
    db.session.commit()
    assert search_index.wrong_entries() == []


def test_the_search_reads_the_index_and_not_every_text(db, library):
    if db.engine.dialect.name != "sqlite":
        found = db.session.scalars(text("SELECT indexname FROM pg_indexes")).all()
        assert "ix_submission_fts_pieces" in found
        return
    wanted = queries.listed(VISITOR, library.round.id, ListFilter(search="Datenschutz"))
    shown = str(wanted.compile(db.engine, compile_kwargs={"literal_binds": True}))
    plan = " ".join(row.detail for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {shown}")))
    assert "SCAN submission_fts VIRTUAL TABLE INDEX" in plan
    assert "SCAN submission " not in plan


# ---- marks --------------------------------------------------------------------------------------


def marked(words, written):
    return "".join(f"[{t}]" if hit else t for t, hit in Marker(read_search(words)).marked(written))


@pytest.mark.parametrize(
    ("words", "written", "shown"),
    [
        ("Baum", "Bäume und Straßenbäume, kein Bau.", "[Bäume] und [Straßenbäume], kein Bau."),
        ("Schutz", "Datenschutz", "[Datenschutz]"),
        ('"Bücher leihen"', "Wir leihen: Bücher!", "Wir [leihen]: [Bücher]!"),
        ("KI", "KI für Kinder", "[KI] für Kinder"),
        ("<b>", "a <b> c", ""),
        ("Nichts", "Ein Text", ""),
        ("", "Ein Text", ""),
    ],
)
def test_hits_are_marked(words, written, shown):
    assert marked(words, written) == shown


@given(WORDS, WORDS)
def test_marking_changes_no_letter(words, written):
    parts = Marker(read_search(words)).marked(written)
    assert "".join(part for part, _ in parts) == (written if parts else "")


def test_an_excerpt_begins_shortly_before_the_first_hit():
    long = "Anfang " * 80 + "und dann die Laterne am Ende"
    shown = Marker(read_search("Laterne")).around_hit(long)
    assert shown.startswith("… Anfang")
    assert 40 < shown.index("Laterne") < 80


def test_an_early_hit_needs_no_cut():
    assert Marker(read_search("Laterne")).around_hit("Die Laterne") == "Die Laterne"


def test_long_searches_are_cut_to_eight_words():
    words = " ".join(f"wort{n}" for n in range(30))
    assert len(read_search(words).wanted) == 8


def test_an_empty_search_is_empty():
    assert read_search("  ") == Search(())
