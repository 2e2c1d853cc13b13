"""Handing over: notes of campaigns, what mailers counted, and clicks by link."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _campaigns()
    _counts()
    _clicks()


def _key() -> sa.Column[int]:
    return sa.Column("number", _NUMBER, primary_key=True, autoincrement=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _campaigns() -> None:
    op.create_table(
        "digest_campaigns",
        _key(),
        _text("edition"),
        sa.Column("date", sa.Date, nullable=False),
        _text("mailer"),
        _text("event"),
        sa.Column("at", sa.BigInteger, nullable=False),
        _text("name"),
        _text("campaign"),
        sa.Column("revision", sa.Integer, nullable=False),
        _text("content"),
        sa.Column("due", sa.BigInteger),
        _text("publication"),
    )
    op.create_index("digest_campaigns_issue", "digest_campaigns", ["publication", "edition", "date"])


def _counts() -> None:
    op.create_table(
        "digest_counts",
        _key(),
        _text("edition"),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("read_at", sa.BigInteger, nullable=False),
        _text("source"),
        *(
            sa.Column(name, sa.BigInteger)
            for name in ("sent", "delivered", "opens", "clicks", "clicks_total")
        ),
        _text("kind"),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("sent_at", sa.BigInteger),
        _text("notes"),
        _text("publication"),
    )
    op.create_index("digest_counts_issue", "digest_counts", ["publication", "edition", "date"])


def _clicks() -> None:
    op.create_table(
        "digest_clicks",
        _key(),
        sa.Column("receipt", _NUMBER, sa.ForeignKey("digest_counts.number"), nullable=False),
        _text("url"),
        _text("what"),
        sa.Column("unique_clicks", sa.BigInteger),
        sa.Column("total_clicks", sa.BigInteger),
        *(_text(name) for name in ("line_item", "creative", "slot", "story", "section")),
        sa.Column("position", sa.Integer, nullable=False),
        _text("publication"),
    )
    op.create_index("digest_clicks_receipt", "digest_clicks", ["receipt"])
