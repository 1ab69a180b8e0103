"""What happens when so many people agree with a proposal.

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "round",
        sa.Column("support_threshold", sa.Integer(), nullable=False, server_default=sa.text("30")),
    )
    op.add_column(
        "round", sa.Column("support_effect", sa.Text(), nullable=False, server_default="")
    )


def downgrade() -> None:
    with op.batch_alter_table("round") as batch_op:
        batch_op.drop_column("support_effect")
        batch_op.drop_column("support_threshold")
