"""How the reading of sources went, what they call their stories, and what they told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "digest_readings",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("items", sa.Integer, nullable=False),
        sa.Column("new", sa.Integer, nullable=False),
        sa.Column("updated", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("newest", sa.BigInteger),
        sa.Column("whole_since", sa.BigInteger),
        sa.Column("remarks", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("publication", sa.Text, nullable=False),
    )
    op.create_index("digest_readings_source", "digest_readings", ["publication", "source"])
    op.create_table(
        "digest_source_items",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("publication", sa.Text, primary_key=True),
    )
    op.create_table(
        "digest_story_notes",
        sa.Column("story", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("publication", sa.Text, primary_key=True),
    )
    op.drop_table("digest_sources")  # what servers said is asked anew: it is no history
    op.create_table(
        "digest_sources",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("last_modified", sa.Text, nullable=False),
        sa.Column("cursor", sa.Text, nullable=False),
        sa.Column("publication", sa.Text, primary_key=True),
    )
