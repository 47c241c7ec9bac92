"""What alembic runs: our revisions on the connection of ``store.revisions``, in its transaction.

A developer's ``alembic revision --autogenerate`` gives a database instead: ``-x db=URL``.
"""

from alembic import context
from sqlalchemy import Connection

from kiosk_central.store.engine import open_engine, write
from kiosk_central.store.tables import metadata


def run(connection: Connection) -> None:
    """Run what alembic was called for."""
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    write(open_engine(context.get_x_argument(as_dictionary=True)["db"]), run)
