"""Every row says whose it is; the sent files are kept; receipts can be taken back. Rows so far have no owner yet."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_OWNED = ("stories", "marks", "issues", "manifests", "receipts", "ran_stories", "ran_ads")
_UNIQUE = {
    "stories": {"key": ["key"], "id": ["id"]},
    "issues": {"revision": ["edition", "date", "revision"]},
}
_INDEXES = {
    "stories": {"runs_from": ["runs_from"], "embargoed_from": ["embargoed_from"]},
    "marks": {"story": ["story"]},
    "issues": {"date": ["date"], "sequence": ["sequence"]},
    "receipts": {"issue": ["edition", "date"]},
    "ran_ads": {"line_item": ["line_item", "date"]},
}


def upgrade() -> None:
    op.create_table(
        "digest_publications",
        sa.Column("publication", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
    )
    op.create_table(
        "digest_leases",
        sa.Column("publication", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    _receipts()
    for name in _OWNED:
        _own(name)
    _files()
    _sources()


def _own(name: str) -> None:
    """The column ``publication``, last, and first in what is unique and in the indexes."""
    table, indexes = f"digest_{name}", _INDEXES.get(name, {})
    op.add_column(table, sa.Column("publication", sa.Text, nullable=False, server_default=""))
    for index in indexes:
        op.drop_index(f"{table}_{index}", table)
    with op.batch_alter_table(table) as change:
        change.alter_column(
            "publication", existing_type=sa.Text, existing_nullable=False, server_default=None
        )
        for unique, columns in _UNIQUE.get(name, {}).items():
            change.drop_constraint(f"{table}_{unique}", type_="unique")
            change.create_unique_constraint(f"{table}_{unique}", ["publication", *columns])
    for index, columns in indexes.items():
        op.create_index(f"{table}_{index}", table, ["publication", *columns])


def _receipts() -> None:
    op.add_column("digest_receipts", sa.Column("revision", sa.Integer))
    op.add_column("digest_receipts", sa.Column("action", sa.Text, nullable=False, server_default="sent"))
    op.add_column("digest_receipts", sa.Column("by", sa.Text, nullable=False, server_default=""))
    with op.batch_alter_table("digest_receipts") as change:
        for column in ("action", "by"):
            change.alter_column(column, existing_type=sa.Text, existing_nullable=False, server_default=None)


def _files() -> None:
    op.create_table(
        "digest_files",
        sa.Column(
            "issue", _NUMBER, sa.ForeignKey("digest_issues.number"), primary_key=True, autoincrement=False
        ),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("publication", sa.Text, nullable=False),
    )


def _sources() -> None:
    """What servers said is asked anew: it is no history, and its key changes."""
    op.drop_table("digest_sources")
    op.create_table(
        "digest_sources",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("last_modified", sa.Text, nullable=False),
        sa.Column("publication", sa.Text, primary_key=True),
    )
