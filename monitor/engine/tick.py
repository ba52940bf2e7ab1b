"""One bounded step of the engine: what is due is judged, and stored with what is to be told."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import nextafter

from monitor.alerts.escalation import base_step
from monitor.cases.obligation import Verdict
from monitor.contract.basis import digest_of
from monitor.engine.judge import judge
from monitor.engine.ports import (
    Closing,
    Fire,
    RulesReplacedError,
    Ruling,
    TickReport,
    WorkStore,
)
from monitor.engine.rules import Rules
from monitor.engine.silence import Silence, silence_of

BATCH = 500
"""Cases of each sort that one tick takes: about half a second's work."""

_CLOSED = frozenset({Verdict.MET, Verdict.MISSED})
_JUST_LATE = nextafter(1.0, 2.0)


def tick_once(
    store: WorkStore,
    rules: Rules,
    *,
    stale_after: Mapping[str, timedelta],
    now: datetime,
    limit: int = BATCH,
) -> TickReport:
    """Judge the cases that wait for it, at `now`, and store all that follows in one transaction.

    Waiting are the cases with new observations, those with an obligation whose next wake-up has
    come, and those of a source that fell silent or speaks again; at most `limit` of each sort, so
    that what is left over (`more`) is the next tick's. A crash before the commit leaves nothing
    and the tick is repeated; after it, a repeated tick adds nothing.

    `stale_after` names the configured sources, with how long each may go without a complete poll.

    Raises:
        RulesReplacedError: another replica has put other rules to work, and this one waits for a
            reload or a restart; nothing is judged.
    """
    silence = silence_of(store.sources(), stale_after, now)
    if silence.changed:
        store.set_stale(silence.changed)
    with store.claim(now=now, stale=silence.stale, limit=limit) as work:
        if work.dockets:
            _require_rules(store, rules)
        rulings = [judge(docket, rules, silence=silence, now=now) for docket in work.dockets]
        refused = list(work.save(rulings, now=now)) if rulings else []
        more = work.more
    faults = [ruling.fault for ruling in rulings if ruling.fault is not None]
    kept = {fault.key for fault in refused}
    told = [ruling for ruling in rulings if ruling.docket.key not in kept]
    return TickReport(
        now=now,
        cases=len(rulings),
        obligations=sum(len(ruling.judged) for ruling in told),
        fires=[fire for ruling in told for fire in _fires(ruling)],
        closings=[closing for ruling in told for closing in _closings(ruling)],
        faults=[*faults, *refused],
        silenced=[name for name, since in silence.changed.items() if since is not None],
        returned=[name for name, since in silence.changed.items() if since is None],
        more=more,
        next_due_at=_next_due_at(store, silence),
    )


def _require_rules(store: WorkStore, rules: Rules) -> None:
    """Asked once the cases are locked: they are judged by these rules before others mark them."""
    at_work = store.rules_at_work()
    if at_work is not None and at_work != digest_of(rules.book):
        raise RulesReplacedError(
            "another replica has put other rules to work: reload this one's configuration, or end"
            " it; until then it judges nothing"
        )


def _fires(ruling: Ruling) -> list[Fire]:
    return [
        Fire(
            key=ruling.docket.key,
            commitment=each.obligation.commitment,
            step=base_step(escalation.firing.step),
            told=len(escalation.notifications),
        )
        for each in ruling.judged
        for escalation in each.escalations
    ]


def _closings(ruling: Ruling) -> Iterator[Closing]:
    for each in ruling.judged:
        owed, found = each.obligation, each.obligation.evaluation
        before = ruling.docket.owed.get(owed.commitment)
        if found.verdict not in _CLOSED or (
            before is not None and before.obligation.evaluation.verdict in _CLOSED
        ):
            continue
        used = found.elapsed_seconds / owed.amount_seconds
        # Times are told in whole seconds: one that is late by less looks exact.
        used = max(used, _JUST_LATE) if found.verdict is Verdict.MISSED else min(used, 1.0)
        yield Closing(provider=owed.key.provider, commitment=owed.commitment, used=used)


def _next_due_at(store: WorkStore, silence: Silence) -> datetime | None:
    instants = (store.next_due_at(), silence.next_at)
    return min((at for at in instants if at is not None), default=None)
