"""Pictures and documents of a contribution: what is taken, who sees it, and what becomes of it."""

import zlib
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image, ImageCms
from sqlalchemy import func, select

from civicdialog.core import clock
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.pictures import LARGEST_PREVIEW, redrawn
from civicdialog.submissions import attachments
from civicdialog.submissions.attachment_files import CheckedFile, check_file, file_name
from civicdialog.submissions.models import Attachment, Status
from civicdialog.submissions.tasks import forget_refused_files
from tests.submissions.test_pages import text_of
from tests.submissions.test_receipts import guest, handed_in, round  # noqa: F401

GPS = 0x8825
LIMITS = attachments.Limits(most=2, file=8_000_000, total=20_000_000)
HIDDEN_PLACE = "Marktplatz 1, 51.48 N 11.97 E"


def picture(form="PNG", size=(64, 32), mode="RGB", **options):
    file = BytesIO()
    Image.new(mode, size, 200).save(file, form, **options)
    return file.getvalue()


def photo_with_place():
    exif = Image.Exif()
    exif[0x010E] = HIDDEN_PLACE
    exif[0x0112] = 6
    exif.get_ifd(GPS)[1] = "N"
    return picture(
        "JPEG", (64, 32), exif=exif, comment=HIDDEN_PLACE.encode(), xmp=HIDDEN_PLACE.encode(),
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    )  # fmt: skip


def document(body=b"1 0 obj << /Type /Catalog >> endobj"):
    return b"%PDF-1.7\n" + body + b"\ntrailer << >>\n%%EOF\n"


def packed(inside):
    return document(b"1 0 obj << /Type /ObjStm /Filter /FlateDecode >> stream\n"
                    + zlib.compress(inside) + b"\nendstream endobj")  # fmt: skip


def bomb(side):
    """A picture of one colour: few bytes, many pixels."""
    return picture("PNG", (side, side), "1")


def stored(db):
    return db.session.scalars(select(Attachment).order_by(Attachment.id)).all()


def send_file(browser, submission, data=None, name="foto.png", text="Die Anzeige ist dunkel"):
    """Send a file as the form does; the picture is one of ours unless something else is given."""
    sent = BytesIO(picture() if data is None else data)
    return browser.post(
        f"/submissions/{submission.public_id}/attachments",
        data={"file": (sent, name), "alternative_text": text},
    )


@pytest.fixture
def mine(make, ada):
    return make.submission(make.round("collecting"), ada, status=Status.PENDING)


# ---- what is taken ------------------------------------------------------------------------------

HOSTILE = {
    "nothing in it": b"",
    "no file we know": b"Halle an der Saale",
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a page called a picture": b"<!doctype html><script>alert(1)</script>",
    "a moving picture of another kind": b"GIF89a/*\x01\x00\x01\x00*/=1;alert(1)",
    "half a picture": picture(size=(640, 480), mode="RGBA")[:200],
    "half a photo": photo_with_place()[:300],
    "only the beginning of a picture": b"\x89PNG\r\n\x1a\n",
    "only the beginning of a WebP": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "121 million pixels": bomb(11_000),
    "a header of four thousand million pixels": (
        bomb(1)[:16] + b"\x00\x00\xfa\xfa" * 2 + bomb(1)[24:]
    ),
    "a long text packed into a picture": (
        picture()[:33] + b"\x00\x00\x00\x05zTXt" + b"a\x00\x00x\x9c" + picture()[33:]
    ),
    "a PDF that ends too early": document()[:20],
    "a PDF with a script": document(b"<< /S /JavaScript /JS (app.alert(1)) >>"),
    "a PDF with a script in other letters": document(b"<< /S /J#61v#61Script >>"),
    "a PDF that starts a program": document(b"<< /S /Launch /F (cmd.exe) >>"),
    "a PDF with a file in it": document(b"<< /Type /EmbeddedFile >>"),
    "a PDF with a packed script": packed(b"<< /S /JavaScript >>"),
    "a PDF one cannot look into": document(
        b"<< /Type /Obj#53tm /Filter /LZWDecode >> stream\n\x80\x0b\x60\nendstream"
    ),
    "a PDF that swells": packed(b"\0" * 21_000_000),
    "a protected PDF": document(b"<< /Encrypt 5 0 R >>"),
}  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_taken_is_said_in_a_sentence(mine, ada, sign_in, db, data):
    answer = send_file(sign_in(ada), mine, data)
    said = text_of(answer).split('class="error-summary"')[1].split("</ul>")[0]
    assert answer.status_code == 422
    assert "Bitte" in said
    assert stored(db) == []


def test_what_was_typed_survives_a_refused_file(mine, ada, sign_in):
    assert 'value="Die dunkle Anzeige"' in text_of(
        send_file(sign_in(ada), mine, b"?", text="Die dunkle Anzeige")
    )


def test_a_file_that_is_too_large_is_refused_in_the_form(mine, ada, sign_in, db):
    answer = send_file(sign_in(ada), mine, picture() + b"x" * 8_000_000)
    assert answer.status_code == 422
    assert "Sie darf höchstens 8 MB haben" in text_of(answer)


def test_a_request_that_is_far_too_large_is_not_read(mine, ada, sign_in):
    assert send_file(sign_in(ada), mine, b"x" * 21_000_000).status_code == 413


def test_other_pages_stay_closed_for_large_requests(mine, ada, sign_in):
    answer = sign_in(ada).post(
        f"/submissions/{mine.public_id}/withdraw", data={"file": (BytesIO(b"x" * 1_100_000), "x")}
    )
    assert answer.status_code == 413


def test_no_file_is_a_mistake_at_its_field(mine, ada, sign_in):
    answer = sign_in(ada).post(
        f"/submissions/{mine.public_id}/attachments", data={"alternative_text": "x"}
    )
    assert answer.status_code == 422
    assert "Bitte wählen Sie eine Datei" in text_of(answer)


# ---- pictures -----------------------------------------------------------------------------------


def test_nothing_hidden_stays_in_a_photo_and_it_stands_upright():
    drawn = redrawn(photo_with_place())
    seen = Image.open(BytesIO(drawn.data))
    assert (drawn.width, drawn.height) == seen.size == (32, 64)
    assert dict(seen.getexif()) == {}
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(seen.info)
    assert HIDDEN_PLACE[:10].encode() not in drawn.data


def test_what_hangs_behind_a_picture_is_gone():
    script = b"<script>alert(1)</script>PK\x03\x04"
    assert b"script" not in redrawn(picture() + script).data


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_large_picture_becomes_smaller(form):
    drawn = redrawn(picture(form, (3_200, 1_600)))
    assert (drawn.width, drawn.height) == (1_600, 800)


def test_of_a_moving_picture_the_first_one_stays():
    later = Image.new("RGB", (64, 32), "red")
    drawn = redrawn(picture("PNG", save_all=True, append_images=[later]))
    assert getattr(Image.open(BytesIO(drawn.data)), "n_frames", 1) == 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_colour_is_read(mode):
    assert redrawn(picture("PNG", mode=mode)).width == 64


def test_even_a_noisy_preview_is_small():
    noise = Image.effect_noise((1_200, 1_200), 200).convert("RGB")
    file = BytesIO()
    noise.save(file, "PNG")
    assert len(redrawn(file.getvalue()).preview) <= LARGEST_PREVIEW


@pytest.mark.parametrize("data", [picture(), document()], ids=["picture", "document"])
def test_a_file_needs_words(mine, ada, sign_in, db, data):
    answer = send_file(sign_in(ada), mine, data, text="  ")
    assert answer.status_code == 422
    assert "Bitte sagen Sie in einem Satz" in text_of(answer)
    assert stored(db) == []


def test_nobody_goes_round_the_form_without_words(mine, ada, db):
    with pytest.raises(RuleBroken, match="in a sentence"), transaction():
        attachments.add(ada.as_actor(), mine, checked(b"a"), " ", LIMITS)


# ---- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Haltestelle am Markt.PNG", "Haltestelle am Markt.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\boot.ini", "boot.pdf"),
        ("rechnung\u202efdp.exe", "rechnung fdp.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie x 1.pdf"),
        ("nul\x00.pdf", "nul.pdf"),
        ("<svg onload=alert(1)>.pdf", "svg onload alert(1).pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ("ü" * 400 + ".pdf", "ü" * 80 + ".pdf"),
    ],
)
def test_a_name_harms_nobody(given, kept):
    assert file_name(given, "application/pdf") == kept


# ---- adding and removing ------------------------------------------------------------------------


def test_a_picture_is_added_and_removed(mine, ada, sign_in, db):
    browser = sign_in(ada)
    assert send_file(browser, mine).status_code == 303
    url = f"/submissions/{mine.public_id}/attachments"
    assert 'alt="Die Anzeige ist dunkel"' in text_of(browser.get(url))
    assert browser.post(f"{url}/{stored(db)[0].public_id}/remove").status_code == 303
    assert stored(db) == []


def test_a_document_is_known_by_its_content(mine, ada, sign_in, db):
    assert send_file(sign_in(ada), mine, document(), "Plan.png").status_code == 303
    assert (stored(db)[0].media_type, stored(db)[0].file_name) == ("application/pdf", "Plan.pdf")


def test_sending_twice_adds_one_file(mine, ada, sign_in, db):
    browser = sign_in(ada)
    assert [send_file(browser, mine).status_code for _ in range(2)] == [303, 303]
    assert len(stored(db)) == 1


def test_whoever_holds_the_receipt_adds_files(handed_in, guest, db):  # noqa: F811
    public_id = handed_in[0].rpartition("/")[2]
    page = f"/submissions/{public_id}/attachments"
    assert page in text_of(guest.get(handed_in[0]))
    sent = {"file": (BytesIO(picture()), "x.png"), "alternative_text": "Ein Bild"}
    assert guest.post(page, data=sent).status_code == 303
    assert len(stored(db)) == 1


def checked(sign):
    return CheckedFile("a.pdf", "application/pdf", sign)


def test_there_are_only_so_many_files(mine, ada, db):
    with transaction():
        for sign in (b"a", b"b"):
            attachments.add(ada.as_actor(), mine, checked(sign), "Plan", LIMITS)
    with pytest.raises(RuleBroken, match="at most 2 files"), transaction():
        attachments.add(ada.as_actor(), mine, checked(b"c"), "Plan", LIMITS)


def test_all_together_they_have_a_limit(mine, ada, db):
    limits = attachments.Limits(most=9, file=8_000_000, total=3)
    with pytest.raises(RuleBroken, match="together"), transaction():
        attachments.add(ada.as_actor(), mine, checked(b"four"), "Plan", limits)


def test_others_add_and_remove_nothing(mine, make, db):
    other = make.person().as_actor()
    with pytest.raises(NotAllowed), transaction():
        attachments.add(other, mine, checked(b"a"), "Plan", LIMITS)
    with pytest.raises(NotAllowed), transaction():
        attachments.remove(other, mine, "x")


def test_nothing_is_added_that_no_moderator_reads(make, ada, db):
    public = make.submission(make.round("collecting"), ada)
    with pytest.raises(RuleBroken, match="waits"), transaction():
        attachments.add(ada.as_actor(), public, checked(b"a"), "Plan", LIMITS)


# ---- who sees it --------------------------------------------------------------------------------


@pytest.fixture
def with_picture(mine, ada, sign_in, db):
    send_file(sign_in(ada), mine)
    return stored(db)[0]


def test_until_it_is_published_only_author_and_moderation_see_it(with_picture, ada, mo, sign_in):
    url = f"/attachments/{with_picture.public_id}"
    for path in (url, f"{url}/preview"):
        seen = [sign_in(who).get(path).status_code for who in (ada, mo, None)]
        assert seen == [200, 200, 404]
    assert sign_in(ada).get(url).headers["Cache-Control"] == "no-store"


def test_with_its_contribution_it_is_published(with_picture, mine, mo, sign_in):
    desk, url = sign_in(mo), f"/moderation/submissions/{mine.public_id}"
    assert f"/attachments/{with_picture.public_id}/preview" in text_of(desk.get(url))
    assert desk.post(f"{url}/publish").status_code == 303
    html = text_of(sign_in().get(f"/submissions/{mine.public_id}"))
    place = f'src="/attachments/{with_picture.public_id}/preview"'
    assert place in html
    tag = html.split(place)[1].split(">")[0]
    assert all(word in tag for word in ('width="64"', 'height="32"', 'loading="lazy"', "alt="))


def test_a_picture_the_moderator_has_not_seen_is_not_published(mine, ada, mo, sign_in, db):
    desk, url = sign_in(mo), f"/moderation/submissions/{mine.public_id}"
    seen = text_of(desk.get(url)).split('name="seen" value="')[1].split('"')[0]
    send_file(sign_in(ada), mine)
    assert desk.post(f"{url}/publish", data={"seen": seen}).status_code == 409


def publish(mine):
    with transaction():
        mine.status = Status.PUBLISHED


def test_a_hidden_picture_is_seen_by_author_and_moderation_alone(
    with_picture, mine, ada, mo, sign_in
):
    publish(mine)
    with transaction():
        with_picture.is_hidden = True
    url = f"/attachments/{with_picture.public_id}"
    assert [sign_in(who).get(url).status_code for who in (ada, mo, None)] == [200, 200, 404]


def test_a_hidden_picture_leaves_a_note_and_not_its_description(with_picture, mine, sign_in):
    publish(mine)
    with transaction():
        with_picture.is_hidden = True
    html = text_of(sign_in().get(f"/submissions/{mine.public_id}"))
    assert "Die Moderation hat diese Datei ausgeblendet." in html
    assert "Die Anzeige ist dunkel" not in html


def test_a_picture_is_served_so_that_it_can_do_nothing(with_picture, mine, sign_in):
    publish(mine)
    answer = sign_in().get(f"/attachments/{with_picture.public_id}")
    assert answer.mimetype == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "attachment" not in answer.headers["Content-Disposition"]


def test_a_document_is_something_to_keep_not_to_run(mine, ada, sign_in, db):
    send_file(sign_in(ada), mine, document(), 'Plän "; X=y.pdf')
    answer = sign_in(ada).get(f"/attachments/{stored(db)[0].public_id}")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert "X=y" not in answer.headers["Content-Disposition"]
    assert answer.get_data() == document()


@pytest.mark.parametrize("path", ["/attachments/xxxxxxxxxx", "/attachments/A%00", "/attachments/é"])
def test_there_is_nothing_behind_other_addresses(app, sign_in, path):
    assert sign_in().get(path).status_code == 404


# ---- what becomes of it -------------------------------------------------------------------------


def test_taking_back_deletes_the_files(with_picture, mine, ada, sign_in, db):
    sign_in(ada).post(f"/submissions/{mine.public_id}/withdraw", data={"reason": "Doppelt"})
    assert db.session.scalar(select(func.count()).select_from(Attachment)) == 0


def test_files_of_refused_contributions_go_when_nobody_can_object(with_picture, mine, db):
    with transaction():
        mine.status = Status.REJECTED
    forget_refused_files()
    assert len(stored(db)) == 1
    with transaction():
        with_picture.created_at = clock.now() - timedelta(days=181)
    forget_refused_files()
    assert stored(db) == []


def test_published_files_stay(with_picture, mine, db):
    publish(mine)
    with transaction():
        with_picture.created_at = clock.now() - timedelta(days=999)
    forget_refused_files()
    assert len(stored(db)) == 1


def test_an_ordinary_pdf_is_taken():
    assert check_file(packed(b"<< /Type /Page >>"), "a", largest=10_000).name == "a.pdf"
