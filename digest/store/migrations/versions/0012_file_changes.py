"""Changes of adslots.yaml made at the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "digest_file_changes",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("file", "about", "what")),
        sa.Column("start", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("was", "now", "before", "after", "by")),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("publication", sa.Text, nullable=False),
    )
