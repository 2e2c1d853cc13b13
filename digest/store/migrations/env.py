"""What alembic runs: the migrations, on the connection and in the transaction it is handed."""

from alembic import context

from digest.store.schema import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
)
context.run_migrations()
