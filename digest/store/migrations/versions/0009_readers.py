"""An ad in the issues of an audience has readers of its own, not the edition's."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("digest_ran_ads", sa.Column("readers", sa.BigInteger))
