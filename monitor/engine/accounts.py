"""What the loops say of what they did, one line an event, for operators."""

import structlog

from monitor.alerts.outbox import Delivery
from monitor.alerts.outbox_store import Outcome, State
from monitor.cases.circuit import OPENS_AFTER
from monitor.collectors.poller import PollResult
from monitor.engine.ports import FaultKind, TickReport
from monitor.engine.replica import Beat

_log = structlog.get_logger(__name__)


def log_poll(result: PollResult) -> None:
    """A fault, or what a mapping cannot read, is a warning; a poll that found nothing, a detail."""
    if result.fault is not None:
        # A credential that is refused does not mend by itself.
        write = _log.error if result.fault_kind == "auth" else _log.warning
        write(
            "poll_fault",
            source=result.source,
            kind=result.fault_kind,
            fault=result.fault,
            failures=result.failures,
        )
        if result.failures == OPENS_AFTER:
            _log.warning("circuit_opened", source=result.source, failures=result.failures)
    elif result.added or result.quarantined:
        _log.info(
            "polled", source=result.source, added=result.added, quarantined=result.quarantined
        )
    else:
        _log.debug("polled", source=result.source, outcome=str(result.outcome))
    if result.quarantined:
        _log.warning("records_quarantined", source=result.source, records=result.quarantined)
    for raw_status, count in sorted(result.unknown_statuses.items()):
        _log.warning(
            "unknown_status", source=result.source, raw_status=raw_status, statements=count
        )
    for warning in result.warnings:
        _log.warning("source_warning", source=result.source, warning=warning)


def log_beat(beat: Beat, *, replica: str) -> None:
    """Who polls what, as it changes; a replica that was given up is a warning."""
    if beat.given_up_for_dead:
        _log.warning("given_up_for_dead", now_named=replica)
    for name in beat.buried:
        _log.warning("replica_gone", name=name, takes_over=replica)
    for source in beat.lost:
        _log.warning("source_lost", source=source, replica=replica)
    for source in beat.given_up:
        _log.info("source_given_up", source=source, replica=replica)
    for source in beat.taken:
        _log.info("source_taken", source=source, replica=replica)


def log_tick(report: TickReport) -> None:
    for key in report.opened:
        _log.info("deliverable_due", case=str(key))
    for act in report.acts:
        # Why is free text, and stays in the audit log.
        details = {name: value for name, value in act.details.items() if name != "why"}
        _log.info(
            "operator_acted",
            act=act.what,
            by=act.who,
            via=str(act.how),
            audit_line=act.number,
            details=details,
        )
    for source in report.silenced:
        _log.warning("source_silent", source=source)
    for source in report.returned:
        _log.info("source_speaks_again", source=source)
    for fire in report.fires:
        _log.info(
            "escalated",
            case=str(fire.key),
            commitment=fire.commitment,
            step=fire.step,
            told=fire.told,
        )
    for fault in report.faults:
        write = _log.error if fault.kind is FaultKind.UNEXPECTED else _log.warning
        write(
            "case_not_judged",
            case=str(fault.key),
            kind=str(fault.kind),
            fault=fault.message,
            exc_info=fault.cause,
        )
    _log.debug("ticked", cases=report.cases, more=report.more)


def log_delivery(delivery: Delivery) -> None:
    """A dead letter is an error: somebody was not told."""
    write = _log.info
    if delivery.attempt.outcome is not Outcome.ACCEPTED:
        write = _log.error if delivery.state is State.DEAD else _log.warning
    write(
        "delivered" if delivery.attempt.outcome is Outcome.ACCEPTED else "not_delivered",
        channel=delivery.notification.channel,
        step=delivery.notification.step,
        case=case_of(delivery),
        key=delivery.notification.key,
        thread=delivery.notification.thread,
        outcome=outcome_of(delivery),
        detail=delivery.attempt.detail,
    )


def case_of(delivery: Delivery) -> str | None:
    """As `escalated` names it; None: a digest, or a notice, which is about no case alone."""
    fields = delivery.notification.fields
    named = [fields.get(name) for name in ("provider", "kind", "case")]
    return ":".join(filter(None, named)) if all(named) else None


def outcome_of(delivery: Delivery) -> str:
    """As metrics name it: `accepted`, `failed` (tried again), or dead: `refused` or `expired`."""
    outcome = delivery.attempt.outcome
    if outcome is Outcome.FAILED and delivery.state is State.DEAD:
        return "expired"
    return str(outcome)
