"""Who follows a round or a topic hears once a day what is new since the last time.

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("follow", sa.Column("told_until", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE follow SET told_until = created_at")


def downgrade() -> None:
    with op.batch_alter_table("follow") as batch_op:
        batch_op.drop_column("told_until")
