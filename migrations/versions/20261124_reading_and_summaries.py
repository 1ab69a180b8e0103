"""Visits to the reading room, summaries signed off.

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _foreign_key(table: str, column: str, target: str, ondelete: str) -> sa.Constraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "reading_visit",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("read_until", MOMENT, nullable=False),
        _foreign_key("reading_visit", "person_id", "person", "CASCADE"),
        _foreign_key("reading_visit", "round_id", "round", "CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "round_id", name=op.f("pk_reading_visit")),
    )
    op.create_table(
        "topic_summary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("topic_key", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("machine", sa.JSON(), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("represented_count", sa.Integer(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("signed_at", MOMENT, nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        _foreign_key("topic_summary", "round_id", "round", "CASCADE"),
        _foreign_key("topic_summary", "run_id", "cluster_run", "SET NULL"),
        _foreign_key("topic_summary", "editor_id", "person", "SET NULL"),
        _foreign_key("topic_summary", "signed_by_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_summary")),
        sa.UniqueConstraint(
            "round_id",
            "topic_key",
            "number",
            name=op.f("uq_topic_summary_round_id_topic_key_number"),
        ),
    )
    op.create_index("ix_topic_summary_editor_id", "topic_summary", ["editor_id"])
    op.create_index("ix_topic_summary_signed_by_id", "topic_summary", ["signed_by_id"])
    op.create_table(
        "coverage_tick",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("topic_key", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("gap", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        _foreign_key("coverage_tick", "round_id", "round", "CASCADE"),
        _foreign_key("coverage_tick", "submission_id", "submission", "CASCADE"),
        _foreign_key("coverage_tick", "person_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_tick")),
    )
    op.create_index("ix_coverage_tick_topic", "coverage_tick", ["round_id", "topic_key", "id"])
    op.create_index("ix_coverage_tick_submission_id", "coverage_tick", ["submission_id"])
    op.create_index("ix_coverage_tick_person_id", "coverage_tick", ["person_id"])


def downgrade() -> None:
    op.drop_table("coverage_tick")
    op.drop_table("topic_summary")
    op.drop_table("reading_visit")
