"""Keys that Vigie makes for itself, shared by the replicas on one database."""

import secrets

from sqlalchemy import select

from monitor.store.database import Database
from monitor.store.insertion import insert_missing
from monitor.store.tables import own_secret

_BYTES = 32


def own_key(database: Database, name: str) -> bytes:
    """The key of this name, made when it is first asked for."""
    query = select(own_secret.c.value).where(own_secret.c.name == name)
    with database.read() as connection:
        found = connection.scalar(query)
    if found is None:
        with database.write() as connection:
            # Where another replica was first, its key stands.
            insert_missing(
                connection, own_secret, [{"name": name, "value": secrets.token_hex(_BYTES)}]
            )
            found = connection.execute(query).scalar_one()
    return bytes.fromhex(found)
