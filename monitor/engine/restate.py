"""What was owed on a case at an instant that has passed, worked out anew; nobody is told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.alerts.policy import Policy
from monitor.cases.evaluate import Judgement
from monitor.cases.moment import Moment
from monitor.cases.obligation import Obligation
from monitor.cases.records import SourceRecord
from monitor.clock import ClockRangeError
from monitor.contract.book import ContractBook, NotInForceError
from monitor.engine.judge import Bench
from monitor.engine.ports import Docket
from monitor.engine.rules import Rules


def restate(
    docket: Docket, book: ContractBook, moment: Moment, silent: Mapping[str, datetime]
) -> Sequence[Obligation]:
    """The obligations of a case, judged at `moment.at` by what the moment knows.

    They are those that its statements of then give, and no others: what a statement learned later
    shows never to have been owed is left out. Nothing where the case had not been received, or
    could not be judged. `silent` is as `silences` has it.
    """
    timeline = moment.timeline(docket.observations)
    if timeline is None:
        return []
    bench = Bench(
        # Judged by itself: what was told of it, or held, has no part in it.
        docket=replace(docket, owed={}),
        timeline=timeline,
        rules=Rules(book=book, policy=Policy(steps=())),
        judgement=judgement_of(moment, silent.get(timeline.source), docket.gone_since),
        vouched_until=None,
    )
    try:
        version = book.in_force(timeline.received_at)
        owed = bench.owed(version)
        return [
            bench.judge(commitment, version, region).obligation
            for commitment, region in owed.values()
        ]
    except (NotInForceError, ClockRangeError):
        return []


def judgement_of(
    moment: Moment, silent_since: datetime | None, gone_since: datetime | None
) -> Judgement:
    """The question at a moment; a case is gone from the poll that first missed it."""
    gone = gone_since if gone_since is not None and gone_since <= moment.vouched_at else None
    return Judgement(now=moment.at, silent_since=silent_since, gone_since=gone)


def silences(
    sources: Sequence[SourceRecord], stale_after: Mapping[str, timedelta], moment: Moment
) -> Mapping[str, datetime]:
    """The sources that cannot tell of the moment, with the last instant they vouch for.

    One that has had a complete poll since vouches for all before it: a past instant is never
    unknown for a silence that has ended.
    """
    silent: dict[str, datetime] = {}
    for source in sources:
        vouched_until = source.vouched_until
        if moment.known_at is not None:
            vouched_until = min(vouched_until, moment.known_at)
        if vouched_until + stale_after.get(source.name, timedelta()) < moment.at:
            silent[source.name] = vouched_until
    return silent
