"""Which statement a change of mind rests on."""

from collections.abc import Collection
from datetime import datetime, timedelta

from monitor.cases.observation import Observation

_LONGEST_POLL = timedelta(minutes=10)


def learned_since(observations: Collection[Observation], at: datetime) -> Observation | None:
    """Of what was learned after `at`, the statement of what happened last; None: nothing was.

    A statement is dated by the start of the poll that learned it. Where nothing is dated later,
    what a poll learned that may have been under way at `at` counts.
    """
    for begun_at in (at, at - _LONGEST_POLL):
        news = [observed for observed in observations if observed.observed_at > begun_at]
        if news:
            return max(news, key=lambda o: (o.changed_at, o.observed_at, o.id))
    return None
