"""What people change about topics.

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _foreign_key(table: str, column: str, target: str, ondelete: str | None) -> sa.Constraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.add_column(
        "cluster", sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("cluster", sa.Column("result", sa.JSON(none_as_null=True), nullable=True))
    op.add_column(
        "cluster",
        sa.Column("machine_label", sa.String(length=200), nullable=False, server_default=""),
    )
    op.add_column("cluster_member", sa.Column("result_position", sa.Integer(), nullable=True))
    op.add_column("cluster_member", sa.Column("machine_position", sa.Integer(), nullable=True))
    op.create_table(
        "topic_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(length=40), nullable=False),
        sa.Column("topic_key", sa.Integer(), nullable=False),
        sa.Column("other_key", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_role", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        _foreign_key("topic_correction", "round_id", "round", "CASCADE"),
        _foreign_key("topic_correction", "submission_id", "submission", "CASCADE"),
        _foreign_key("topic_correction", "actor_id", "person", "SET NULL"),
        _foreign_key("topic_correction", "undoes_id", "topic_correction", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_correction")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_topic_correction_undoes_id")),
    )
    op.create_index("ix_topic_correction_round", "topic_correction", ["round_id", "id"])
    op.create_index("ix_topic_correction_submission", "topic_correction", ["submission_id"])
    op.create_table(
        "topic_doubt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("topic_key", sa.Integer(), nullable=False),
        sa.Column("suggestion", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        _foreign_key("topic_doubt", "round_id", "round", "CASCADE"),
        _foreign_key("topic_doubt", "submission_id", "submission", "CASCADE"),
        _foreign_key("topic_doubt", "answered_by_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_doubt")),
    )
    op.create_index("ix_topic_doubt_round", "topic_doubt", ["round_id", "id"])
    still_open = sa.text("answered_at IS NULL")
    op.create_index(
        "uq_topic_doubt_open",
        "topic_doubt",
        ["submission_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def downgrade() -> None:
    op.drop_table("topic_doubt")
    op.drop_table("topic_correction")
    op.drop_column("cluster_member", "machine_position")
    op.drop_column("cluster_member", "result_position")
    op.drop_column("cluster", "machine_label")
    op.drop_column("cluster", "result")
    op.drop_column("cluster", "retired")
