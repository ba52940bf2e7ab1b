"""Reports that come due in a demonstration, stated to be there as somebody would state it."""

from collections.abc import Sequence
from datetime import datetime

from monitor.cases.arrivals import Arrival, statements_of
from monitor.cases.observation import CaseKey, Observation
from monitor.contract.model import Status
from monitor.store.deliverables import Deliverables


class ReportClerk:
    """States that each report is there, once it is."""

    def __init__(
        self, deliverables: Deliverables, reports: Sequence[tuple[CaseKey, datetime]]
    ) -> None:
        self._deliverables = deliverables
        self._expected = list(reports)

    def step(self, now: datetime) -> None:
        """State what has come by `now` and has not been stated yet."""
        for report in [(key, at) for key, at in self._expected if at <= now]:
            # Where the case is not open yet, it is said again in the next step.
            if self._state(*report, now):
                self._expected.remove(report)

    def _state(self, key: CaseKey, at: datetime, now: datetime) -> Sequence[Observation]:
        arrival = Arrival(
            at=at, status=Status.DELIVERED, stops=frozenset({Status.DELIVERED}), proof={}
        )
        return self._deliverables.state(
            key, lambda stated: statements_of(arrival, stated, now), at=now
        )
