"""What `check` says of the first record that it read."""

from monitor.collectors.base import Quarantined
from monitor.collectors.reading import Facts, OutsideContract, Reading


def told(read: Facts | OutsideContract | Quarantined, reading: Reading, noun: str) -> str:
    """One clause; `noun` is what the source calls a record."""
    match read:
        case Quarantined():
            return f"its first {noun} cannot be read as configured: {read.reason}"
        case OutsideContract():
            return (
                f"its first {noun}, {read.ref}, is of '{read.raw_category}', outside the contract"
            )
    raw = read.current.raw_status
    status = reading.status_of(raw) or "mapped nowhere"
    return (
        f"its first {noun} is {read.ref}, received {read.received_at:%Y-%m-%d %H:%M} UTC, "
        f"category {read.category}, status '{raw}' ({status})"
    )
