"""Search and fair order: an index of pieces of words, orders of the day, indexes of lists.

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LISTS = {
    "ix_submission_needs_votes": ["round_id", "status", "voice_count", "id"],
    "ix_submission_discussed": ["round_id", "status", "argument_count", "id"],
    "ix_submission_agreed": ["round_id", "status", "approval", "id"],
}
VOICES = "agree_count + disagree_count + pass_count"
APPROVAL = f"(agree_count + 5) * 10000 / ({VOICES} + 10)"

# Whoever writes search_terms need not know of the index: triggers keep it, in the same transaction.
# A later migration that builds the table `submission` anew has to create those of SQLite again.
SQLITE = (
    """CREATE VIRTUAL TABLE submission_fts USING fts5(
        search_terms, content='submission', content_rowid='id',
        tokenize='trigram case_sensitive 1'
    )""",
    """CREATE TRIGGER submission_fts_added AFTER INSERT ON submission BEGIN
        INSERT INTO submission_fts(rowid, search_terms) VALUES (new.id, new.search_terms);
    END""",
    """CREATE TRIGGER submission_fts_removed AFTER DELETE ON submission BEGIN
        INSERT INTO submission_fts(submission_fts, rowid, search_terms)
        VALUES ('delete', old.id, old.search_terms);
    END""",
    """CREATE TRIGGER submission_fts_changed AFTER UPDATE OF search_terms ON submission BEGIN
        INSERT INTO submission_fts(submission_fts, rowid, search_terms)
        VALUES ('delete', old.id, old.search_terms);
        INSERT INTO submission_fts(rowid, search_terms) VALUES (new.id, new.search_terms);
    END""",
    "INSERT INTO submission_fts(submission_fts) VALUES ('rebuild')",
)
# A table of its own: a vote writes its submission anew, and would every time write to the index.
POSTGRESQL = (
    """CREATE TABLE submission_fts (
        id integer PRIMARY KEY REFERENCES submission ON DELETE CASCADE,
        search_terms text NOT NULL
    )""",
    """CREATE FUNCTION submission_fts_add() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO submission_fts SELECT id, search_terms FROM added;
        RETURN NULL;
    END $$""",
    """CREATE FUNCTION submission_fts_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE submission_fts SET search_terms = NEW.search_terms WHERE id = NEW.id;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER submission_fts_added AFTER INSERT ON submission
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION submission_fts_add()""",
    """CREATE TRIGGER submission_fts_changed AFTER UPDATE OF search_terms ON submission
        FOR EACH ROW WHEN (OLD.search_terms IS DISTINCT FROM NEW.search_terms)
        EXECUTE FUNCTION submission_fts_change()""",
    "INSERT INTO submission_fts SELECT id, search_terms FROM submission",
)
# Where the extension cannot be had, the search finds the same and takes longer.
PIECES_OF_WORDS = """DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX ix_submission_fts_pieces ON submission_fts USING gin (search_terms gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported
    OR undefined_object THEN
    RAISE NOTICE 'The extension pg_trgm is missing: searches read every contribution.';
END $$"""


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, formula in (("voice_count", VOICES), ("approval", APPROVAL)):
        # SQLite can add a computed column only unstored, PostgreSQL only a stored one.
        computed = sa.Computed(formula, persisted=not is_sqlite)
        op.add_column("submission", sa.Column(name, sa.Integer(), computed, nullable=True))
    for name, columns in LISTS.items():
        op.create_index(name, "submission", columns)
    op.create_table(
        "order_of_day",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("little_seen", sa.JSON(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_order_of_day_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "day", name=op.f("pk_order_of_day")),
    )
    for statement in SQLITE if is_sqlite else (*POSTGRESQL, PIECES_OF_WORDS):
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("added", "removed", "changed"):
            op.execute(f"DROP TRIGGER IF EXISTS submission_fts_{name}")
        op.execute("DROP TABLE submission_fts")
    else:
        op.execute("DROP TRIGGER submission_fts_added ON submission")
        op.execute("DROP TRIGGER submission_fts_changed ON submission")
        op.execute("DROP FUNCTION submission_fts_add")
        op.execute("DROP FUNCTION submission_fts_change")
        op.execute("DROP TABLE submission_fts")
    op.drop_table("order_of_day")
    for name in LISTS:
        op.drop_index(name, "submission")
    op.drop_column("submission", "approval")
    op.drop_column("submission", "voice_count")
