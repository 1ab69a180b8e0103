"""Visits to the reading room, summaries signed off.

Revision: 0015
Follows: 0014
"""

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
