"""Criteria, and what members say by them.

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "rating_criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("meaning", sa.String(300), nullable=False),
        sa.Column("low", sa.String(120), nullable=False),
        sa.Column("high", sa.String(120), nullable=False),
        sa.Column("axis", sa.String(40), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("rating_criterion", "round_id", "round", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_criterion")),
    )
    op.create_index(op.f("ix_rating_criterion_round_id"), "rating_criterion", ["round_id"])
    op.create_table(
        "rating_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opening_reason", sa.Text(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("rating_item", "round_id", "round", "CASCADE"),
        _key("rating_item", "submission_id", "submission", "CASCADE"),
        _key("rating_item", "opened_by_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_item")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_rating_item_submission_id")),
    )
    op.create_index("ix_rating_item_round_id_id", "rating_item", ["round_id", "id"])
    op.create_index(op.f("ix_rating_item_opened_by_id"), "rating_item", ["opened_by_id"])
    op.create_table(
        "rating_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("is_biased", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        _key("rating_sheet", "item_id", "rating_item", "CASCADE"),
        _key("rating_sheet", "member_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_sheet")),
        sa.UniqueConstraint("item_id", "member_id", name=op.f("uq_rating_sheet_item_id_member_id")),
    )
    op.create_index(op.f("ix_rating_sheet_member_id"), "rating_sheet", ["member_id"])
    op.create_table(
        "rating",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint("value BETWEEN 1 AND 5", name=op.f("ck_rating_from_one_to_five")),
        _key("rating", "sheet_id", "rating_sheet", "CASCADE"),
        _key("rating", "criterion_id", "rating_criterion", "CASCADE"),
        sa.PrimaryKeyConstraint("sheet_id", "criterion_id", name=op.f("pk_rating")),
    )
    op.create_index(op.f("ix_rating_criterion_id"), "rating", ["criterion_id"])


def downgrade() -> None:
    for table in ("rating", "rating_sheet", "rating_item", "rating_criterion"):
        op.drop_table(table)
