"""Decisions on everything, appeals, notices, blocks.

Revision: 0013
Follows: 0012
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(length=40)
KEPT = (
    "public_id, subject_kind, subject_id, submission_id, round_id, decided_at, outcome, ground, "
    "explanation, automated, means, reverses_id"
)
NEVER_CHANGED = "a decision is never changed"
SOMEBODY_ELSE = "somebody else decides on an appeal"
OWN = "(SELECT moderator_id FROM moderation_decision WHERE id = NEW.decision_id)"
SQLITE = (
    f"""CREATE TRIGGER moderation_decision_stays BEFORE UPDATE OF {KEPT} ON moderation_decision
    BEGIN SELECT RAISE(ABORT, '{NEVER_CHANGED}'); END""",
    f"""CREATE TRIGGER appeal_by_somebody_else BEFORE UPDATE OF decided_by_id ON appeal
    WHEN NEW.decided_by_id = {OWN} BEGIN SELECT RAISE(ABORT, '{SOMEBODY_ELSE}'); END""",
    f"""CREATE TRIGGER appeal_begun_by_somebody_else BEFORE INSERT ON appeal
    WHEN NEW.decided_by_id = {OWN} BEGIN SELECT RAISE(ABORT, '{SOMEBODY_ELSE}'); END""",
)
POSTGRESQL = (
    f"""CREATE FUNCTION moderation_decision_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION '{NEVER_CHANGED}' USING ERRCODE = 'check_violation';
    END $$""",
    f"""CREATE TRIGGER moderation_decision_stays BEFORE UPDATE OF {KEPT} ON moderation_decision
        FOR EACH ROW EXECUTE FUNCTION moderation_decision_stays()""",
    f"""CREATE FUNCTION appeal_by_somebody_else() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.decided_by_id = {OWN} THEN
            RAISE EXCEPTION '{SOMEBODY_ELSE}' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER appeal_by_somebody_else BEFORE INSERT OR UPDATE OF decided_by_id ON appeal
        FOR EACH ROW EXECUTE FUNCTION appeal_by_somebody_else()""",
)
REASONS = (
    "outcome NOT IN ('redacted', 'change_asked', 'rejected', 'hidden', 'blocked')"
    " OR (ground IS NOT NULL AND explanation <> '')"
)


def _new() -> tuple[sa.Column, ...]:
    return (
        sa.Column("public_id", sa.String(length=16), nullable=True),
        sa.Column("subject_kind", WORD, nullable=False, server_default="submission"),
        sa.Column("subject_id", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("waited_since", MOMENT, nullable=True),
        sa.Column("means", sa.String(length=60), nullable=False, server_default=""),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
    )


def upgrade() -> None:
    op.add_column(
        "round",
        sa.Column("submissions_wait", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column(
        "submission",
        sa.Column("awaits_author", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "attachment",
        sa.Column("is_hidden", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    _widen_decisions()
    _create_tables()
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _widen_decisions() -> None:
    for column in _new():
        op.add_column("moderation_decision", column)
    decisions = sa.table(
        "moderation_decision",
        sa.column("id"), sa.column("public_id"), sa.column("subject_id"),
        sa.column("submission_id"), sa.column("round_id"), sa.column("waited_since"),
    )  # fmt: skip
    submissions = sa.table(
        "submission", sa.column("id"), sa.column("round_id"), sa.column("created_at")
    )
    of_it = submissions.c.id == decisions.c.submission_id
    op.execute(
        decisions.update().values(
            subject_id=decisions.c.submission_id,
            round_id=sa.select(submissions.c.round_id).where(of_it).scalar_subquery(),
            waited_since=sa.select(submissions.c.created_at).where(of_it).scalar_subquery(),
        )
    )
    connection = op.get_bind()
    for (number,) in connection.execute(sa.select(decisions.c.id)).all():
        connection.execute(
            decisions.update()
            .where(decisions.c.id == number)
            .values(public_id=secrets.token_hex(6))
        )
    with op.batch_alter_table("moderation_decision") as batch_op:
        batch_op.alter_column("public_id", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("subject_kind", existing_type=WORD, server_default=None)
        batch_op.alter_column("subject_id", existing_type=sa.Integer(), server_default=None)
        batch_op.alter_column("means", existing_type=sa.String(length=60), server_default=None)
        batch_op.alter_column("submission_id", existing_type=sa.Integer(), nullable=True)
        batch_op.drop_constraint(
            op.f("ck_moderation_decision_a_restriction_has_reasons"), type_="check"
        )
        batch_op.create_check_constraint(
            op.f("ck_moderation_decision_a_restriction_has_reasons"), REASONS
        )
        batch_op.drop_constraint(op.f("fk_moderation_decision_submission_id"), type_="foreignkey")
        batch_op.create_foreign_key(
            op.f("fk_moderation_decision_submission_id"), "submission", ["submission_id"], ["id"]
        )
        batch_op.create_foreign_key(
            op.f("fk_moderation_decision_round_id"), "round", ["round_id"], ["id"]
        )
        batch_op.create_foreign_key(
            op.f("fk_moderation_decision_reverses_id"),
            "moderation_decision",
            ["reverses_id"],
            ["id"],
        )
        batch_op.create_unique_constraint(op.f("uq_moderation_decision_public_id"), ["public_id"])
    op.create_index(
        "ix_moderation_decision_subject", "moderation_decision", ["subject_kind", "subject_id"]
    )
    op.create_index("ix_moderation_decision_round_id", "moderation_decision", ["round_id"])


def _create_tables() -> None:
    op.create_table(
        "redaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        _link("redaction", "decision_id", "moderation_decision"),
        _link("redaction", "submission_id", "submission"),
        sa.PrimaryKeyConstraint("id", name="pk_redaction"),
    )
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state = 'open' OR (decided_at IS NOT NULL AND reasons <> '')",
            name="ck_appeal_an_outcome_has_reasons",
        ),
        _link("appeal", "decision_id", "moderation_decision"),
        _link("appeal", "person_id", "person", "SET NULL"),
        _link("appeal", "decided_by_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_appeal"),
        sa.UniqueConstraint("public_id", name="uq_appeal_public_id"),
        sa.UniqueConstraint("decision_id", name="uq_appeal_decision_id"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", WORD, nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("ground", WORD, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _link("notice", "submission_id", "submission"),
        _link("notice", "decision_id", "moderation_decision"),
        _link("notice", "person_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("key_hash", name="uq_notice_key_hash"),
    )
    op.create_table(
        "moderation_assignment",
        sa.Column("subject_kind", WORD, nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        _link("moderation_assignment", "moderator_id", "person", "CASCADE"),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", name="pk_moderation_assignment"),
    )
    op.create_table(
        "block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        _link("block", "decision_id", "moderation_decision"),
        _link("block", "person_id", "person", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_block"),
        sa.UniqueConstraint("decision_id", name="uq_block_decision_id"),
    )
    for table, *columns in (
        ("redaction", "decision_id"),
        ("redaction", "submission_id"),
        ("appeal", "person_id"),
        ("appeal", "decided_by_id"),
        ("notice", "submission_id"),
        ("notice", "decision_id"),
        ("notice", "person_id"),
        ("moderation_assignment", "moderator_id"),
        ("block", "person_id"),
    ):
        op.create_index(f"ix_{table}_{columns[0]}", table, columns)
    op.create_index("ix_appeal_state", "appeal", ["state", "due_at"])
    op.create_index("ix_notice_state", "notice", ["state", "due_at"])
    op.create_index("ix_notice_subject", "notice", ["subject_kind", "subject_id"])


def _link(
    table: str, column: str, target: str, on_delete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete=on_delete
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in (
            "moderation_decision_stays", "appeal_by_somebody_else", "appeal_begun_by_somebody_else",
        ):  # fmt: skip
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP TRIGGER moderation_decision_stays ON moderation_decision")
        op.execute("DROP TRIGGER appeal_by_somebody_else ON appeal")
        op.execute("DROP FUNCTION moderation_decision_stays")
        op.execute("DROP FUNCTION appeal_by_somebody_else")
    for table in ("block", "moderation_assignment", "notice", "appeal", "redaction"):
        op.drop_table(table)
    op.execute(
        "DELETE FROM moderation_decision WHERE subject_kind <> 'submission'"
        " OR outcome NOT IN ('published', 'rejected')"
    )
    op.drop_index("ix_moderation_decision_subject", "moderation_decision")
    op.drop_index("ix_moderation_decision_round_id", "moderation_decision")
    with op.batch_alter_table("moderation_decision") as batch_op:
        batch_op.drop_constraint(op.f("uq_moderation_decision_public_id"), type_="unique")
        batch_op.drop_constraint(op.f("fk_moderation_decision_reverses_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_moderation_decision_round_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_moderation_decision_submission_id"), type_="foreignkey")
        batch_op.create_foreign_key(
            op.f("fk_moderation_decision_submission_id"),
            "submission",
            ["submission_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch_op.alter_column("submission_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_constraint(
            op.f("ck_moderation_decision_a_restriction_has_reasons"), type_="check"
        )
        batch_op.create_check_constraint(
            op.f("ck_moderation_decision_a_restriction_has_reasons"),
            "outcome = 'published' OR (ground IS NOT NULL AND explanation <> '')",
        )
        for column in _new():
            batch_op.drop_column(column.name)
    op.drop_column("attachment", "is_hidden")
    op.drop_column("submission", "awaits_author")
    op.drop_column("round", "submissions_wait")
