"""What belongs to somebody else can be neither read nor changed, through whatever id."""

import re

import pytest
from sqlalchemy import text

from civicdialog.accounts.models import ExternalIdentity, Passkey, PersonSession
from civicdialog.core.ids import new_secret
from civicdialog.discussion.models import Argument, Stance
from civicdialog.moderation.models import Ground, ModerationDecision, Outcome, SubjectKind
from civicdialog.notifications.models import Follow, Notification
from civicdialog.submissions.models import (
    Attachment,
    Channel,
    Draft,
    RevisionState,
    Status,
    SubmissionRevision,
)
from civicdialog.submissions.receipts import issue_receipt

MARKER = "quittengelee"
REFUSED = {401, 403, 404}
NOT_COMPARED = {"person_session", "rate_limit", "exposure_daily", "alembic_version"}
"""What every visit writes, whoever comes."""


@pytest.fixture
def quinn(make, db):
    """Somebody who owns one of everything, none of it published but one proposal."""
    return Owner(make, db)


class Owner:
    """Quinn's things and the ids they go by."""

    def __init__(self, make, db):
        self.db = db
        self.person = quinn = make.person("Quinn")
        self.round = make.round("open", slug="ki")
        self.pending = make.submission(self.round, quinn, status=Status.PENDING, title=MARKER)
        self.rejected = make.submission(self.round, quinn, status=Status.REJECTED, title=MARKER)
        self.published = make.submission(self.round, quinn, title="Ein Bus")
        self.by_receipt = make.submission(
            self.round, status=Status.PENDING, title=MARKER, channel=Channel.PAPER
        )
        issue_receipt(self.by_receipt)
        self.argument = make.keep(
            Argument(
                submission_id=self.published.id, author_id=quinn.id, stance=Stance.FOR, text=MARKER
            )
        )
        self.said = make.keep(
            Argument(
                submission_id=self.published.id, author_id=quinn.id, stance=Stance.FOR,
                text="Er ist barrierefrei.", is_public=True,
            )
        )  # fmt: skip
        self.draft = make.keep(
            Draft(round_id=self.round.id, person_id=quinn.id, fields={"title": MARKER})
        )
        self.files = [
            make.keep(
                Attachment(
                    file_name=f"{MARKER}.png", media_type="image/png", alternative_text=MARKER,
                    size=3, digest=new_secret()[:40], data=MARKER.encode(),
                    preview=MARKER.encode(), **owner,
                )
            )
            for owner in ({"submission_id": self.pending.id}, {"draft_id": self.draft.id})
        ]  # fmt: skip
        for number, state in enumerate((RevisionState.PUBLISHED, RevisionState.WAITING), start=1):
            told = MARKER if state is RevisionState.WAITING else self.published.title
            make.keep(
                SubmissionRevision(
                    submission_id=self.published.id, number=number,
                    fields={"title": told, "kind": "use_case"}, state=state,
                )
            )  # fmt: skip
        self.decision = make.keep(
            ModerationDecision(
                subject_kind=SubjectKind.SUBMISSION, subject_id=self.rejected.id,
                submission_id=self.rejected.id, round_id=self.round.id,
                outcome=Outcome.REJECTED, ground=Ground.INSULT, explanation=MARKER,
            )
        )  # fmt: skip
        make.keep(
            Notification(person_id=quinn.id, kind="submission.published", facts={"title": MARKER})
        )
        make.keep(Follow(person_id=quinn.id, object_kind="round", object_id=self.round.id))
        self.passkey = make.keep(
            Passkey(person_id=quinn.id, credential_id="key", public_key=b"key", name=MARKER)
        )
        self.identity = make.keep(
            ExternalIdentity(person_id=quinn.id, issuer="https://id.example", subject=MARKER)
        )
        db.session.commit()

    def hidden_addresses(self, app):
        """Every address that takes an id, filled with the ids of what nobody else may touch."""
        sent = [self.pending, self.rejected, self.by_receipt]
        ids = {
            "/submissions/": sent,
            "/receipt/": sent,
            "/moderation/submissions/": sent,
            "/committee/applications/": sent,
            "/committee/ratings/": sent,
            "/arguments/": [self.argument],
            "/moderation/arguments/": [self.argument],
            "/moderation/files/": self.files,
            "/moderation/floods/": sent,
            "/attachments/": self.files,
            "/drafts/": [self.draft],
            "/decisions/": [self.decision],
            "/report/": [*sent, self.argument, *self.files],
        }
        values = {
            "file_id": [self.files[0].public_id],
            "name": ["beneficiaries"],
            "step_id": ["ai-system"],
            "number": ["2"],
            "kind": ["submission", "argument", "attachment"],
            "outcome": ["publish", "reject"],
        }
        found = []
        for rule in app.url_map.iter_rules():
            start = str(rule).split("<")[0]
            if "public_id" not in rule.arguments or start not in ids:
                continue
            filled = [str(rule)]
            for name in sorted(rule.arguments):
                known = values.get(name) or [each.public_id for each in ids[start]]
                hole = re.compile(rf"<(?:\w+:)?{name}>")
                filled = [hole.sub(value, url) for url in filled for value in known]
            found += [(method, url) for url in filled for method in sorted(rule.methods)
                      if method in {"GET", "POST"}]  # fmt: skip
        return [
            *found,
            ("POST", f"/my/account/passkeys/{self.passkey.id}/remove"),
            ("POST", f"/my/account/city/{self.identity.id}/remove"),
        ]

    def public_addresses(self):
        """Addresses of what everybody reads and only its author may change."""
        submission, argument = self.published.public_id, self.said.public_id
        return [
            *((method, f"/submissions/{submission}/{deed}") for method in ("GET", "POST")
              for deed in ("edit", "withdraw", "attachments")),
            *((method, f"/arguments/{argument}/{deed}") for method in ("GET", "POST")
              for deed in ("edit", "withdraw")),
            ("POST", f"/submissions/{submission}/attachments/{self.files[0].public_id}/remove"),
        ]  # fmt: skip

    def everything(self):
        """All rows of all tables."""
        self.db.session.commit()
        tables = (t.name for t in self.db.metadata.sorted_tables if t.name not in NOT_COMPARED)
        with self.db.engine.connect() as connection:
            return {
                name: sorted(map(str, connection.execute(text(f'SELECT * FROM "{name}"'))))
                for name in tables
            }


FILLED = {
    "title": "Planted", "problem": "Planted", "solution": "Planted", "kind": "use_case",
    "text": "Planted words, long enough", "reason": "Planted", "opinion": "agree", "go": "preview",
    "stance": "for", "version": "1", "seen": "1", "beneficiaries": "Planted", "present": "x",
    "alternative_text": "Planted", "words": "a b c d", "follow": "1", "decision": "2",
}  # fmt: skip


def is_refused(answer):
    """Refused, or sent to where somebody says who they are."""
    to = answer.headers.get("Location", "").split("?")[0]
    return answer.status_code in REFUSED or to in {"/sign-in", "/receipt"}


def visit(client, method, url):
    return client.get(url) if method == "GET" else client.post(url, data=dict(FILLED))


def test_another_participant_is_refused_everywhere_and_nothing_changes(app, quinn, sign_in, make):
    client = sign_in(make.person("Eve"))
    before = quinn.everything()
    told, served = {}, {}
    addresses = quinn.hidden_addresses(app) + quinn.public_addresses()
    assert len(addresses) > 60
    for method, url in addresses:
        answer = visit(client, method, url)
        if MARKER in answer.text + str(answer.headers):
            told[f"{method} {url}"] = answer.status_code
        if not is_refused(answer):
            served[f"{method} {url}"] = (answer.status_code, answer.headers.get("Location"))
    assert (told, served) == ({}, {})
    assert quinn.everything() == before


def test_a_visitor_is_refused_everywhere_and_nothing_changes(app, quinn, sign_in):
    client, before = sign_in(), quinn.everything()
    told, served = {}, {}
    for method, url in quinn.hidden_addresses(app) + quinn.public_addresses():
        answer = visit(client, method, url)
        if MARKER in answer.text + str(answer.headers):
            told[f"{method} {url}"] = answer.status_code
        if not is_refused(answer):
            served[f"{method} {url}"] = (answer.status_code, answer.headers.get("Location"))
    assert (told, served) == ({}, {})
    assert quinn.everything() == before


@pytest.mark.parametrize("path", ["/my/messages", "/my/follows", "/my/contributions",
                                  "/my/arguments", "/my/account", "/my/account/profile"])  # fmt: skip
def test_pages_of_ones_own_show_nothing_of_others(quinn, sign_in, make, path):
    answer = sign_in(make.person("Eve")).get(path)
    assert answer.status_code == 200
    assert MARKER not in answer.text


@pytest.mark.parametrize("path", ["/my/messages/read", "/my/account/sessions/end"])
def test_what_one_does_to_ones_own_list_leaves_the_lists_of_others(quinn, sign_in, make, db, path):
    sign_in(quinn.person)
    before = (
        quinn.everything(),
        db.session.query(PersonSession).filter_by(person_id=quinn.person.id).count(),
    )
    sign_in(make.person("Eve")).post(path)
    after = quinn.everything()
    assert after["notification"] == before[0]["notification"]
    assert db.session.query(PersonSession).filter_by(person_id=quinn.person.id).count() == before[1]


def test_their_owner_is_let_in(quinn, sign_in):
    """Otherwise the refusals above might be refusals of everybody."""
    client = sign_in(quinn.person)
    for path in (
        f"/drafts/{quinn.draft.public_id}/delete",
        f"/submissions/{quinn.pending.public_id}/edit",
        f"/arguments/{quinn.argument.public_id}/edit",
        f"/decisions/{quinn.decision.public_id}",
    ):
        answer = client.get(path)
        assert (path, answer.status_code) == (path, 200)
        assert MARKER in answer.text
