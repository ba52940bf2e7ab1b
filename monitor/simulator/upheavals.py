"""Records that are wrong, and books that change while they are read: faults of what is answered."""

from collections.abc import Callable
from random import Random
from typing import Any

from monitor.contract.model import CaseKind
from monitor.simulator.behaviours import rewriting, well
from monitor.simulator.book import SimulatedProvider
from monitor.simulator.exchange import Behaviour, Exchange

_TIMES = ("creationDate", "orderDate", "lastUpdate", "statusChangeDate", "changeDate")
_OFFSET_LETTERS = 6
_TWICE, _NEVER = "2026-11-01T01:30:00", "2026-03-08T02:30:00"
"""Hours of Québec's clock changes."""


def undated(record: dict[str, Any]) -> None:
    """Says not when it last changed."""
    record.pop("lastUpdate", None)


def ahead_of_time(record: dict[str, Any]) -> None:
    """Last changed years from now."""
    if "lastUpdate" in record:
        record["lastUpdate"] = f"2099{record['lastUpdate'][4:]}"


def on_the_wall(record: Any) -> None:
    """Times without an offset."""
    if isinstance(record, list):
        for part in record:
            on_the_wall(part)
    elif isinstance(record, dict):
        for name, value in record.items():
            if name in _TIMES:
                record[name] = value.removesuffix("Z")[: -_OFFSET_LETTERS or None]
            else:
                on_the_wall(value)


def undecidable(record: dict[str, Any]) -> None:
    """As above; and of some records, by the last digit, the hour occurs twice or never."""
    on_the_wall(record)
    hour = {"3": _TWICE, "8": _NEVER}.get(record["id"][-1])
    if hour is not None:
        record["creationDate" if "creationDate" in record else "orderDate"] = hour


def one_in_ten(edit: Callable[[dict[str, Any]], None]) -> Behaviour:
    """The records whose number ends in 7 are edited."""
    return rewriting(lambda record: edit(record) if record["id"].endswith("7") else None)


def unheard_of(record: dict[str, Any]) -> None:
    """A status that no standard has, with dots as some extend it by."""
    record["status" if "status" in record else "state"] = "inProgress.parts-ordered"


def unreadable(record: dict[str, Any]) -> None:
    """An object stands where the status is expected."""
    record["status" if "status" in record else "state"] = {"code": 1}


def meanwhile(happen: Callable[[], None]) -> Behaviour:
    """Something happens in the book before each answer."""

    def behave(exchange: Exchange) -> None:
        happen()
        well(exchange)

    return behave


def edits(provider: SimulatedProvider, random: Random) -> None:
    """A few cases change, and slide through any list ordered by their last change."""
    for _ in range(random.randrange(4)):
        ref = _any(provider, random)
        if ref is not None:
            provider.change_status(ref, random.choice(("held", "pending", "inProgress")))


def removes(provider: SimulatedProvider, random: Random) -> None:
    """At times a case is deleted."""
    ref = _any(provider, random)
    if ref is not None and random.random() < 0.2:  # noqa: PLR2004 - seldom
        provider.remove(ref)


def reopens(provider: SimulatedProvider, random: Random) -> None:
    """What was closed goes on, and is closed again."""
    ref = _any(provider, random)
    if ref is not None:
        ended = provider.case(ref).status in ("resolved", "closed", "completed")
        provider.change_status(ref, "inProgress" if ended else "resolved")


def rewrites_history(provider: SimulatedProvider, random: Random) -> None:
    """A change that was dated is dated a minute before what it was."""
    ref = _any(provider, random)
    if ref is not None:
        changes = provider.case(ref).changes
        position = random.randrange(len(changes))
        at = changes[position].at
        provider.redate(ref, position, at.replace(minute=max(0, at.minute - 1)))


def _any(provider: SimulatedProvider, random: Random) -> str | None:
    tickets = provider.cases(CaseKind.TICKET)
    return random.choice(tickets).ref if tickets else None
