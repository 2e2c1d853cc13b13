"""The date of an issue carries the number of a later special. SQLite keeps dates as text already."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = ("issues", "receipts", "ran_ads", "marks", "edits", "notes", "approvals", "campaigns", "counts")
_NULLABLE = ("marks", "edits")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for name in _TABLES:
        op.alter_column(
            f"digest_{name}",
            "date",
            type_=sa.Text(collation="C"),
            existing_type=sa.Date(),
            existing_nullable=name in _NULLABLE,
            postgresql_using="to_char(date, 'YYYY-MM-DD')",
        )
