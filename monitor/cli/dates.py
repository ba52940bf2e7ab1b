"""Local dates given to commands."""

from datetime import date
from typing import TYPE_CHECKING

from monitor.cli.words import gettext
from monitor.clock.wall import SystemClock
from monitor.clock.zones import zone
from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.contract.book import ContractBook


def today(book: "ContractBook") -> date:
    """The date it is, in the zone of the contract's latest version."""
    return SystemClock().now().astimezone(zone(book.versions[-1].zone)).date()


def read_day(text: str, option: str) -> date:
    """The date an option was given.

    Raises:
        InputError: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            gettext("{option}: '{text}' is no date; write it as 2026-11-23").format(
                option=option, text=text
            )
        ) from None
