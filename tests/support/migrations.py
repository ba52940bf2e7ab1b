"""A database as an earlier program left it."""

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from monitor.store.schema import _config


def migrate_to_before(connection: Connection, revision: str) -> None:
    """Bring an empty database up to the revision that another one follows, wherever it stands."""
    config = _config()
    script = ScriptDirectory.from_config(config).get_revision(revision)
    assert isinstance(script.down_revision, str)
    config.attributes["connection"] = connection
    config.attributes["applied"] = lambda _: None
    command.upgrade(config, script.down_revision)
