"""The ledger: issues by revision, what ran in them, and the mailer's receipts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _issues()
    _ran()


def _issues() -> None:
    op.create_table(
        "digest_issues",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("window_start", sa.BigInteger, nullable=False),
        sa.Column("window_end", sa.BigInteger, nullable=False),
        sa.Column("first_built_at", sa.BigInteger, nullable=False),
        sa.Column("built_at", sa.BigInteger, nullable=False),
        sa.Column("expected_sends", sa.BigInteger),
        sa.UniqueConstraint("edition", "date", "revision", name="digest_issues_revision"),
    )
    op.create_index("digest_issues_date", "digest_issues", ["date"])
    op.create_index("digest_issues_sequence", "digest_issues", ["sequence"])
    op.create_table(
        "digest_manifests",
        sa.Column(
            "issue", _NUMBER, sa.ForeignKey("digest_issues.number"), primary_key=True, autoincrement=False
        ),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "digest_receipts",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("delivered", sa.BigInteger),
    )
    op.create_index("digest_receipts_issue", "digest_receipts", ["edition", "date"])


def _ran() -> None:
    op.create_table(
        "digest_ran_stories",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("issue", _NUMBER, sa.ForeignKey("digest_issues.number"), nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("also", sa.Text, nullable=False),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("published_at", sa.BigInteger),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
    )
    op.create_index("digest_ran_stories_issue", "digest_ran_stories", ["issue"])
    op.create_table(
        "digest_ran_ads",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("issue", _NUMBER, sa.ForeignKey("digest_issues.number"), nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("line_item", sa.Text, nullable=False),
        sa.Column("creative", sa.Text, nullable=False),
        sa.Column("advertiser", sa.Text),
        sa.Column("tier", sa.Text, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("gap", sa.Integer, nullable=False),
        sa.Column("section", sa.Text),
        sa.Column("neighbours", sa.Text, nullable=False),
    )
    op.create_index("digest_ran_ads_issue", "digest_ran_ads", ["issue"])
    op.create_index("digest_ran_ads_line_item", "digest_ran_ads", ["line_item", "date"])
