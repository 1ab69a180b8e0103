"""Arguments that a moderator reads first, hides or refuses.

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _flag(name: str, *, value: sa.ColumnElement[bool]) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=value)


def upgrade() -> None:
    op.add_column("round", _flag("arguments_wait", value=sa.true()))
    op.add_column("argument", _flag("is_hidden", value=sa.false()))
    op.add_column("argument", _flag("is_refused", value=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("argument") as batch_op:
        batch_op.drop_column("is_refused")
        batch_op.drop_column("is_hidden")
    with op.batch_alter_table("round") as batch_op:
        batch_op.drop_column("arguments_wait")
