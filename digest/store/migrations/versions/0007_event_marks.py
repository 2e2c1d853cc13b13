"""A decision of the desk can speak of two stories: they tell one event, or two."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("digest_marks", sa.Column("other", sa.Text))
