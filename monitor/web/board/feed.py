"""Coming deadlines as a calendar that other programs subscribe to (RFC 5545)."""

from collections.abc import Sequence
from datetime import timedelta

from monitor.contract.model import ContractVersion
from monitor.locale import Language
from monitor.web.board.reading import Row

_SHOWN = timedelta(minutes=30)
"""How long a deadline looks in a calendar: it is an instant, and would not be seen."""


def deadlines_feed(rows: Sequence[Row], language: Language, version: ContractVersion) -> str:
    """One event a deadline, ending at it. A program that reads it anew updates, and never doubles.

    The same rows give the same text.
    """
    from icalendar import Calendar, Event  # noqa: PLC0415 - few ask for it

    ics = Calendar()
    ics.add("prodid", "-//Vigie//Deadlines//EN")
    ics.add("version", "2.0")
    ics.add("x-wr-calname", language.gettext("Deadlines"))
    ics.add("refresh-interval", timedelta(minutes=15), parameters={"value": "DURATION"})
    for row in rows:
        owed = row.owed.obligation
        due_at = owed.evaluation.due_at
        if due_at is None:
            continue
        promised = version.by_id.get(owed.commitment)
        label = owed.commitment if promised is None else language.label(promised.label)
        event = Event()
        event.add("uid", f"{owed.id}@vigie")
        # Required by the format: the instant of the judgement, so that equal rows give equal text.
        event.add("dtstamp", owed.evaluated_at)
        event.add("dtstart", due_at - _SHOWN)
        event.add("dtend", due_at)
        event.add("summary", f"{owed.key.ref} · {label}")
        event.add("description", language.verdict(owed.evaluation.verdict))
        event.add("transp", "TRANSPARENT")
        ics.add_component(event)
    text: str = ics.to_ical().decode()
    return text
