"""What the daemon has stored, read for a command."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from monitor.cli.faults import show_warning
from monitor.cli.words import gettext
from monitor.store.database import Database, open_database
from monitor.store.readings import Readings
from monitor.store.schema import require_current

if TYPE_CHECKING:
    from monitor.settings import Settings
    from monitor.shown.at_work import RulesAtWork


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


@contextmanager
def opened_records(settings: "Settings") -> Iterator[tuple[Readings, "RulesAtWork"]]:
    """What is kept there, with the rules it rests on; warns where vigie.yaml has others.

    Raises:
        InputError: as `opened_database`, or the contract or the rules cannot be read.
    """
    from monitor.configuration import contract_of  # noqa: PLC0415 - as above
    from monitor.shown.at_work import RulesAtWork  # noqa: PLC0415 - few commands read rules
    from monitor.store.rulebook import Rulebook  # noqa: PLC0415 - as above

    configured = contract_of(settings)
    with opened_database(settings) as database:
        rules = RulesAtWork(Rulebook(database), configured)
        if not rules.configured_too:
            show_warning(
                gettext(
                    "the figures rest on other rules than vigie.yaml has now: 'vigie preview' tells"
                    " what it would change, 'vigie run' applies it as it starts or reloads"
                )
            )
        yield Readings(database), rules
