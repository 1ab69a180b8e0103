"""Without an account: four words open a contribution, and whoever holds them decides on it."""

import io
import re
from itertools import combinations

import pytest
from sqlalchemy import select

from civicdialog.analysis.language import plain
from civicdialog.core.db import transaction
from civicdialog.submissions.models import Channel, Receipt, Status, Submission
from civicdialog.submissions.receipts import word_list
from tests.submissions.test_pages import TEXTS, all_submissions, send, text_of, write


@pytest.fixture
def round(make):
    return make.round("collecting", slug="ki", guests_may_submit=True)


@pytest.fixture
def guest(round, sign_in):
    return sign_in()


def words_in(response):
    block = text_of(response).split('class="receipt__words"')[1].split("</p>")[0]
    return re.findall(r"<span>([^<]+)</span>", block)


@pytest.fixture
def handed_in(guest, db):
    """A guest's contribution: its page in the guest's browser, and the words."""
    answer = send(guest, write(guest).location)
    return answer.location, words_in(guest.get(answer.location))


def test_there_are_2048_words_that_are_hard_to_mistake():
    folded = [plain(word.lower()) for word in word_list()]
    assert len(set(folded)) == len(folded) == 2_048

    def shortened(word):
        return {word[:at] + word[at + 1 :] for at in range(len(word))} | {word}

    alike = {}
    for word in folded:
        for short in shortened(word):
            alike.setdefault(short, set()).add(word)
    pairs = {
        (a, b) for group in alike.values() for a, b in combinations(sorted(group), 2)
        if len(a) != len(b) or sum(x != y for x, y in zip(a, b, strict=True)) == 1
    }  # fmt: skip
    assert {pair for pair in pairs if abs(len(pair[0]) - len(pair[1])) < 2 and
            (pair[0] in shortened(pair[1]) or pair[1] in shortened(pair[0])
             or len(pair[0]) == len(pair[1]))} == set()  # fmt: skip


def test_a_guest_proposes_and_gets_four_words(handed_in, db):
    url, words = handed_in
    assert url.startswith("/receipt/")
    assert len(words) == 4
    submission = all_submissions(db)[0]
    assert (submission.author_id, submission.status) == (None, Status.PENDING)


def test_only_a_fingerprint_of_the_words_is_stored(handed_in, db):
    receipt = db.session.scalars(select(Receipt)).one()
    stored = " ".join(str(value) for value in vars(receipt).values())
    assert not any(word in stored for word in handed_in[1])


def test_pressing_send_twice_gives_one_contribution_and_one_receipt(guest, db):
    url = write(guest).location
    first, second = send(guest, url), send(guest, url)
    assert first.location == second.location
    assert len(db.session.scalars(select(Receipt)).all()) == 1


@pytest.mark.parametrize("stage", ["voting", "closed"])
def test_a_guest_hands_nothing_in_outside_the_phase(make, sign_in, stage):
    make.round(stage, slug="zu", guests_may_submit=True)
    assert "Vorschläge bis" in text_of(sign_in().get("/rounds/zu/propose"))


def test_where_guests_may_not_they_sign_in(make, sign_in):
    make.round("collecting", slug="nur-konto")
    browser = sign_in()
    assert "sign-in" in browser.get("/rounds/nur-konto/propose").location
    answer = browser.post("/rounds/nur-konto/propose", data=TEXTS)
    assert answer.status_code == 401
    assert TEXTS["solution"] in text_of(answer) or 'name="kept"' in text_of(answer)


@pytest.mark.parametrize(
    "typed",
    [
        lambda words: " ".join(words).upper(),
        "-".join,
        lambda words: "  " + " ,  ".join(words).lower() + " ",
        lambda words: " ".join(words).replace("ä", "ae").replace("ö", "oe").replace("ü", "ue"),
        lambda words: " ".join(words).replace("ä", "a").replace("ö", "o").replace("ü", "u"),
    ],
)
def test_the_words_open_it_however_they_are_typed(handed_in, sign_in, typed):
    url, words = handed_in
    elsewhere = sign_in()
    answer = elsewhere.post("/receipt", data={"words": typed(words)})
    assert (answer.status_code, answer.location) == (303, url)
    assert TEXTS["title"] in text_of(elsewhere.get(url))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Adlr Affe Ameise Amsel", "Meinen Sie „Adler“"),
        ("Adler Affe Ameise", "genau vier Wörter"),
        ("Adler Affe Ameise Amsel", "keine Quittung mit diesen Wörtern"),
        ("qqqqq Affe Ameise Amsel", "sehen Sie noch einmal nach"),
        ("", "vier Wörter Ihrer Quittung"),
    ],
)
def test_wrong_words_are_explained(sign_in, typed, said):
    answer = sign_in().post("/receipt", data={"words": typed})
    assert answer.status_code == 422
    assert said in text_of(answer)


def test_without_the_words_nobody_sees_it(handed_in, sign_in, make):
    url, _ = handed_in
    for browser in (sign_in(), sign_in(make.person("Bob"))):
        assert browser.get(url).location == "/receipt"
        public_id = url.rsplit("/", 1)[1]
        assert browser.get(f"/submissions/{public_id}").status_code == 404
        assert browser.get(f"/submissions/{public_id}/edit").status_code in {302, 404}


def test_with_the_words_one_corrects_it_before_it_is_public(handed_in, guest, db):
    edit = handed_in[0].replace("receipt", "submissions") + "/edit"
    version = re.search(r'name="version"[^>]*value="([^"]+)"', text_of(guest.get(edit))).group(1)
    answer = guest.post(edit, data=TEXTS | {"title": "Besser", "version": version})
    assert (answer.status_code, answer.location) == (303, handed_in[0])
    assert all_submissions(db)[0].title == "Besser"


def test_with_the_words_one_takes_it_back(handed_in, guest, db):
    url = handed_in[0].replace("receipt", "submissions") + "/withdraw"
    assert guest.post(url, data={"reason": "Erledigt"}).location == handed_in[0]
    assert all_submissions(db)[0].status is Status.WITHDRAWN
    assert "Erledigt" in text_of(guest.get(handed_in[0]))


def test_the_whole_way_can_be_read_with_the_receipt(handed_in, guest):
    assert guest.get(handed_in[0].replace("receipt", "submissions") + "/thread").status_code == 200


def test_a_rejection_is_explained_and_says_where_to_object(handed_in, guest, mo, sign_in):
    public_id = handed_in[0].rsplit("/", 1)[1]
    sign_in(mo).post(
        f"/moderation/submissions/{public_id}/reject",
        data={"ground": "off_topic", "explanation": "Das gehört zum Ordnungsamt."},
    )
    page = text_of(guest.get(handed_in[0]))
    assert "Das gehört zum Ordnungsamt." in page
    link = f"/submissions/{public_id}/decision"
    assert link in page
    statement = guest.get(guest.get(link).location).text
    assert "Halten Sie das für falsch?" in statement


def claim(browser, url):
    return browser.post(f"{url}/claim")


def test_a_receipt_is_taken_into_an_account(handed_in, ada, sign_in, db):
    url, words = handed_in
    browser = sign_in(ada)
    browser.post("/receipt", data={"words": " ".join(words)})
    assert claim(browser, url).location == "/my/contributions"
    assert all_submissions(db)[0].author_id == ada.id
    assert TEXTS["title"] in text_of(browser.get("/my/contributions"))


def test_after_that_the_words_open_it_no_more(handed_in, guest, ada, sign_in):
    url, words = handed_in
    browser = sign_in(ada)
    browser.post("/receipt", data={"words": " ".join(words)})
    claim(browser, url)
    assert guest.get(url).location == "/receipt"
    assert sign_in().post("/receipt", data={"words": " ".join(words)}).status_code == 422


def test_nobody_claims_without_the_words(handed_in, ada, sign_in, db):
    assert claim(sign_in(ada), handed_in[0]).status_code == 404
    assert all_submissions(db)[0].author_id is None


def test_a_device_others_use_forgets_the_receipt(handed_in, guest):
    guest.post(f"{handed_in[0]}/close")
    assert guest.get(handed_in[0]).location == "/receipt"


def test_a_moderator_does_not_decide_on_what_they_handed_in_as_a_guest(handed_in, mo, sign_in, db):
    url, words = handed_in
    browser = sign_in(mo)
    browser.post("/receipt", data={"words": " ".join(words)})
    public_id = url.rsplit("/", 1)[1]
    assert browser.post(f"/moderation/submissions/{public_id}/publish").status_code == 403


# ---- staff ---------------------------------------------------------------------------------------


ENTRY = TEXTS | {"channel": "paper", "author_name": "Frau M."}


def test_staff_enter_what_came_on_paper_and_print_the_receipt(round, mo, sign_in, db):
    desk = sign_in(mo)
    assert desk.get("/rounds/ki/enter").status_code == 200
    printed = desk.get(desk.post("/rounds/ki/enter", data=ENTRY).location)
    submission = all_submissions(db)[0]
    assert (submission.channel, submission.author_id) == (Channel.PAPER, None)
    assert (submission.author_name, submission.status) == ("Frau M.", Status.PENDING)
    words = words_in(printed)
    assert sign_in().post("/receipt", data={"words": " ".join(words)}).status_code == 303


def test_what_came_in_time_may_be_entered_later(make, ed, sign_in, db):
    make.round("voting", slug="spaet")
    assert sign_in(ed).post("/rounds/spaet/enter", data=ENTRY).status_code == 303


def test_sending_the_entry_twice_makes_one(round, mo, sign_in, db):
    desk = sign_in(mo)
    for _ in range(2):
        desk.post("/rounds/ki/enter", data=ENTRY | {"form_token": "once"})
    assert len(all_submissions(db)) == 1


@pytest.mark.parametrize(
    "path", ["/contributions/enter", "/rounds/ki/enter", "/rounds/ki/enter/batch"]
)
def test_participants_enter_nothing_for_others(round, ada, sign_in, path):
    assert sign_in(ada).get(path).status_code == 403


def test_another_moderator_does_not_print_these_receipts(round, make, mo, sign_in):
    url = sign_in(mo).post("/rounds/ki/enter", data=ENTRY).location
    other = make.person("Max", roles=[grant.role for grant in mo.roles])
    assert sign_in(other).get(url).status_code == 404


def upload(desk, text, name="werkstatt.csv", **values):
    data = {"channel": "event", "file": (io.BytesIO(text.encode()), name)} | values
    return desk.post("/rounds/ki/enter/batch", data=data, content_type="multipart/form-data")


def test_a_table_is_entered_and_all_receipts_stand_on_one_page(round, mo, sign_in, db):
    desk = sign_in(mo)
    answer = upload(desk, 'title,text,kind\nBus,Der Bus fehlt.,Sorge\nAmpel,"Rot, immer rot.",\n')
    page = text_of(desk.get(answer.location))
    assert page.count('class="receipt__words"') == 2
    assert [(each.title, each.kind, each.channel) for each in all_submissions(db)] == [
        ("Bus", "concern", "event"), ("Ampel", "use_case", "event"),
    ]  # fmt: skip


def test_every_bad_line_is_said_and_nothing_is_entered(round, mo, sign_in, db):
    answer = upload(sign_in(mo), "title,text,kind\n,Ohne Titel,\nGut,Gut,\nSo,Nein,Quatsch\nEins\n")
    html = text_of(answer)
    assert answer.status_code == 422
    for words in ("Zeile 2", "Zeile 4", "Zeile 5", "Unbekannte Art"):
        assert words in html
    assert all_submissions(db) == []


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "title,text\n"])
def test_a_file_that_is_no_such_table_is_explained(round, mo, sign_in, text):
    assert upload(sign_in(mo), text).status_code == 422


def test_the_table_is_there_once_even_when_sent_twice(round, mo, sign_in, db):
    desk = sign_in(mo)
    for _ in range(2):
        upload(desk, "title,text\nBus,Der Bus fehlt.\n", form_token="once")
    assert len(all_submissions(db)) == 1


def test_going_back_and_entering_the_next_person_drops_nobody(round, mo, sign_in, db):
    desk = sign_in(mo)
    for title in ("Was Frau M. sagte", "Was Herr K. sagte"):
        desk.post("/rounds/ki/enter", data=ENTRY | {"form_token": "once", "title": title})
    assert len(all_submissions(db)) == 2


def test_going_back_and_choosing_the_next_table_drops_no_line(round, mo, sign_in, db):
    desk = sign_in(mo)
    for text in ("Der Bus fehlt.", "Die Bahn fehlt."):
        upload(desk, f"title,text\nVerkehr,{text}\n", form_token="once")
    assert [each.problem for each in all_submissions(db)] == ["Der Bus fehlt.", "Die Bahn fehlt."]


def test_a_receipt_of_an_old_secret_key_still_shows_its_contribution(handed_in, guest, db):
    with transaction():
        db.session.scalars(select(Receipt)).one().code_hash = "0" * 64
    assert "lässt sich nicht mehr drucken" in text_of(guest.get(handed_in[0]))


def test_claimed_contributions_are_counted_as_their_authors(handed_in, ada, sign_in, db):
    browser = sign_in(ada)
    browser.post("/receipt", data={"words": " ".join(handed_in[1])})
    claim(browser, handed_in[0])
    receipt = db.session.scalars(select(Receipt)).one()
    assert receipt.claimed_by_id == ada.id
    assert db.session.scalars(select(Submission.author_id)).one() == ada.id
