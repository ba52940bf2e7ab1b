"""What the daemon has stored, read for a command."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from monitor.store.database import Database, open_database
from monitor.store.readings import Readings
from monitor.store.schema import require_current

if TYPE_CHECKING:
    from monitor.settings import Settings


@contextmanager
def opened_database(settings: "Settings") -> Iterator[Database]:
    """The database of these settings, as the daemon left it.

    Raises:
        InputError: there is none yet, it cannot be opened, or it is not of this program's making.
    """
    with closing(open_database(settings.database, create=False)) as database:
        require_current(database)
        yield database


@contextmanager
def opened_readings(settings: "Settings") -> Iterator[Readings]:
    """What is kept there, for reading.

    Raises:
        InputError: as `opened_database`.
    """
    with opened_database(settings) as database:
        yield Readings(database)
