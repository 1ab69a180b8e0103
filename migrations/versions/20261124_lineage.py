"""Undone decisions are found by what they undo.

Revision: 0018
Follows: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_moderation_decision_reverses_id", "moderation_decision", ["reverses_id"])


def downgrade() -> None:
    op.drop_index("ix_moderation_decision_reverses_id", "moderation_decision")
