"""The page of one thing: programs' hints, previews, files, and where a round publishes at once."""

import pytest
from sqlalchemy import select

from civicdialog.moderation.hints import FINDER, Hint
from civicdialog.moderation.models import ModerationDecision, Outcome
from civicdialog.submissions.models import Attachment, Status

REASONS = {"ground": "personal_data", "explanation": "Auf dem Bild ist ein Gesicht zu sehen."}


@pytest.fixture
def round(make):
    return make.round("open")


@pytest.fixture
def waiting(make, round, ada):
    return make.submission(
        round, ada, status=Status.PENDING, title="Ein Bus", problem="Anrufen: 0345 1234567. Danke."
    )


@pytest.fixture
def picture(make, round, ada):
    public = make.submission(round, ada, title="Ein Rad")
    return make.keep(
        Attachment(
            submission_id=public.id,
            file_name="rad.png",
            alternative_text="Ein Rad",
            media_type="image/png",
            size=1,
            digest="d",
            data=b"x",
        )
    )


@pytest.fixture
def desk(sign_in, mo):
    return sign_in(mo)


def at(submission, deed=""):
    return f"/moderation/submissions/{submission.public_id}{deed}"


def test_a_preview_shows_the_text_without_the_passages_and_changes_nothing(desk, waiting, db):
    sent = {"out-passages": "0345 1234567", "preview": "1"}
    answer = desk.post(at(waiting, "/redact"), data=sent)
    assert answer.status_code == 200
    assert "Anrufen: […]. Danke." in answer.text
    db.session.refresh(waiting)
    assert waiting.status is Status.PENDING
    assert "0345" in waiting.problem


def test_a_preview_of_what_does_not_stand_there_says_so(desk, waiting):
    sent = {"out-passages": "Nichts davon", "preview": "1"}
    assert desk.post(at(waiting, "/redact"), data=sent).status_code == 422


def test_refusing_a_duplicate_offers_words_with_its_address(desk, waiting, make, round, ada, app):
    other = make.submission(round, ada, title="Ein Bus, der kommt")
    page = desk.get(at(waiting, f"?same={other.public_id}")).text
    address = f"{app.extensions['settings'].base_url}/submissions/{other.public_id}"
    assert f"„Ein Bus, der kommt“ ({address})" in page
    assert 'value="resembling" selected' in page or 'selected value="resembling"' in page


def test_what_is_not_public_is_never_named_as_the_original(desk, waiting, make, round, ada):
    secret = make.submission(round, ada, status=Status.PENDING, title="Geheimer Plan")
    assert "Geheimer Plan" not in desk.get(at(waiting, f"?same={secret.public_id}")).text


@pytest.mark.parametrize("same", ["", "x", "%00", "nichts"])
def test_an_original_that_does_not_exist_is_passed_over(desk, waiting, same):
    assert desk.get(at(waiting, f"?same={same}")).status_code == 200


def test_resembling_ones_lead_to_these_words(desk, waiting, make, round, ada, app):
    other = make.submission(round, ada, title="Ein Bus, der kommt")
    hint = Hint(other.public_id, other.title, "/x", other.status, is_identical=False)
    before = app.extensions[FINDER]
    app.extensions[FINDER] = lambda viewer, submission: [hint]
    try:
        assert f"same={other.public_id}#decide-heading" in desk.get(at(waiting)).text
    finally:
        app.extensions[FINDER] = before


def test_one_picture_is_hidden_and_its_contribution_stays(desk, picture, sign_in, db):
    url = f"/moderation/files/{picture.public_id}"
    assert "rad.png" in desk.get(url).text
    assert desk.post(f"{url}/hide", data={"ground": "insult"}).status_code == 422
    assert desk.post(f"{url}/hide", data=REASONS).status_code == 303
    assert desk.post(f"{url}/hide", data=REASONS).status_code == 409
    decision = db.session.scalars(select(ModerationDecision)).one()
    assert (decision.outcome, decision.subject_kind) == (Outcome.HIDDEN, "attachment")


def test_a_hidden_picture_is_shown_again_with_a_reason(desk, picture, db):
    url = f"/moderation/files/{picture.public_id}"
    desk.post(f"{url}/hide", data=REASONS)
    assert desk.post(f"{url}/restore").status_code == 422
    assert desk.post(f"{url}/restore", data={"note": "Es ist eine Zeichnung."}).status_code == 303
    db.session.expire_all()
    assert not db.session.get_one(Attachment, picture.id).is_hidden


def test_files_are_for_moderators(sign_in, ada, picture):
    url = f"/moderation/files/{picture.public_id}"
    assert sign_in(ada).get(url).status_code == 403
    assert sign_in(ada).post(f"{url}/hide", data=REASONS).status_code == 403


def test_nobody_decides_on_the_file_of_their_own_contribution(make, round, mo, sign_in):
    own = make.submission(round, mo)
    file = make.keep(
        Attachment(
            submission_id=own.id,
            file_name="a.png",
            media_type="image/png",
            size=1,
            digest="d",
            data=b"x",
        )
    )
    url = f"/moderation/files/{file.public_id}/hide"
    assert sign_in(mo).post(url, data=REASONS).status_code == 403


def test_the_round_says_when_texts_are_read(make, sign_in):
    before, after = make.round("open"), make.round("open", submissions_wait=False)
    assert "liest jeden Beitrag, bevor er erscheint" in sign_in().get(f"/rounds/{before.slug}").text
    assert "Beiträge erscheinen sofort" in sign_in().get(f"/rounds/{after.slug}").text


def test_who_must_wait_where_others_need_not_is_told_why(make, ada, sign_in):
    at_once = make.round("open", submissions_wait=False)
    held = make.submission(at_once, ada, status=Status.PENDING)
    page = sign_in(ada).get(f"/submissions/{held.public_id}").text
    assert "Dieser wartet trotzdem" in page
