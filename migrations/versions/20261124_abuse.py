"""What helps moderators to see floods and spam, and when somebody may write again.

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _of_round(table: str) -> sa.Constraint:
    name = op.f(f"fk_{table}_round_id")
    return sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.add_column("person", sa.Column("blocked_until", MOMENT, nullable=True))
    op.create_table(
        "round_hour",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("guests", sa.Integer(), nullable=False),
        _of_round("round_hour"),
        sa.PrimaryKeyConstraint("round_id", "hour", name=op.f("pk_round_hour")),
    )
    op.create_table(
        "burst",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Integer(), nullable=False),
        sa.Column("alarm_from", sa.Integer(), nullable=False),
        _of_round("burst"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_burst")),
        sa.UniqueConstraint(
            "round_id", "kind", "began_at", name=op.f("uq_burst_round_id_kind_began_at")
        ),
    )
    op.create_table(
        "ballot_check",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("long_ballots", sa.Integer(), nullable=False),
        sa.Column("straight", sa.Integer(), nullable=False),
        sa.Column("identical", sa.Integer(), nullable=False),
        _of_round("ballot_check"),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_ballot_check")),
    )
    op.create_table(
        "rejection_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.Column("rejections", sa.Integer(), nullable=False),
        sa.Column("auc", sa.Double(), nullable=False),
        sa.Column("precision", sa.Double(), nullable=False),
        sa.Column("recall", sa.Double(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejection_model")),
    )
    op.create_table(
        "moderation_switch",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_moderation_switch")),
    )


def downgrade() -> None:
    for table in ("moderation_switch", "rejection_model", "ballot_check", "burst", "round_hour"):
        op.drop_table(table)
    op.drop_column("person", "blocked_until")
