"""A story remembers the line of the file that it came from, so that an unchanged line is not read again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("digest_stories", sa.Column("print", sa.BigInteger))
