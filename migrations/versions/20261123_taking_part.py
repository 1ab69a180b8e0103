"""Taking part: revisions, drafts, attachments, discussion, following, sessions, passkeys.

Revision: 0004
Follows: 0003
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Rows that are there already, and programs that insert without naming a column, get these.
EMPTY = sa.text("''")
RHYTHM = sa.Enum("at_once", "daily", "weekly", "never", name="rhythm", native_enum=False, length=40)
DECIDER = sa.Enum("person", "together", "machine", name="decider", native_enum=False, length=40)
LETTERS = "23456789bcdfghjkmnpqrstvwxz"
NAME_LENGTH = 10


def upgrade() -> None:
    op.create_table(
        "contact_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("form_token", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["person.id"],
            name=op.f("fk_contact_message_answered_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_message")),
        sa.UniqueConstraint("form_token", name=op.f("uq_contact_message_form_token")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_message_public_id")),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("guest_key", sa.String(length=64), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_draft_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_draft_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("public_id", name=op.f("uq_draft_public_id")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index("ix_draft_guest", ["guest_key", "round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_saved_at"), ["saved_at"], unique=False)

    op.create_table(
        "external_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_external_identity_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_external_identity_issuer_subject")),
    )
    with op.batch_alter_table("external_identity", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_external_identity_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "follow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_follow_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow")),
        sa.UniqueConstraint(
            "person_id",
            "object_kind",
            "object_id",
            name=op.f("uq_follow_person_id_object_kind_object_id"),
        ),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index("ix_follow_object", ["object_kind", "object_id"], unique=False)

    op.create_table(
        "notification_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column(
            "rhythm",
            sa.Enum(
                "at_once", "daily", "weekly", "never", name="rhythm", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_notification_choice_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_notification_choice")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(length=400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_passkey_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_person_id"), ["person_id"], unique=False)

    op.create_table(
        "person_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_person_session_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_session")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_person_session_key_hash")),
    )
    with op.batch_alter_table("person_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_person_session_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("alternative_text", sa.String(length=300), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name=op.f("fk_attachment_draft_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_attachment_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attachment_public_id")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_draft_id"), ["draft_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_attachment_submission_id"), ["submission_id"], unique=False
        )

    op.create_table(
        "exposure_daily",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_exposure_daily_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "day", name=op.f("pk_exposure_daily")),
    )
    op.create_table(
        "submission_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "published",
                "rejected",
                "replaced",
                name="revisionstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_submission_revision_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_revision")),
        sa.UniqueConstraint(
            "submission_id", "number", name=op.f("uq_submission_revision_submission_id_number")
        ),
    )
    _alter_argument()
    with op.batch_alter_table("notification") as batch_op:
        batch_op.add_column(
            sa.Column("rhythm", RHYTHM, nullable=False, server_default=sa.text("'at_once'"))
        )
        batch_op.add_column(sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))
    # What is there already went out when it was written.
    op.execute("UPDATE notification SET mailed_at = created_at")

    with op.batch_alter_table("round") as batch_op:
        batch_op.add_column(
            sa.Column("guests_may_submit", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("easy_language_waiver", sa.Text(), nullable=False, server_default=EMPTY)
        )

    with op.batch_alter_table("submission") as batch_op:
        for name in ("data_used", "without_ai", "benefit"):
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=EMPTY))
        batch_op.add_column(sa.Column("decider", DECIDER, nullable=True))
        batch_op.add_column(sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))


def _alter_argument() -> None:
    with op.batch_alter_table("argument") as batch_op:
        for column in (
            sa.Column("public_id", sa.String(16), nullable=True),
            sa.Column("parent_id", sa.Integer(), nullable=True),
            sa.Column("is_official", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("is_withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("helpful_count", sa.Integer(), nullable=False, server_default=sa.text("0")),
            sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("form_token", sa.String(60), nullable=True),
            sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
        ):
            batch_op.add_column(column)
    _name_arguments()
    with op.batch_alter_table("argument") as batch_op:
        batch_op.alter_column("public_id", existing_type=sa.String(16), nullable=False)
        batch_op.create_index(batch_op.f("ix_argument_parent_id"), ["parent_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_argument_form_token"), ["form_token"])
        batch_op.create_unique_constraint(batch_op.f("uq_argument_public_id"), ["public_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_argument_parent_id"),
            "argument",
            ["parent_id"],
            ["id"],
            ondelete="CASCADE",
        )

    op.create_table(
        "argument_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("argument_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["argument_id"],
            ["argument.id"],
            name=op.f("fk_argument_revision_argument_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_argument_revision")),
        sa.UniqueConstraint(
            "argument_id", "number", name=op.f("uq_argument_revision_argument_id_number")
        ),
    )
    op.create_table(
        "helpful_mark",
        sa.Column("argument_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["argument_id"],
            ["argument.id"],
            name=op.f("fk_helpful_mark_argument_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_helpful_mark_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("argument_id", "person_id", name=op.f("pk_helpful_mark")),
    )
    with op.batch_alter_table("helpful_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_helpful_mark_person_id"), ["person_id"], unique=False)


def _name_arguments() -> None:
    """Give every argument a random name of the same shape as new ones get."""
    table = sa.table("argument", sa.column("id"), sa.column("public_id"))
    connection = op.get_bind()
    for (number,) in connection.execute(sa.select(table.c.id)).all():
        name = "".join(secrets.choice(LETTERS) for _ in range(NAME_LENGTH))
        connection.execute(table.update().where(table.c.id == number).values(public_id=name))


def downgrade() -> None:
    op.drop_table("helpful_mark")
    op.drop_table("argument_revision")
    for name in (
        "edited_at", "decider", "benefit", "without_ai", "data_used",
    ):  # fmt: skip
        op.execute(f"ALTER TABLE submission DROP COLUMN {name}")
    for name in ("easy_language_waiver", "guests_may_submit"):
        op.execute(f'ALTER TABLE "round" DROP COLUMN {name}')
    for name in ("mailed_at", "rhythm"):
        op.execute(f"ALTER TABLE notification DROP COLUMN {name}")
    with op.batch_alter_table("argument") as batch_op:
        batch_op.drop_constraint(op.f("fk_argument_parent_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("uq_argument_public_id"), type_="unique")
        batch_op.drop_constraint(op.f("uq_argument_form_token"), type_="unique")
        batch_op.drop_index(op.f("ix_argument_parent_id"))
    with op.batch_alter_table("argument") as batch_op:
        for name in (
            "version", "form_token", "edited_at", "helpful_count", "is_withdrawn", "is_official",
            "parent_id", "public_id",
        ):  # fmt: skip
            batch_op.drop_column(name)
    for name in (
        "submission_revision", "exposure_daily", "attachment", "person_session", "passkey",
        "notification_choice", "follow", "external_identity", "draft", "contact_message",
    ):  # fmt: skip
        op.drop_table(name)
