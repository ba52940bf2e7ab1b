"""When a source that fails is left alone, and how it is tried again."""

from enum import StrEnum

OPENS_AFTER = 5
"""Faults in a row."""


class Circuit(StrEnum):
    """What is asked of a source."""

    CLOSED = "closed"
    """All there is to ask."""
    OPEN = "open"
    """Nothing but, at each poll, one record: the probe. Polls come later and later. Where the
    probe succeeds, the poll goes on, and a complete one closes the circuit."""


def circuit_of(failures: int) -> Circuit:
    """By how many faults there were in a row."""
    return Circuit.OPEN if failures >= OPENS_AFTER else Circuit.CLOSED
