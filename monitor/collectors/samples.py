"""What `check` says of the first record that it read."""

from monitor.collectors.base import Quarantined
from monitor.collectors.reading import Facts, OutsideContract, Reading
from monitor.locale.marking import N_, Said


def told(read: Facts | OutsideContract | Quarantined, reading: Reading) -> Said:
    """One clause."""
    match read:
        case Quarantined():
            return Said(
                N_("its first record cannot be read as configured: {reason}"), reason=read.reason
            )
        case OutsideContract():
            return Said(
                N_("its first record, {ref}, is of '{category}', outside the contract"),
                ref=read.ref,
                category=read.raw_category,
            )
    raw = read.current.raw_status
    return Said(
        N_(
            "its first record is {ref}, received {received} UTC, category {category}, status"
            " '{status}' ({meaning})"
        ),
        ref=read.ref,
        received=f"{read.received_at:%Y-%m-%d %H:%M}",
        category=read.category,
        status=raw,
        meaning=reading.status_of(raw) or Said(N_("mapped nowhere")),
    )


def answer(where: str, record: Said | None) -> Said:
    """What a source says where it is asked for one record; None: it has none."""
    if record is None:
        return Said(N_("{where} answers, with no record"), where=where)
    return Said(N_("{where} answers; {record}"), where=where, record=record)
