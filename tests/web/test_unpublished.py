"""What is not published appears nowhere: no page, file, feed, search, suggestion or calculation."""

import io
import re
import zipfile

import pytest
from flask import Response
from sqlalchemy import select

from civicdialog.committee.deliberation_models import Recommendation, RecommendationVersion
from civicdialog.committee.report_actions import Wanted
from civicdialog.committee.report_making import content_of, make_report
from civicdialog.core.ids import new_secret
from civicdialog.core.permissions import Actor
from civicdialog.discussion.models import Argument, Stance
from civicdialog.easytext.models import TextVariant, VariantStatus
from civicdialog.insights.building import build_topics
from civicdialog.insights.models import Cluster, ClusterMember
from civicdialog.moderation.models import Ground, ModerationDecision, Outcome, SubjectKind
from civicdialog.submissions.models import (
    Attachment,
    Draft,
    RevisionState,
    Status,
    Submission,
    SubmissionRevision,
)
from civicdialog.submissions.texts import search_terms
from civicdialog.web.open_data import write_archive
from tests.web.test_open_data import loaded

MARKER = re.compile(r"quittengelee\w*", re.IGNORECASE)
WORDS = ("Ampel Kreuzung Fußgänger", "Baum Wasser Sommer", "Kita Platz Anmeldung")
UNPUBLISHED = [status for status in Status if status is not Status.PUBLISHED]
TEXTS = ("problem", "solution", "beneficiaries", "worries", "data_used", "without_ai", "benefit")
SEARCHES = ("q=Ampel", "q=Quittengelee", "order=newest", "order=needs_votes", "status=pending",
            "status=hidden", "q=Ampel&order=agreed")  # fmt: skip

NOT_ABOUT_CONTENT = {"assets.bundle", "assets.file"}
"""Files of the program itself."""


@pytest.fixture
def planted(make, db):
    """A busy round with a marker in everything that nobody but its author or the city may read."""
    return Planted(make, db)


class Planted:
    """Every kind of unpublished content, each with a marker of its own, and the ids it goes by."""

    def __init__(self, make, db):
        self.make, self.db = make, db
        self.author = make.person(self.marker("author"))
        self.round = make.round("open", slug="ki")
        neighbour = make.person("Nora")
        published = [
            make.submission(
                self.round,
                neighbour,
                title=f"{WORDS[n % 3]} {n}",
                problem=WORDS[n % 3],
                search_terms=search_terms(WORDS[n % 3], WORDS[n % 3]),
            )
            for n in range(30)
        ]
        self.public = published[0]
        secret_round = make.round(
            "open", slug="geheim", title=self.marker("round"), is_public=False
        )
        unpublished = [self.submission(self.round, status) for status in UNPUBLISHED]
        inside = self.submission(secret_round, Status.PUBLISHED)
        self.unpublished = [*unpublished, inside]
        self.arguments = [
            self.argument(self.public, "waiting-argument"),
            self.argument(self.public, "hidden-argument", is_hidden=True),
            self.argument(self.public, "refused-argument", is_refused=True),
            self.argument(self.public, "withdrawn-argument", is_withdrawn=True),
            *(self.argument(each, "argument-below", is_public=True) for each in self.unpublished),
        ]
        self.files = [
            *(self.file("file", submission_id=each.id) for each in self.unpublished),
            self.file("hidden-file", submission_id=self.public.id, is_hidden=True),
        ]
        self.revise()
        self.draft = make.keep(
            Draft(
                round_id=self.round.id,
                person_id=self.author.id,
                fields={"title": self.marker("draft"), "problem": f"Ampel {self.marker('draft')}"},
            )
        )
        self.files.append(self.file("draft-file", draft_id=self.draft.id))
        self.decisions = [self.decide(each) for each in unpublished[1:]]
        self.recommendation = self.recommend()
        make.keep(
            TextVariant(
                object_kind="round",
                object_id=self.round.id,
                field="introduction",
                language="de-simple",
                text=self.marker("easy-text"),
                status=VariantStatus.DRAFT,
            )
        )
        self.run_id = build_topics(Actor.system(), self.round).id
        db.session.commit()

    def marker(self, what):
        return f"Quittengelee_{what.replace('-', '_')}"

    def submission(self, round, status):
        mark = self.marker(f"{status.value}_in_{round.slug}")
        return self.make.submission(
            round,
            self.author,
            status=status,
            title=f"Ampel Kreuzung {mark}",
            author_name=mark,
            search_terms=search_terms("Ampel Kreuzung Quittengelee", "Ampel Fußgänger"),
            **dict.fromkeys(TEXTS, f"Ampel Fußgänger {mark}"),
        )

    def argument(self, submission, what, **values):
        return self.make.keep(
            Argument(
                submission_id=submission.id,
                author_id=self.author.id,
                author_name=self.marker(what),
                stance=Stance.FOR,
                text=self.marker(what),
                **values,
            )
        )

    def file(self, what, **owner):
        content = self.marker(what).encode()
        return self.make.keep(
            Attachment(
                file_name=f"{self.marker(what)}.png",
                media_type="image/png",
                alternative_text=self.marker(what),
                size=len(content),
                width=1,
                height=1,
                digest=new_secret()[:40],
                data=content,
                preview=content,
                **owner,
            )
        )

    def revise(self):
        fields = {"title": self.public.title, "problem": self.public.problem, "kind": "use_case"}
        states = (RevisionState.PUBLISHED, RevisionState.REJECTED, RevisionState.WAITING)
        for number, state in enumerate(states, start=1):
            told = fields if state is RevisionState.PUBLISHED else {
                **fields,
                "title": self.marker(f"{state.value}-revision"),
                "solution": self.marker(f"{state.value}-revision"),
            }  # fmt: skip
            self.make.keep(
                SubmissionRevision(
                    submission_id=self.public.id,
                    number=number,
                    fields=told,
                    reason="" if number == 1 else self.marker(f"{state.value}-reason"),
                    state=state,
                )
            )

    def decide(self, submission):
        return self.make.keep(
            ModerationDecision(
                subject_kind=SubjectKind.SUBMISSION,
                subject_id=submission.id,
                submission_id=submission.id,
                round_id=submission.round_id,
                outcome=Outcome.HIDDEN,
                ground=Ground.INSULT,
                explanation=self.marker("explanation"),
            )
        )

    def recommend(self):
        found = self.make.keep(
            Recommendation(
                round_id=self.round.id,
                form_token=new_secret(),
                title=self.marker("recommendation"),
            )
        )
        self.make.keep(
            RecommendationVersion(
                recommendation_id=found.id,
                number=1,
                title=self.marker("recommendation"),
                text=self.marker("recommendation"),
                reasons=self.marker("recommendation"),
            )
        )
        return found

    def addresses(self, app):
        """Every address of a page or file, filled with all that is there and all that is hidden."""
        submissions = [self.public, *self.unpublished]
        ids = {
            "/submissions/": submissions,
            "/receipt/": submissions,
            "/moderation/submissions/": submissions,
            "/committee/applications/": submissions,
            "/committee/ratings/": submissions,
            "/committee/meetings/": self.decisions,
            "/arguments/": self.arguments,
            "/moderation/arguments/": self.arguments,
            "/moderation/files/": self.files,
            "/moderation/floods/": self.unpublished,
            "/moderation/people/": [self.author],
            "/attachments/": self.files,
            "/drafts/": [self.draft],
            "/decisions/": self.decisions,
            "/moderation/appeals/": self.decisions,
            "/recommendations/": [self.recommendation],
            "/committee/recommendations/": [self.recommendation],
            "/manage/barriers/": self.decisions,
            "/report/": [*submissions, *self.arguments, *self.files],
        }
        values = {
            "slug": ["ki", "geheim"],
            "language": ["de-simple"],
            "name": ["beneficiaries"],
            "step_id": ["ai-system"],
            "file_id": [each.public_id for each in self.files],
            "token": ["nothing"],
            "page": ["imprint", "privacy", "accessibility"],
            "run_id": [self.run_id],
            "number": [1],
            "key": [1],
            "position": [1],
            "first": [1],
            "last": [40],
            "outcome": ["publish"],
            "correction_id": [1],
            "doubt_id": [1],
            "block_id": [1],
            "criterion_id": [1],
            "item_id": [1],
            "kind": ["submission", "argument", "attachment"],
            "subject_id": [1],
        }
        unknown, found = [], []
        for rule in app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.endpoint in NOT_ABOUT_CONTENT:
                continue
            start = str(rule).split("<")[0]
            filled = [str(rule)]
            for name in sorted(rule.arguments):
                known = values.get(name)
                if name == "public_id":
                    known = [each.public_id for each in ids.get(start, ())] or None
                if known is None:
                    unknown.append(str(rule))
                    break
                hole = re.compile(rf"<(?:\w+:)?{name}>")
                filled = [hole.sub(str(value), url) for url in filled for value in known]
            else:
                found += filled
        assert unknown == [], "tell this test which ids these addresses take"
        return found + [
            f"/rounds/{slug}/proposals?{q}" for slug in ("ki", "geheim") for q in SEARCHES
        ]


def all_of(answer):
    """What an answer says, with the files inside an archive and its headers."""
    said = [answer.get_data(), str(answer.headers).encode()]
    if said[0][:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(said[0]))
        said += [name.encode() + archive.read(name) for name in archive.namelist()]
    return b"\n".join(said).decode("utf-8", "replace")


def told_by(url, answer):
    """The markers in an answer, without those that are only the words somebody searched for."""
    asked = "q=Quittengelee" in url
    return {each for each in MARKER.findall(all_of(answer)) if not (asked and "_" not in each)}


@pytest.mark.parametrize("who", ["a visitor", "another participant"])
def test_no_address_tells_what_is_not_published(app, db, planted, sign_in, make, who):
    write_archive(loaded(db, planted.round))
    client = sign_in(make.person("Eve")) if who == "another participant" else sign_in()
    leaks, broken, read = {}, {}, 0
    for url in planted.addresses(app):
        answer = client.get(url)
        read += answer.status_code == 200
        if answer.status_code >= 500 and not url.startswith("/health"):
            broken[url] = answer.status_code
        if found := told_by(url, answer):
            leaks[url] = found
    assert (leaks, broken) == ({}, {})
    assert read > 60, "hardly a page could be read: the test has lost its way"


def test_what_is_published_is_found_by_the_same_search(planted, sign_in):
    """Otherwise the test above would be green because it looks at empty pages."""
    client = sign_in()
    for url in ("/rounds/ki/proposals?q=Ampel", "/rounds/ki/feed.atom"):
        assert WORDS[0].split()[1] in client.get(url).text


def test_its_author_still_reads_it(planted, sign_in):
    client = sign_in(planted.author)
    assert told_by("", client.get(f"/submissions/{planted.unpublished[0].public_id}"))
    assert told_by("", client.get(f"/drafts/{planted.draft.public_id}/delete"))


def test_a_copy_of_ones_own_data_holds_nothing_of_others(planted, sign_in, make):
    answer = sign_in(make.person("Eve")).post("/my/account/data")
    assert answer.status_code == 200
    assert told_by("", answer) == set()


def test_similar_proposals_are_published_ones(planted, sign_in, make):
    eve = make.person("Eve")
    draft = make.keep(
        Draft(
            round_id=planted.round.id,
            person_id=eve.id,
            fields={"title": "Ampel Kreuzung", "problem": "Ampel Fußgänger", "solution": "Ampel"},
        )
    )
    answer = sign_in(eve).get(f"/drafts/{draft.public_id}/similar")
    assert answer.status_code == 200
    assert told_by("", answer) == set()


def test_topics_are_made_of_published_proposals(db, planted):
    grouped = set(db.session.scalars(select(ClusterMember.submission_id)))
    wanted = select(Submission.id).where(
        Submission.status == Status.PUBLISHED, Submission.round_id == planted.round.id
    )
    assert grouped
    assert grouped <= set(db.session.scalars(wanted))
    assert not [each for each in db.session.scalars(select(Cluster)) if MARKER.search(each.label)]


@pytest.mark.parametrize("path", ["runs/{run}.json", "topics", "topics.csv"])
def test_the_committee_reads_no_unpublished_text_in_a_calculation(planted, sign_in, kim, path):
    answer = sign_in(kim).get(f"/committee/rounds/ki/{path.format(run=planted.run_id)}")
    assert answer.status_code == 200
    assert told_by("", answer) == set()


@pytest.mark.parametrize("key", ["html", "docx", "xlsx"])
def test_a_report_holds_nothing_that_is_not_published(planted, key):
    report = make_report(Actor.system(), planted.round, Wanted((key,), "de", None, has_list=True))
    said = all_of(Response(content_of(report.files[0])))
    assert WORDS[0].split()[0] in said
    assert MARKER.findall(said) == []
