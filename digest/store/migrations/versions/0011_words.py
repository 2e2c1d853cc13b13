"""An index for words, with the stories that are there; nothing in a SQLite without FTS5."""

from alembic import op

from digest.store import words

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words.create(op.get_bind())
