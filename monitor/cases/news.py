"""Which statement a change of mind rests on."""

from collections.abc import Iterable
from datetime import datetime

from monitor.cases.observation import Observation


def learned_since(observations: Iterable[Observation], at: datetime) -> Observation | None:
    """Of what was learned after `at`, the statement of what happened last; None: nothing was."""
    news = (observed for observed in observations if observed.observed_at > at)
    return max(news, key=lambda o: (o.changed_at, o.observed_at, o.id), default=None)
