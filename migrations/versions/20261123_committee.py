"""Recommendations of the committee.

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40)


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["person.id"], name=op.f(f"fk_{table}_{column}"), ondelete="SET NULL"
    )


def _recommendation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["recommendation_id"],
        ["recommendation.id"],
        name=op.f(f"fk_{table}_recommendation_id"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "recommendation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=False),
        sa.Column(
            "stage",
            _one_of("stage", "draft", "discussion", "vote", "published", "not_carried"),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("version_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quorum_percent", sa.Integer(), nullable=False),
        sa.Column("majority_percent", sa.Integer(), nullable=False),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_due_on", sa.Date(), nullable=True),
        sa.Column("reply", _one_of("reply", "accept", "partly", "reject"), nullable=True),
        sa.Column("reply_reasons", sa.Text(), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reply IS NULL OR reply_reasons <> ''",
            name=op.f("ck_recommendation_a_reply_has_reasons"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["round.id"],
            name=op.f("fk_recommendation_round_id"),
            ondelete="CASCADE",
        ),
        _person("recommendation", "replied_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_recommendation_public_id")),
        sa.UniqueConstraint("form_token", name=op.f("uq_recommendation_form_token")),
    )
    op.create_table(
        "recommendation_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("cites", sa.JSON(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _recommendation("recommendation_version"),
        _person("recommendation_version", "editor_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_version")),
        sa.UniqueConstraint(
            "recommendation_id",
            "number",
            name=op.f("uq_recommendation_version_recommendation_id_number"),
        ),
    )
    op.create_table(
        "recommendation_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _recommendation("recommendation_comment"),
        _person("recommendation_comment", "author_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_comment")),
        sa.UniqueConstraint("form_token", name=op.f("uq_recommendation_comment_form_token")),
    )
    op.create_table(
        "recommendation_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("choice", _one_of("choice", "yes", "no", "abstain"), nullable=False),
        sa.Column("dissent", sa.Text(), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        _recommendation("recommendation_vote"),
        _person("recommendation_vote", "member_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_vote")),
        sa.UniqueConstraint(
            "recommendation_id",
            "member_id",
            name=op.f("uq_recommendation_vote_recommendation_id_member_id"),
        ),
    )
    for table, column in (
        ("recommendation", "round_id"),
        ("recommendation", "replied_by_id"),
        ("recommendation_version", "editor_id"),
        ("recommendation_comment", "recommendation_id"),
        ("recommendation_comment", "author_id"),
        ("recommendation_vote", "member_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    for table in (
        "recommendation_vote",
        "recommendation_comment",
        "recommendation_version",
        "recommendation",
    ):
        op.drop_table(table)
