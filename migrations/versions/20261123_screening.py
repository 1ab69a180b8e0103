"""Profiles of proposed AI applications and their screening.

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _class() -> sa.Enum:
    return sa.Enum(
        "not_ai",
        "minimal",
        "transparency",
        "high_risk",
        "open",
        "prohibited",
        name="riskclass",
        native_enum=False,
        length=40,
    )


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["person.id"], name=op.f(f"fk_{table}_{column}"), ondelete="SET NULL"
    )


def _application(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["application_id"],
        ["application.id"],
        name=op.f(f"fk_{table}_application_id"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("gap_count", sa.Integer(), nullable=True),
        sa.Column("profile_count", sa.Integer(), nullable=False),
        sa.Column("released_number", sa.Integer(), nullable=True),
        sa.Column("questionnaire", sa.String(length=20), nullable=False),
        sa.Column("begun_count", sa.Integer(), nullable=False),
        sa.Column("finished_count", sa.Integer(), nullable=False),
        sa.Column("risk_class", _class(), nullable=True),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_application_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_application_submission_id")),
    )
    op.create_table(
        "profile_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("screened", sa.JSON(), nullable=False),
        _application("profile_version"),
        _person("profile_version", "editor_id"),
        _person("profile_version", "released_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_version")),
        sa.UniqueConstraint(
            "application_id", "number", name=op.f("uq_profile_version_application_id_number")
        ),
    )
    op.create_table(
        "screening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("questionnaire", sa.String(length=20), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("computed_class", _class(), nullable=True),
        sa.Column("own_class", _class(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("seat BETWEEN 1 AND 2", name=op.f("ck_screening_two_reviewers")),
        sa.CheckConstraint(
            "own_class IS NULL OR reason <> ''",
            name=op.f("ck_screening_another_opinion_has_reasons"),
        ),
        _application("screening"),
        _person("screening", "reviewer_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
        sa.UniqueConstraint(
            "application_id",
            "questionnaire",
            "seat",
            name=op.f("uq_screening_application_id_questionnaire_seat"),
        ),
        sa.UniqueConstraint(
            "application_id",
            "questionnaire",
            "reviewer_id",
            name=op.f("uq_screening_application_id_questionnaire_reviewer_id"),
        ),
    )
    op.create_table(
        "duty_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("applies_on", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _person("duty_date", "editor_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_date")),
    )
    for table, column in (
        ("profile_version", "editor_id"),
        ("profile_version", "released_by_id"),
        ("screening", "reviewer_id"),
        ("duty_date", "key"),
        ("duty_date", "editor_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    for table in ("duty_date", "screening", "profile_version", "application"):
        op.drop_table(table)
