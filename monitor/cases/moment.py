"""How things stood at an instant that has passed, by all that is known now or was known then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.cases.observation import Observation
from monitor.cases.timeline import Timeline, build_timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The two times of a question about the past."""

    at: datetime
    known_at: datetime | None = None
    """By what was learned until then; None: by all that has been learned to this day."""

    @property
    def vouched_at(self) -> datetime:
        """The latest instant whose statements can count."""
        return self.at if self.known_at is None else min(self.at, self.known_at)

    def knows(self, observation: Observation) -> bool:
        return self.known_at is None or observation.observed_at <= self.known_at

    def timeline(self, observations: Iterable[Observation]) -> Timeline | None:
        """A case as it stood; None: there was no such case yet, or nobody knew of it."""
        known = [observed for observed in observations if self.knows(observed)]
        if not known:
            return None
        found = build_timeline(known).as_of(self.at)
        return None if found.received_at > self.at else found
