"""A report as JSON: for programs, in no language but with both in every label."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.contract.model import Condition, Consequence
from monitor.locale import language
from monitor.reports.conditions import Found
from monitor.reports.entry import Entry, Outcome
from monitor.reports.figures import Line
from monitor.reports.issue import Adjustment
from monitor.reports.report import Report
from monitor.reports.words import verdict

FORMAT = "vigie-compliance-report/1"


def as_json(report: Report) -> dict[str, Any]:
    """All of it, as docs/report.schema.json describes it. Shares are from 0 to 1."""
    start, end = report.period.instants(report.zone)
    cells = report.gathered.cells
    return {
        "format": FORMAT,
        "period": {
            "kind": report.period.kind.value,
            "name": str(report.period),
            "first": report.period.first.isoformat(),
            "last": report.period.last.isoformat(),
            "due_after": _at(start, report),
            "due_until": _at(end, report),
        },
        "scope": {
            "provider": report.scope.provider,
            "organization": report.scope.organization,
        },
        "known_at": _at(report.known_at, report),
        "issue": None
        if report.issue is None
        else {
            "number": report.issue.number,
            "issued_by": report.issue.issued_by,
            "previous_sha256": report.issue.previous,
        },
        "provisional": report.is_provisional,
        "zone": str(report.zone),
        "verdict": {code: verdict(report, language(code)) for code in ("fr", "en")},
        "total": line_json(report.total()),
        "by_provider_and_commitment": [
            {
                "provider": pair.provider,
                "commitment": pair.commitment,
                "label": _label(pair.commitment, report),
                "target_percent": _target(pair.commitment, report),
                **line_json(line),
            }
            for pair, line in report.pairs().items()
        ],
        "by_provider": _by("provider", cells.by(lambda key: key.provider)),
        "by_commitment": _by("commitment", cells.by(lambda key: key.commitment)),
        "by_region": _by("region", cells.by(lambda key: key.region)),
        "by_organization": _by("organization", cells.by(lambda key: key.organization)),
        "trend": [{"month": str(month), **counts_json(line)} for month, line in report.trend],
        "worse": [
            {
                "provider": each.pair.provider,
                "commitment": each.pair.commitment,
                "before": each.before.compliance,
                "now": each.after.compliance,
                "beyond_chance": each.beyond_chance,
            }
            for each in report.worse()
        ],
        "worst_cases": [_case(late.entry, report) for late in report.gathered.worst],
        "reopened_cases": [
            {**_case(each.entry, report), "reopened": each.episode}
            for each in report.gathered.reopened
        ],
        "ledger": None
        if report.ledger is None
        else [_case(entry, report) for entry in report.ledger],
        "conditions": [_condition(each, report) for each in report.conditions()],
        "late_deliverables": [_case(entry, report) for entry in report.gathered.late_deliverables],
        "adjustments": [_adjustment(each) for each in report.adjustments],
        "restated": [
            {
                "report": each.report,
                "period": str(each.period),
                "before": counts_json(each.before),
                "now": counts_json(each.after),
            }
            for each in report.restated
        ],
        "basis": {
            "contract": report.basis.contract,
            "versions": list(report.basis.versions),
            "rules_sha256": report.basis.rules,
            "calendars_sha256": dict(report.basis.calendars),
            "tzdata": report.basis.tzdata,
            "program": report.basis.program,
            "inputs": report.gathered.inputs,
            "inputs_sha256": report.gathered.digest,
            "audit_head": report.basis.audit_head,
        },
    }


def written(report: Report) -> bytes:
    """One document, indented, with a line break at its end."""
    return (json.dumps(as_json(report), ensure_ascii=False, indent=2) + "\n").encode()


def counts_json(line: Line) -> dict[str, Any]:
    """Counts, and what follows from counts alone."""
    interval = line.interval
    return {
        "due": line.due,
        **{outcome.value: line[outcome] for outcome in Outcome},
        "judged": line.judged,
        "compliance": line.compliance,
        "interval": None if interval is None else {"low": interval.low, "high": interval.high},
    }


def line_json(line: Line) -> dict[str, Any]:
    """Every figure of a group."""
    used, late = line.used, line.lateness
    return {
        **counts_json(line),
        "time_used": None
        if used is None
        else {"median": used.median, "p90": used.p90, "p95": used.p95, "max": used.greatest},
        "lateness": None
        if late is None
        else {
            "unit": line.unit,
            "median_seconds": late.median,
            "max_seconds": late.greatest,
        },
        "reopened": line.cell.reopened,
        "region_provisional": line.cell.provisional,
    }


def _by(name: str, lines: Mapping[str | None, Line] | Mapping[str, Line]) -> list[dict[str, Any]]:
    ordered = sorted(lines.items(), key=lambda item: item[0] or "")
    return [{name: value, **line_json(line)} for value, line in ordered]


def _case(entry: Entry, report: Report) -> dict[str, Any]:
    return {
        "case": entry.ref,
        "provider": entry.provider,
        "kind": entry.kind,
        "commitment": entry.commitment,
        "organization": entry.organization,
        "region": entry.region,
        "received_at": _at(entry.received_at, report),
        "due_at": _at(entry.due_at, report),
        "stopped_at": None if entry.stopped_at is None else _at(entry.stopped_at, report),
        "outcome": entry.outcome.value,
        "reason": entry.reason.value,
        "late_seconds": report.lateness(entry),
        "amount_seconds": entry.amount_seconds,
        "unit": entry.unit,
    }


def _condition(condition: Condition, report: Report) -> dict[str, Any]:
    found = report.gathered.conditions.get(condition.id, Found())
    judged = condition.consequence is Consequence.PROOF_REQUIRED
    return {
        "condition": condition.id,
        "label": {"fr": condition.label.fr, "en": condition.label.en},
        "clause": condition.source.clause,
        "consequence": condition.consequence.value,
        "proof": condition.proof,
        "applies": found.applies if judged else None,
        "unproven": found.unproven if judged else None,
        "cases": [_case(entry, report) for entry in found.cases],
        "purchases": [
            {"ref": each.ref, "provider": each.provider, "on": each.on.isoformat()}
            for each in report.purchases
            if each.name == condition.breach
        ],
    }


def _adjustment(adjustment: Adjustment) -> dict[str, Any]:
    entry = adjustment.entry
    before, after = adjustment.outcomes
    return {
        "report": adjustment.report,
        "period": str(adjustment.period),
        "case": entry.ref,
        "provider": entry.provider,
        "kind": entry.kind,
        "commitment": entry.commitment,
        "before": before,
        "now": after,
    }


def _label(commitment: str, report: Report) -> dict[str, str] | None:
    label = report.label(commitment)
    return None if label is None else {"fr": label.fr, "en": label.en}


def _target(commitment: str, report: Report) -> float | None:
    found = report.commitment(commitment)
    return None if found is None else found.target_percent


def _at(at: datetime, report: Report) -> str:
    return at.astimezone(report.zone).isoformat()
