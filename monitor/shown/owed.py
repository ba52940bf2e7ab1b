"""An obligation with its figures as of now."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from monitor.alerts.interventions import Mute
from monitor.cases.obligation import Obligation
from monitor.cases.progress import Progress, progress
from monitor.clock import zone
from monitor.contract.book import ContractBook
from monitor.shown.instants import written, written_if_any
from monitor.shown.mutes import mute_json


@dataclass(frozen=True, slots=True)
class Owed:
    """An obligation and how far along it is."""

    obligation: Obligation
    progress: Progress
    zone: tzinfo
    """The contract's."""
    mute: Mute | None = None
    """Why nobody is told of it now."""

    def as_json(self) -> dict[str, Any]:
        obligation, evaluation = self.obligation, self.obligation.evaluation
        return {
            "case": obligation.key.ref,
            "provider": obligation.key.provider,
            "organization": obligation.organization,
            "kind": obligation.key.kind.value,
            "commitment": obligation.commitment,
            "contract_version": obligation.contract_version,
            "place": obligation.place,
            "severity": obligation.severity,
            "region": obligation.region,
            "region_provisional": obligation.region_provisional,
            "received_at": written(obligation.received_at, self.zone),
            "starts_at": written(evaluation.starts_at, self.zone),
            "due_at": written_if_any(evaluation.due_at, self.zone),
            "stopped_at": written_if_any(evaluation.stopped_at, self.zone),
            "elapsed": self.progress.elapsed_seconds,
            "remaining": self.progress.remaining_seconds,
            "unit": obligation.unit.value,
            "verdict": evaluation.verdict.value,
            "reason": evaluation.reason.value,
            "confirmed_at": written_if_any(obligation.confirmed_at, self.zone),
            "muted": None if self.mute is None else mute_json(self.mute, self.zone),
        }


def owed_at(
    obligation: Obligation, book: ContractBook, now: datetime, mute: Mute | None = None
) -> Owed:
    """With its figures as of an instant, by the clock of a book that should have its version."""
    evaluation = obligation.evaluation
    try:
        version = book.version(obligation.contract_version)
    except KeyError:
        # Judged by a contract that is no longer configured: its figures stand as they were.
        stored = Progress(evaluation.elapsed_seconds, evaluation.remaining_seconds)
        return Owed(obligation, stored, zone(book.versions[-1].zone), mute)
    clock = book.clock(version, obligation.calendar)
    return Owed(
        obligation,
        progress(evaluation, obligation.amount_seconds, clock, now),
        zone(version.zone),
        mute,
    )
