"""The JSON Schema of a report, as `vigie report schema` prints it and docs/ has it."""

from typing import Any

from monitor.cases.obligation import Reason
from monitor.contract.model import CaseKind, Consequence, Unit
from monitor.reports.as_json import FORMAT
from monitor.reports.entry import Outcome
from monitor.reports.period import PeriodKind

_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_SHARE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
_USED: dict[str, Any] = {"type": "number", "minimum": 0}
_TEXT: dict[str, Any] = {"type": "string"}
_INSTANT: dict[str, Any] = {"type": "string", "format": "date-time"}
_DAY: dict[str, Any] = {"type": "string", "format": "date"}
_SHA256: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_OUTCOME: dict[str, Any] = {"enum": [outcome.value for outcome in Outcome]}


def report_schema() -> dict[str, Any]:
    """Every key is there in every report; null where there is nothing to state."""
    line = {"$ref": "#/$defs/line"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Vigie compliance report, version 1",
        **_object(
            format={"const": FORMAT},
            period=_object(
                kind={"enum": [kind.value for kind in PeriodKind]},
                name=_TEXT,
                first=_DAY,
                last=_DAY,
                due_after=_INSTANT,
                due_until=_INSTANT,
            ),
            scope=_object(provider=_or_null(_TEXT), organization=_or_null(_TEXT)),
            known_at=_INSTANT,
            issue=_or_null(
                _object(
                    number={"type": "integer", "minimum": 1},
                    issued_by=_TEXT,
                    previous_sha256=_SHA256,
                )
            ),
            provisional={"type": "boolean"},
            zone=_TEXT,
            verdict=_object(fr=_TEXT, en=_TEXT),
            total=line,
            by_provider_and_commitment=_list(
                _with(
                    line,
                    provider=_TEXT,
                    commitment=_TEXT,
                    label=_or_null(_object(fr=_TEXT, en=_TEXT)),
                    target_percent=_or_null({"type": "number"}),
                )
            ),
            by_provider=_list(_with(line, provider=_TEXT)),
            by_commitment=_list(_with(line, commitment=_TEXT)),
            by_region=_list(_with(line, region=_or_null(_TEXT))),
            by_organization=_list(_with(line, organization=_or_null(_TEXT))),
            trend=_list(_with({"$ref": "#/$defs/counts"}, month=_TEXT)),
            worse=_list(
                _object(
                    provider=_TEXT,
                    commitment=_TEXT,
                    before=_SHARE,
                    now=_SHARE,
                    beyond_chance={"type": "boolean"},
                )
            ),
            worst_cases=_list({"$ref": "#/$defs/case"}),
            reopened_cases=_list(_with({"$ref": "#/$defs/case"}, reopened=_COUNT)),
            ledger=_or_null(_list({"$ref": "#/$defs/case"})),
            conditions=_list(
                _object(
                    condition=_TEXT,
                    label=_object(fr=_TEXT, en=_TEXT),
                    clause=_TEXT,
                    consequence={"enum": [each.value for each in Consequence]},
                    proof=_or_null(_TEXT),
                    applies=_or_null(_COUNT),
                    unproven=_or_null(_COUNT),
                    cases=_list({"$ref": "#/$defs/case"}),
                    purchases=_list(
                        _object(ref=_TEXT, provider=_or_null(_TEXT), on=_TEXT),
                    ),
                )
            ),
            late_deliverables=_list({"$ref": "#/$defs/case"}),
            adjustments=_list(
                _object(
                    report={"type": "integer", "minimum": 1},
                    period=_TEXT,
                    case=_TEXT,
                    provider=_TEXT,
                    kind={"enum": [kind.value for kind in CaseKind]},
                    commitment=_TEXT,
                    before=_or_null(_OUTCOME),
                    now=_or_null(_OUTCOME),
                )
            ),
            restated=_list(
                _object(
                    report={"type": "integer", "minimum": 1},
                    period=_TEXT,
                    before={"$ref": "#/$defs/counts"},
                    now={"$ref": "#/$defs/counts"},
                )
            ),
            basis=_object(
                contract=_TEXT,
                versions=_list(_TEXT),
                rules_sha256=_SHA256,
                calendars_sha256={"type": "object", "additionalProperties": _SHA256},
                tzdata=_TEXT,
                program=_TEXT,
                inputs=_COUNT,
                inputs_sha256=_SHA256,
                audit_head=_SHA256,
            ),
        ),
        "$defs": {"counts": _counts(), "line": _line(), "case": _case()},
    }


def _counts() -> dict[str, Any]:
    return _open(
        due=_COUNT,
        **{outcome.value: _COUNT for outcome in Outcome},
        judged=_COUNT,
        compliance=_or_null(_SHARE),
        interval=_or_null(_object(low=_SHARE, high=_SHARE)),
    )


def _line() -> dict[str, Any]:
    return _with(
        {"$ref": "#/$defs/counts"},
        time_used=_or_null(_object(median=_USED, p90=_USED, p95=_USED, max=_USED)),
        lateness=_or_null(
            _object(
                unit={"enum": [unit.value for unit in Unit]},
                median_seconds=_COUNT,
                max_seconds=_COUNT,
            )
        ),
        reopened=_COUNT,
        region_provisional=_COUNT,
    )


def _case() -> dict[str, Any]:
    return _open(
        case=_TEXT,
        provider=_TEXT,
        kind={"enum": [kind.value for kind in CaseKind]},
        commitment=_TEXT,
        organization=_or_null(_TEXT),
        region=_or_null(_TEXT),
        received_at=_INSTANT,
        due_at=_INSTANT,
        stopped_at=_or_null(_INSTANT),
        outcome=_OUTCOME,
        reason={"enum": [reason.value for reason in Reason]},
        late_seconds=_COUNT,
        amount_seconds=_COUNT,
        unit={"enum": [unit.value for unit in Unit]},
    )


def _object(**properties: Any) -> dict[str, Any]:
    return {**_open(**properties), "additionalProperties": False}


def _open(**properties: Any) -> dict[str, Any]:
    """One that others add to."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _with(base: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"allOf": [base], **_open(**properties)}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _or_null(of: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [of, {"type": "null"}]}
