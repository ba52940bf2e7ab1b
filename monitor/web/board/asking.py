"""Which obligations a list shows, as its address says it: a view can be shared, and kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from werkzeug.datastructures import MultiDict

from monitor.access import Visitor
from monitor.cases.obligation import Verdict
from monitor.cases.records import Position, Sought
from monitor.contract.model import CaseKind
from monitor.reports.period import PeriodKind, ReportPeriod

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST = 200
FILTERS = ("provider", "commitment", "region", "organization", "kind")
_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wrong in an address asks for nothing: a link that was cut still leads somewhere."""

    sought: Sought
    month: str | None
    """Of the deadline, as `2026-10`."""
    settled: bool
    after: Position | None

    def parameters(self) -> Iterator[tuple[str, str]]:
        """Those of the address, without the place in the list."""
        for name in FILTERS:
            if (value := getattr(self.sought, name)) is not None:
                yield name, str(value)
        for verdict in sorted(self.sought.verdicts):
            yield "verdict", str(verdict)
        if self.month is not None:
            yield "month", self.month
        if self.sought.text is not None:
            yield "q", self.sought.text
        if self.settled:
            yield "state", "settled"


def asked_in(arguments: "MultiDict[str, str]", visitor: Visitor, zone: tzinfo) -> Asked:
    """What an address asks for; of those limited to an organisation, no more than that one's."""

    def given(name: str) -> str | None:
        text = arguments.get(name, "").strip()
        return text if text and len(text) <= _LONGEST and text.isprintable() else None

    kind = given("kind")
    known = {str(verdict) for verdict in Verdict}
    month = _month(given("month"))
    return Asked(
        month=None if month is None else str(month),
        sought=Sought(
            due=None if month is None else month.instants(zone),
            provider=given("provider"),
            commitment=given("commitment"),
            organization=visitor.organization or given("organization"),
            kind=CaseKind(kind) if kind in set(CaseKind) else None,
            verdicts=frozenset(
                Verdict(text) for text in arguments.getlist("verdict") if text in known
            ),
            region=given("region"),
            text=given("q"),
        ),
        settled=arguments.get("state") == "settled",
        after=position_in(arguments.get("after", "")),
    )


def _month(text: str | None) -> ReportPeriod | None:
    try:
        return None if text is None else ReportPeriod.parse(PeriodKind.MONTH, text)
    except ValueError:
        return None


def place_of(position: Position) -> str:
    """A place in a list, as an address has it."""
    at = "" if position.at is None else str((position.at - _EPOCH) // _MICROSECOND)
    return f"{at}.{position.id}"


def position_in(text: str) -> Position | None:
    """A place that `place_of` wrote; None: it is none."""
    at, dot, id_ = text.partition(".")
    if not dot or not id_.isdecimal() or not (at.isdecimal() or not at):
        return None
    if int(id_) > _LARGEST or (at and int(at) > _LARGEST // 100):
        return None
    return Position(at=None if not at else _EPOCH + timedelta(microseconds=int(at)), id=int(id_))
