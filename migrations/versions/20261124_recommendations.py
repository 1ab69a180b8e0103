"""Recommendations cite topics; members declare what ties them to a matter.

Revision: 0019
Follows: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "recommendation_version",
        sa.Column("topics", sa.JSON(), nullable=False, server_default="[]"),
    )
    op.create_table(
        "recommendation_interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendation.id"],
            name=op.f("fk_recommendation_interest_recommendation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["person.id"],
            name=op.f("fk_recommendation_interest_member_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_interest")),
        sa.UniqueConstraint(
            "recommendation_id",
            "member_id",
            name=op.f("uq_recommendation_interest_recommendation_id_member_id"),
        ),
    )
    op.create_index(
        op.f("ix_recommendation_interest_member_id"), "recommendation_interest", ["member_id"]
    )


def downgrade() -> None:
    op.drop_table("recommendation_interest")
    with op.batch_alter_table("recommendation_version") as batch_op:
        batch_op.drop_column("topics")
