"""Opinions: guests vote, important votes, how cards came to be shown, what the votes said.

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Rows that are there already, and programs that insert without naming a column, get these.
NO = sa.false()
KIND = sa.Enum(
    "account", "guest", "imported", name="participationkind", native_enum=False, length=40
)


def upgrade() -> None:
    with op.batch_alter_table("round") as batch_op:
        batch_op.add_column(
            sa.Column("guests_may_vote", sa.Boolean(), nullable=False, server_default=NO)
        )
        batch_op.add_column(
            sa.Column(
                "answers_before_results",
                sa.Integer(),
                nullable=False,
                server_default=sa.text("5"),
            )
        )

    with op.batch_alter_table("participation") as batch_op:
        batch_op.add_column(
            sa.Column("kind", KIND, nullable=False, server_default=sa.text("'account'"))
        )
        batch_op.add_column(sa.Column("guest_key", sa.String(64), nullable=True))
    op.create_index(
        "uq_participation_guest", "participation", ["round_id", "guest_key"], unique=True
    )
    op.execute("UPDATE participation SET kind = 'imported' WHERE source_key IS NOT NULL")

    with op.batch_alter_table("vote") as batch_op:
        batch_op.add_column(sa.Column("important", sa.Boolean(), nullable=False, server_default=NO))

    _create_shown_card()
    _create_opinion_run()


def _create_shown_card() -> None:
    op.create_table(
        "shown_card",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(20), nullable=False),
        sa.Column("candidate_count", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_shown_card_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_shown_card_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shown_card")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_shown_card_submission", "shown_card", ["round_id", "submission_id"])


def _create_opinion_run() -> None:
    op.create_table(
        "opinion_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("cluster_run_id", sa.Integer(), nullable=True),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("input_hash", sa.String(64), nullable=False),
        sa.Column("result_hash", sa.String(64), nullable=False),
        sa.Column("participant_count", sa.Integer(), nullable=False),
        sa.Column("vote_count", sa.Integer(), nullable=False),
        sa.Column("group_count", sa.Integer(), nullable=False),
        sa.Column("stability", sa.Double(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_opinion_run_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["person.id"],
            name=op.f("fk_opinion_run_requested_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["cluster_run_id"],
            ["cluster_run.id"],
            name=op.f("fk_opinion_run_cluster_run_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_run")),
    )
    op.create_index("ix_opinion_run_newest", "opinion_run", ["round_id", "id"])


def downgrade() -> None:
    op.drop_table("opinion_run")
    op.drop_table("shown_card")
    op.execute("ALTER TABLE vote DROP COLUMN important")
    op.drop_index("uq_participation_guest", "participation")
    for name in ("guest_key", "kind"):
        op.execute(f"ALTER TABLE participation DROP COLUMN {name}")
    for name in ("answers_before_results", "guests_may_vote"):
        op.execute(f'ALTER TABLE "round" DROP COLUMN {name}')
