"""Topics in versions: one is current, a new one is proposed; vectors and pairs of submissions.

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Rows that are there already, and programs that insert without naming a column, get these.
NOTHING = sa.text("'[]'")
EMPTY = sa.text("''")
ZERO = sa.text("0")
STATUS = sa.Enum(
    "proposed",
    "current",
    "superseded",
    "rejected",
    name="runstatus",
    native_enum=False,
    length=40,
)
ONE_PER_ROUND = ("current", "proposed")


def upgrade() -> None:
    with op.batch_alter_table("round") as batch_op:
        batch_op.add_column(
            sa.Column("ignored_words", sa.JSON(), nullable=False, server_default=NOTHING)
        )

    with op.batch_alter_table("cluster_run") as batch_op:
        for column in (
            sa.Column("result_hash", sa.String(64), nullable=False, server_default=EMPTY),
            sa.Column("method", sa.String(40), nullable=False, server_default=sa.text("'words'")),
            sa.Column("largest_share", sa.Double(), nullable=True),
            sa.Column("modularity", sa.Double(), nullable=True),
            sa.Column("stability", sa.Double(), nullable=True),
            sa.Column("ask_about", sa.JSON(), nullable=False, server_default=NOTHING),
            sa.Column("status", STATUS, nullable=False, server_default=sa.text("'superseded'")),
            sa.Column("previous_id", sa.Integer(), nullable=True),
            sa.Column("moved", sa.JSON(), nullable=False, server_default=NOTHING),
            sa.Column("decided_by_id", sa.Integer(), nullable=True),
            sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("decision_reason", sa.Text(), nullable=False, server_default=EMPTY),
        ):
            batch_op.add_column(column)
        batch_op.create_foreign_key(
            op.f("fk_cluster_run_previous_id"),
            "cluster_run",
            ["previous_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            op.f("fk_cluster_run_decided_by_id"),
            "person",
            ["decided_by_id"],
            ["id"],
            ondelete="SET NULL",
        )
    _let_the_newest_run_be_current()
    with op.batch_alter_table("cluster_run") as batch_op:
        for status in ONE_PER_ROUND:
            condition = sa.text(f"status = '{status}'")
            batch_op.create_index(
                f"uq_cluster_run_{status}",
                ["round_id"],
                unique=True,
                sqlite_where=condition,
                postgresql_where=condition,
            )

    with op.batch_alter_table("cluster") as batch_op:
        for column in (
            sa.Column("key", sa.Integer(), nullable=False, server_default=ZERO),
            sa.Column("later_count", sa.Integer(), nullable=False, server_default=ZERO),
            sa.Column("subtopics", sa.JSON(), nullable=False, server_default=NOTHING),
            sa.Column("leftover", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("x", sa.Double(), nullable=True),
            sa.Column("y", sa.Double(), nullable=True),
        ):
            batch_op.add_column(column)
    op.execute("UPDATE cluster SET key = position + 1")

    with op.batch_alter_table("cluster_member") as batch_op:
        for column in (
            sa.Column("fits", sa.Boolean(), nullable=False, server_default=sa.true()),
            sa.Column("reasons", sa.JSON(), nullable=False, server_default=NOTHING),
            sa.Column("placed_later", sa.Boolean(), nullable=False, server_default=sa.false()),
        ):
            batch_op.add_column(column)

    op.create_table(
        "submission_vector",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_submission_vector_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_submission_vector")),
    )
    op.create_table(
        "similar_pair",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("identical", "similar", name="similarkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("score", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_similar_pair_submission_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["submission.id"],
            name=op.f("fk_similar_pair_other_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "other_id", name=op.f("pk_similar_pair")),
    )
    with op.batch_alter_table("similar_pair") as batch_op:
        batch_op.create_index(batch_op.f("ix_similar_pair_other_id"), ["other_id"], unique=False)


def _let_the_newest_run_be_current() -> None:
    """Until now the newest run of a round was the one that people saw."""
    op.execute(
        "UPDATE cluster_run SET status = 'current' "
        "WHERE id IN (SELECT max(id) FROM cluster_run GROUP BY round_id)"
    )
    op.execute(
        "UPDATE cluster_run SET largest_share = (SELECT 1.0 * max(cluster.size) FROM cluster "
        "WHERE cluster.run_id = cluster_run.id) / submission_count WHERE submission_count > 0"
    )


def downgrade() -> None:
    with op.batch_alter_table("similar_pair") as batch_op:
        batch_op.drop_index(batch_op.f("ix_similar_pair_other_id"))
    op.drop_table("similar_pair")
    op.drop_table("submission_vector")

    with op.batch_alter_table("cluster_member") as batch_op:
        for name in ("placed_later", "reasons", "fits"):
            batch_op.drop_column(name)

    with op.batch_alter_table("cluster") as batch_op:
        for name in ("y", "x", "leftover", "subtopics", "later_count", "key"):
            batch_op.drop_column(name)

    with op.batch_alter_table("cluster_run") as batch_op:
        for status in ONE_PER_ROUND:
            condition = sa.text(f"status = '{status}'")
            batch_op.drop_index(
                f"uq_cluster_run_{status}", sqlite_where=condition, postgresql_where=condition
            )
    with op.batch_alter_table("cluster_run") as batch_op:
        for name in ("decided_by_id", "previous_id"):
            batch_op.drop_constraint(op.f(f"fk_cluster_run_{name}"), type_="foreignkey")
        for name in (
            "decision_reason", "decided_at", "decided_by_id", "moved", "previous_id", "status",
            "ask_about", "stability", "modularity", "largest_share", "method", "result_hash",
        ):  # fmt: skip
            batch_op.drop_column(name)

    with op.batch_alter_table("round") as batch_op:
        batch_op.drop_column("ignored_words")
