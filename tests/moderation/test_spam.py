"""A hint learned from decisions taken here: silent until it is good enough, and never decisive."""

import random
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select

from civicdialog.analysis.rejections import FEWEST_REFUSED, FEWEST_TEXTS, judge, learn
from civicdialog.core import clock
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import db as database
from civicdialog.insights.tasks import learn_from_decisions
from civicdialog.moderation import rejection_hints
from civicdialog.moderation.abuse_models import RejectionModel
from civicdialog.moderation.models import Ground, ModerationDecision, Outcome, SubjectKind
from civicdialog.submissions.models import Status, Submission

FINE = ["Ampel", "Schule", "Bus", "Radweg", "Bücherei", "Antrag", "Termin", "Kita", "Park", "Baum"]
BAD = ["Kredit", "Casino", "Gewinn", "Rabatt", "Gutschein", "Bonus", "Anlage", "Aktie", "Wette"]


def text(words, lot):
    return " ".join(lot.choices(words, k=8) + lot.choices(FINE, k=3))


def examples(fine=200, bad=40, *, seed=1):
    lot = random.Random(seed)
    texts = [text(FINE, lot) for _ in range(fine)] + [text(BAD, lot) for _ in range(bad)]
    return texts, [False] * fine + [True] * bad


def test_what_is_refused_by_its_words_is_learned_and_told():
    learned = learn(*examples())
    assert learned.auc > 0.95
    assert learned.precision >= 0.6
    judged = judge(learned.model, "Sichern Sie sich Casino und Bonus mit Kredit")
    assert judged.value >= learned.threshold
    assert set(judged.words) == {"Casino", "Bonus", "Kredit"}


def test_where_chance_decides_it_stays_silent():
    lot = random.Random(2)
    texts = [text(FINE, lot) for _ in range(300)]
    learned = learn(texts, [lot.random() < 0.2 for _ in texts])
    assert learned.auc < 0.7
    assert learned.threshold is None


def test_whoever_knows_only_a_few_of_the_refused_ones_stays_silent():
    lot = random.Random(4)
    texts = [text(FINE, lot) for _ in range(300)] + [text(BAD, lot) for _ in range(12)]
    learned = learn(texts, [n >= 300 or n % 6 == 0 for n in range(312)])
    assert learned.auc < 0.7
    assert learned.precision >= 0.6
    assert learned.threshold is None


def test_texts_repeated_many_times_do_not_make_it_look_good():
    lot = random.Random(3)
    kinds = [text(FINE, lot) for _ in range(30)]
    marks = [lot.random() < 0.3 for _ in kinds]
    assert learn(kinds * 12, marks * 12).auc < 0.75


def test_the_same_decisions_give_the_same_model_in_whatever_order():
    texts, refused = examples()
    order = list(range(len(texts)))
    random.Random(5).shuffle(order)
    assert learn(texts, refused) == learn([texts[n] for n in order], [refused[n] for n in order])


@pytest.mark.parametrize(
    ("fine", "bad"),
    [(FEWEST_TEXTS - FEWEST_REFUSED - 1, FEWEST_REFUSED), (400, FEWEST_REFUSED - 1)],
)
def test_too_few_decisions_are_not_learned_from(fine, bad):
    with pytest.raises(ValueError, match="few"):
        learn(*examples(fine, bad))


def test_a_word_of_few_texts_is_not_kept():
    texts, refused = examples()
    texts[-1] += " Maximiliane Mustermann"
    words = learn(texts, refused).model.words
    assert not [stem for stem in words if stem.startswith(("maxim", "musterm"))]


@pytest.mark.parametrize("empty", ["", "   ", "!!!", "x" * 20000, "\0"])
def test_odd_texts_are_judged_without_a_word(empty):
    assert 0 <= judge(learn(*examples()).model, empty).value <= 1


# ---- with a database ----------------------------------------------------------------------------


@pytest.fixture
def round(make):
    return make.round("collecting")


@pytest.fixture
def decided(make, round, mo):
    """Enough decisions, taken by Mo."""
    texts, refused = examples()
    kept = [
        Submission(
            round_id=round.id,
            title=f"Beitrag {n}",
            problem=words,
            status=Status.REJECTED if was else Status.PUBLISHED,
        )
        for n, (words, was) in enumerate(zip(texts, refused, strict=True))
    ]
    database.session.add_all(kept)
    database.session.flush()
    database.session.add_all(
        ModerationDecision(
            subject_kind=SubjectKind.SUBMISSION,
            subject_id=each.id,
            submission_id=each.id,
            round_id=round.id,
            moderator_id=mo.id,
            outcome=Outcome.REJECTED if was else Outcome.PUBLISHED,
            ground=Ground.ADVERTISING if was else None,
            explanation="Werbung." if was else "",
        )
        for each, was in zip(kept, refused, strict=True)
    )
    database.session.commit()
    return kept


def spam(make, round):
    return make.submission(
        round, status=Status.PENDING, title="Casino Bonus", problem="Kredit und Gewinn mit Rabatt"
    )


def test_the_hint_shows_the_words_that_told_it(decided, make, round, mo, sign_in):
    learn_from_decisions()
    page = sign_in(mo).get(f"/moderation/submissions/{spam(make, round).public_id}").text
    assert "Andere mit diesen Wörtern wurden nicht veröffentlicht" in page
    assert "Kredit" in page.partition("nicht veröffentlicht")[2]


def test_a_usual_text_has_no_hint(decided, make, round, mo, sign_in):
    learn_from_decisions()
    usual = make.submission(round, status=Status.PENDING, problem="Ampel an der Schule und Bus")
    page = sign_in(mo).get(f"/moderation/submissions/{usual.public_id}").text
    assert "Andere mit diesen Wörtern" not in page


def test_it_never_acts_by_itself(decided, make, round):
    waiting = spam(make, round)
    learn_from_decisions()
    database.session.refresh(waiting)
    assert waiting.status is Status.PENDING
    assert database.session.query(ModerationDecision).count() == len(decided)


def test_switched_off_it_is_not_shown_and_that_is_recorded(decided, make, round, mo, sign_in):
    learn_from_decisions()
    client = sign_in(mo)
    assert client.post("/moderation/abuse/hint", data={"wanted": "off"}).status_code == 303
    page = client.get(f"/moderation/submissions/{spam(make, round).public_id}").text
    assert "Andere mit diesen Wörtern" not in page
    entry = database.session.scalars(
        select(AuditEntry).where(AuditEntry.event == Event.HINT_SWITCHED)
    ).one()
    assert entry.actor_id == mo.id
    client.post("/moderation/abuse/hint", data={"wanted": "on"})
    page = client.get(f"/moderation/submissions/{spam(make, round).public_id}").text
    assert "Andere mit diesen Wörtern" in page


def test_it_learns_once_there_is_enough_and_again_after_fifty_more(decided, mo):
    assert rejection_hints.is_due()
    learn_from_decisions()
    assert not rejection_hints.is_due()
    model = database.session.scalars(select(RejectionModel)).one()
    model.decisions -= 50
    database.session.commit()
    assert rejection_hints.is_due()


def test_it_learns_each_night_if_something_was_decided(decided):
    learn_from_decisions()
    model = database.session.scalars(select(RejectionModel)).one()
    model.made_at = clock.now() - timedelta(days=2)
    database.session.commit()
    assert not rejection_hints.is_due()
    model.decisions -= 1
    database.session.commit()
    assert rejection_hints.is_due()


def test_too_few_decisions_are_no_reason_to_learn(make, round, mo):
    make.submission(round)
    assert not rejection_hints.is_due()
    learn_from_decisions()
    assert database.session.scalars(select(RejectionModel)).all() == []


def test_duplicates_personal_data_and_what_was_put_back_are_not_learned_from(decided, mo):
    refused = [each for each in decided if each.status is Status.REJECTED]
    before = rejection_hints.decided().refused
    for each, ground in ((refused[0], Ground.DUPLICATE), (refused[1], Ground.PERSONAL_DATA)):
        database.session.add(
            ModerationDecision(
                subject_kind=SubjectKind.SUBMISSION,
                subject_id=each.id,
                outcome=Outcome.REJECTED,
                ground=ground,
                explanation="x",
            )
        )
    refused[2].status = Status.PUBLISHED
    database.session.commit()
    assert rejection_hints.decided().refused == before - 3


def test_sample_rounds_teach_nothing(decided, round):
    round.is_sample = True
    database.session.commit()
    assert rejection_hints.decided().texts == 0


def test_only_the_newest_model_keeps_its_words(decided):
    learn_from_decisions()
    learn_from_decisions()
    models = database.session.scalars(select(RejectionModel).order_by(RejectionModel.id)).all()
    assert [bool(each.weights) for each in models] == [False, True]


def test_the_page_says_how_good_it_is_and_how_much_is_missing(decided, mo, sign_in):
    client = sign_in(mo)
    assert "Sie reichen" not in client.get("/moderation/abuse").text
    learn_from_decisions()
    page = client.get("/moderation/abuse").text
    assert "240 Entscheidungen, davon 40 Ablehnungen" in page
    assert "Wird gezeigt" in page


def test_the_card_is_public_and_says_what_it_does(sign_in):
    page = sign_in().get("/how-it-works/hint")
    assert page.status_code == 200
    assert "Es gibt noch nicht genug Entscheidungen" in page.text
    assert "200 Entscheidungen mit 30 Ablehnungen" in page.text
    assert sign_in().get("/how-it-works/hint", headers={"Accept-Language": "en"}).status_code == 200


def test_judging_needs_no_numerical_library():
    code = (
        "import sys; from civicdialog.analysis.rejections import Model, judge;"
        "judge(Model({'kredit': (1.0, 2.0)}, 0.1), 'Kredit');"
        "assert not {'sklearn', 'numpy', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
