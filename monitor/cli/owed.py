"""An obligation with its figures as of now."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from monitor.alerts.interventions import Mute
from monitor.cases.obligation import Obligation
from monitor.cases.progress import Progress
from monitor.cli.mutes import mute_json
from monitor.cli.output import written, written_if_any


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
