"""Stories, the editors' desk, and what servers said of their feeds."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _stories()
    op.create_table(
        "digest_marks",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("edition", sa.Text),
        sa.Column("section", sa.Text),
        sa.Column("date", sa.Date),
        sa.Column("until", sa.Date),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("digest_marks_story", "digest_marks", ["story"])
    op.create_table(
        "digest_sources",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("last_modified", sa.Text, nullable=False),
    )


def _stories() -> None:
    op.create_table(
        "digest_stories",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("content", sa.BigInteger, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("sections", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("published_at", sa.BigInteger),
        sa.Column("updated_at", sa.BigInteger),
        sa.Column("image", sa.Text, nullable=False),
        sa.Column("popularity", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("flags", sa.Text, nullable=False),
        sa.Column("priority", sa.Float, nullable=False),
        sa.Column("embargo_until", sa.BigInteger),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("runs_from", sa.BigInteger, nullable=False),
        sa.Column("embargoed_from", sa.BigInteger),
        sa.UniqueConstraint("key", name="digest_stories_key"),
        sa.UniqueConstraint("id", name="digest_stories_id"),
    )
    op.create_index("digest_stories_runs_from", "digest_stories", ["runs_from"])
    op.create_index("digest_stories_embargoed_from", "digest_stories", ["embargoed_from"])
