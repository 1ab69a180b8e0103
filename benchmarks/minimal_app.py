"""The least that does the same: Flask, SQLAlchemy Core and Jinja on the tables of CivicDialog.

No accounts, languages, tokens, headers or minutes; it shows what the libraries alone can do.
"""

import random
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask, abort, redirect, render_template, request, session
from jinja2 import DictLoader
from sqlalchemy.dialects import postgresql, sqlite

PAGE_SIZE = 25
TEMPLATES = {
    "list.html": """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Proposals</title></head>
<body><main><h1>Proposals</h1><ul>
{% for row in rows %}<li><article class="proposal"><h2><a href="/submissions/{{ row.public_id }}">{{ row.title }}</a></h2>
<p>{{ row.solution[:200] }}</p><p>{{ row.kind }} {{ row.number }} {{ row.public_name }}
{{ row.agree_count + row.pass_count + row.disagree_count }} voices {{ row.argument_count }} arguments</p></article></li>
{% endfor %}</ul></main></body></html>""",
    "detail.html": """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ row.title }}</title></head>
<body><main><h1>{{ row.title }}</h1><p>{{ row.public_name }}, {{ row.published_at }}</p>
<p>{{ row.problem }}</p><p>{{ row.solution }}</p><p>{{ row.beneficiaries }}</p><p>{{ row.worries }}</p>
<p>{{ row.agree_count }} {{ row.pass_count }} {{ row.disagree_count }}</p>
<form method="post" action="/submissions/{{ row.public_id }}/vote"><button name="opinion" value="agree">Agree</button></form>
<ul>{% for each in arguments %}<li class="argument">{{ each.text }} {{ each.public_name }}, {{ each.created_at }}</li>
{% endfor %}</ul></main></body></html>""",
}
OPINIONS = {"agree": 1, "pass": 0, "disagree": -1}
COUNTERS = {1: "agree_count", 0: "pass_count", -1: "disagree_count"}
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"


def _table(name: str, columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(each) for each in columns.split()))


PERSON = _table("person", "id public_name")
ROUND = _table("round", "id slug vote_count")
ARGUMENT = _table("argument", "id submission_id author_id text is_public created_at")
VOTE = sa.Table(
    "vote",
    sa.MetaData(),
    sa.Column("participation_id", sa.BigInteger, primary_key=True),
    sa.Column("submission_id", sa.Integer, primary_key=True),
    sa.Column("opinion", sa.SmallInteger),
)
SUBMISSION = _table(
    "submission",
    "id public_id round_id author_id number kind department title problem solution beneficiaries "
    "worries search_terms status channel author_name agree_count disagree_count pass_count "
    "argument_count created_at published_at version",
)


def _engine(url: str) -> sa.Engine:
    """The same pool, and for SQLite the same manners, as CivicDialog has."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_size=16)
    engine = sa.create_engine(
        url, connect_args={"timeout": 20}, pool_size=16, poolclass=sa.pool.QueuePool
    )

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection, record):
        connection.isolation_level = None
        for pragma in (
            "foreign_keys=ON",
            "journal_mode=WAL",
            "synchronous=FULL",
            "cache_size=-65536",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection):
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def create_minimal_app(url: str, secret_key: str) -> Flask:
    app = Flask("minimal", static_folder=None)
    app.secret_key = secret_key
    app.jinja_loader = DictLoader(TEMPLATES)
    engine = _engine(url)
    writing = engine.execution_options(writes=True)
    upsert_into = (sqlite if url.startswith("sqlite") else postgresql).insert
    rows = (
        sa.select(SUBMISSION, PERSON.c.public_name)
        .select_from(SUBMISSION.outerjoin(PERSON, PERSON.c.id == SUBMISSION.c.author_id))
        .where(SUBMISSION.c.status == "published")
    )

    @app.get("/rounds/<slug>/proposals")
    def proposals(slug):
        # A subquery, not a join: so the databases find the newest ones in the index.
        here = sa.select(ROUND.c.id).where(ROUND.c.slug == slug).scalar_subquery()
        newest = (
            rows.where(SUBMISSION.c.round_id == here)
            .order_by(SUBMISSION.c.published_at.desc(), SUBMISSION.c.id.desc())
            .limit(PAGE_SIZE)
        )
        with engine.connect() as connection:
            found = connection.execute(newest).all()
        return render_template("list.html", rows=found)

    @app.get("/submissions/<public_id>")
    def proposal(public_id):
        arguments = (
            sa.select(ARGUMENT, PERSON.c.public_name)
            .select_from(ARGUMENT.outerjoin(PERSON, PERSON.c.id == ARGUMENT.c.author_id))
            .order_by(ARGUMENT.c.id)
        )
        with engine.connect() as connection:
            row = connection.execute(rows.where(SUBMISSION.c.public_id == public_id)).first()
            if row is None:
                abort(404)
            here = ARGUMENT.c.submission_id == row.id, ARGUMENT.c.is_public
            said = connection.execute(arguments.where(*here)).all()
        return render_template("detail.html", row=row, arguments=said)

    @app.post("/submissions/<public_id>/vote")
    def vote(public_id):
        participation, opinion = session["participation"], OPINIONS[request.form["opinion"]]
        with writing.begin() as connection:
            wanted = sa.select(SUBMISSION.c.id, SUBMISSION.c.round_id)
            row = connection.execute(wanted.where(SUBMISSION.c.public_id == public_id)).first()
            if row is None:
                abort(404)
            number = row.id
            mine = VOTE.c.participation_id == participation, VOTE.c.submission_id == number
            before = connection.execute(sa.select(VOTE.c.opinion).where(*mine)).scalar()
            values = {
                "participation_id": participation,
                "submission_id": number,
                "opinion": opinion,
            }
            statement = upsert_into(VOTE).values(values)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["participation_id", "submission_id"],
                    set_={"opinion": statement.excluded.opinion},
                )
            )
            if before != opinion:
                changes = {COUNTERS[opinion]: SUBMISSION.c[COUNTERS[opinion]] + 1}
                if before is not None:
                    changes[COUNTERS[before]] = SUBMISSION.c[COUNTERS[before]] - 1
                here = SUBMISSION.c.id == number
                connection.execute(sa.update(SUBMISSION).where(here).values(changes))
            if before is None:
                more = sa.update(ROUND).where(ROUND.c.id == row.round_id)
                connection.execute(more.values(vote_count=ROUND.c.vote_count + 1))
        return redirect(f"/submissions/{public_id}", 303)

    @app.post("/rounds/<slug>/propose")
    def propose(slug):
        public_id = "".join(random.choices(ALPHABET, k=10))
        texts = {
            name: request.form[name].strip()
            for name in ("title", "problem", "solution", "beneficiaries", "worries")
        }
        with writing.begin() as connection:
            wanted = sa.select(ROUND.c.id).where(ROUND.c.slug == slug)
            values = {
                "public_id": public_id,
                "round_id": connection.execute(wanted).scalar(),
                "author_id": session["person"],
                "kind": "use_case",
                "department": "",
                "search_terms": "",
                "status": "pending",
                "channel": "online",
                "author_name": "",
                "agree_count": 0,
                "disagree_count": 0,
                "pass_count": 0,
                "argument_count": 0,
                "created_at": str(datetime.now(UTC).replace(tzinfo=None))
                if engine.dialect.name == "sqlite"
                else datetime.now(UTC),
                "version": 1,
            }
            connection.execute(sa.insert(SUBMISSION).values(values | texts))
        return redirect(f"/submissions/{public_id}", 303)

    return app
