"""Editors' words: edits of stories, notes of issues, approvals; a pin may name its place."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _number() -> sa.Column[int]:
    return sa.Column(
        "number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
    )


def _text(name: str, *, required: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=not required)


def upgrade() -> None:
    op.create_table(
        "digest_edits",
        _number(),
        _text("story"),
        *(_text(name, required=False) for name in ("title", "summary", "image", "section", "edition")),
        sa.Column("date", sa.Date),
        sa.Column("cleared", sa.Boolean, nullable=False),
        _text("note"),
        _text("by"),
        sa.Column("at", sa.BigInteger, nullable=False),
        _text("publication"),
    )
    op.create_index("digest_edits_story", "digest_edits", ["publication", "story"])
    op.create_table(
        "digest_notes",
        _number(),
        _text("edition"),
        sa.Column("date", sa.Date, nullable=False),
        *(_text(name) for name in ("text", "subject", "preheader", "by")),
        sa.Column("at", sa.BigInteger, nullable=False),
        _text("publication"),
    )
    op.create_index("digest_notes_issue", "digest_notes", ["publication", "edition", "date"])
    op.create_table(
        "digest_approvals",
        _number(),
        _text("edition"),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        *(_text(name) for name in ("manifest", "note", "by")),
        sa.Column("at", sa.BigInteger, nullable=False),
        _text("publication"),
    )
    op.create_index("digest_approvals_issue", "digest_approvals", ["publication", "edition", "date"])
    op.add_column("digest_marks", sa.Column("position", sa.Integer))
