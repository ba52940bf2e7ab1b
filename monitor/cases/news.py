"""Which statement a change of mind rests on."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from monitor.cases.observation import Observation


def learned_since(observations: Iterable[Observation], at: datetime) -> Observation | None:
    """Of what was learned after `at`, the statement of what happened last; None: nothing was."""
    news = (observed for observed in observations if observed.observed_at > at)
    return max(news, key=_happened, default=None)


def learned_last(
    observations: Collection[Observation],
) -> tuple[Observation, Sequence[Observation]]:
    """Of what the last poll learned, the statement of what happened last; and all known before it.

    At least one observation is given.
    """
    latest = max(observed.observed_at for observed in observations)
    news = max((each for each in observations if each.observed_at == latest), key=_happened)
    return news, [each for each in observations if each.observed_at != latest]


def _happened(observed: Observation) -> tuple[datetime, datetime, str]:
    return observed.changed_at, observed.observed_at, observed.id
