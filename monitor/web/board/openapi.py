"""What `/api/v1` reads, as OpenAPI 3.1; with what it does, one document."""

from collections.abc import Mapping
from typing import Any, Final

from monitor import __version__
from monitor.alerts.interventions import Via
from monitor.cases.obligation import Reason, Verdict
from monitor.contract.model import CaseKind
from monitor.locale import Language
from monitor.web.board.desk_paths import desk_paths
from monitor.web.board.openapi_acts import acts, schemas

_TEXT: Final = {"type": "string"}
_MAYBE_TEXT: Final = {"type": ["string", "null"]}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_MAYBE_INSTANT: Final = {"type": ["string", "null"], "format": "date-time"}
_COUNT: Final = {"type": "integer"}
_YES: Final = {"type": "boolean"}
_OBJECT: Final = {"type": "object"}
_VERDICT: Final = {"type": "string", "enum": [each.value for each in Verdict]}


def specification(language: Language) -> Mapping[str, Any]:
    """The document; `language` is that of the texts in answers."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Vigie",
            "version": __version__,
            "description": f"What is owed, and whether it was kept. Texts: {language.code}.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": {
            **{path: {"get": each} for path, each in _paths().items()},
            **desk_paths(),
            **acts(),
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {**_schemas(), **schemas()},
        },
    }


def _paths() -> Mapping[str, Any]:
    return {
        "/obligations": _read(
            "What is owed, the most urgent first; settled, the latest first.",
            "Obligations",
            *(_query(name) for name in ("provider", "commitment", "region", "organization", "q")),
            _query("month", {"type": "string", "pattern": r"^20\d\d-\d\d$"}),
            _query("kind", {"type": "string", "enum": [each.value for each in CaseKind]}),
            _query("verdict", {"type": "array", "items": _VERDICT}),
            _query("state", {"type": "string", "enum": ["settled"]}),
            _query("after"),
            _query("limit", {"type": "integer", "minimum": 1, "maximum": 200}),
        ),
        "/cases/{provider}/{kind}/{ref}": _read(
            "A case with the work behind each figure, now or at a past instant.",
            "Case",
            *(_in_path(name) for name in ("provider", "kind", "ref")),
            _query("as_of", _INSTANT),
            _query("known_at", _INSTANT),
        ),
        "/deadline": _read(
            "When something would be due.",
            "Deadline",
            _query("commitment", required=True),
            _query("received", _INSTANT, required=True),
            _query("place"),
        ),
        "/compliance": _read("Obligations by the month of their deadlines.", "Compliance"),
        "/sources": _read("Where each source stands.", "Sources"),
        "/journal": _read(
            "What people did, the latest first.",
            "Journal",
            _query("before", {"type": "integer"}),
            _query("limit", {"type": "integer", "minimum": 1, "maximum": 200}),
        ),
        "/deadlines.ics": _answered(
            "Coming deadlines, for a calendar program.",
            {"text/calendar": {"schema": _TEXT}},
            _query("token"),
        ),
        "/events": _answered(
            "A word whenever verdicts have changed (server-sent events).",
            {"text/event-stream": {"schema": _TEXT}},
        ),
        "/openapi.json": _answered(
            "This document.", {"application/json": {"schema": _OBJECT}}, closed=False
        ),
    }


def _read(summary: str, schema: str, *parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return _answered(summary, content, *parameters)


def _answered(
    summary: str, content: Mapping[str, Any], *parameters: Mapping[str, Any], closed: bool = True
) -> Mapping[str, Any]:
    problem = {
        "description": "Why not (RFC 9457).",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    found: dict[str, Any] = {
        "summary": summary,
        "parameters": list(parameters),
        "responses": {
            "200": {
                "description": "Found.",
                "headers": {"ETag": {"schema": _TEXT}},
                "content": content,
            },
            "304": {"description": "As the If-None-Match given has it."},
            "default": problem,
        },
    }
    return found if closed else {**found, "security": []}


def _query(
    name: str, schema: Mapping[str, Any] = _TEXT, *, required: bool = False
) -> Mapping[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _in_path(name: str) -> Mapping[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}


def _all_of(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object that has these, each of them."""
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _list_of(schema: str) -> Mapping[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}


def _schemas() -> Mapping[str, Any]:
    owed = {
        "case": _TEXT,
        "provider": _TEXT,
        "organization": _MAYBE_TEXT,
        "kind": {"type": "string", "enum": [each.value for each in CaseKind]},
        "commitment": _TEXT,
        "contract_version": _TEXT,
        "place": _MAYBE_TEXT,
        "severity": _MAYBE_TEXT,
        "region": _MAYBE_TEXT,
        "region_provisional": _YES,
        "received_at": _INSTANT,
        "starts_at": _INSTANT,
        "due_at": _MAYBE_INSTANT,
        "stopped_at": _MAYBE_INSTANT,
        "elapsed": _COUNT,
        "remaining": _COUNT,
        "unit": {"type": "string", "enum": ["business_hours", "business_days"]},
        "verdict": _VERDICT,
        "reason": {"type": "string", "enum": [each.value for each in Reason]},
        "confirmed_at": _MAYBE_INSTANT,
        "muted": {"type": ["object", "null"]},
        "clock_opens_at": _MAYBE_INSTANT,
    }
    return {
        "Obligation": _all_of(owed),
        "Obligations": _all_of(
            {"as_of": _INSTANT, "obligations": _list_of("Obligation"), "next": _MAYBE_TEXT}
        ),
        "Case": _all_of(
            {
                "as_of": _INSTANT,
                "known_at": _MAYBE_INSTANT,
                "case": _TEXT,
                "provider": _TEXT,
                "kind": _TEXT,
                "organization": _MAYBE_TEXT,
                "received_at": _INSTANT,
                "status": _MAYBE_TEXT,
                "raw_status": _TEXT,
                "obligations": {"type": "array", "items": _OBJECT},
                "observations": {"type": "array", "items": _OBJECT},
                "escalations": {"type": "array", "items": _OBJECT},
                "held": {"type": "array", "items": _OBJECT},
                "notes": {"type": "array", "items": _OBJECT},
                "claims": {"type": "array", "items": _OBJECT},
            }
        ),
        "Deadline": _all_of(
            {
                "commitment": _TEXT,
                "received_at": _INSTANT,
                "starts_at": _INSTANT,
                "due_at": _INSTANT,
                "unit": _TEXT,
                "amount": {"type": "number"},
                "elapsed": _COUNT,
                "remaining": _COUNT,
                "calendar": _TEXT,
                "contract_version": _TEXT,
                "clause": _TEXT,
            }
        ),
        "Compliance": _all_of({"months": _list_of("MonthFigures")}),
        "MonthFigures": _all_of(
            {
                "month": {"type": "string", "pattern": r"^\d{4}-\d{2}$"},
                "provider": _TEXT,
                "commitment": _TEXT,
                "counts": {
                    "type": "object",
                    "propertyNames": _VERDICT,
                    "additionalProperties": _COUNT,
                },
            }
        ),
        "Sources": _all_of({"sources": _list_of("Source")}),
        "Source": _all_of(
            {
                "name": _TEXT,
                "provider": _MAYBE_TEXT,
                "confirmed_at": _MAYBE_INSTANT,
                "stale": _YES,
                "failures": _COUNT,
                "circuit": _TEXT,
                "fault_kind": _MAYBE_TEXT,
                "fault": _MAYBE_TEXT,
                "quarantined": _COUNT,
                "unknown_statuses": {"type": "array", "items": _TEXT},
            }
        ),
        "Journal": _all_of({"entries": _list_of("JournalEntry"), "next": _MAYBE_TEXT}),
        "JournalEntry": _all_of(
            {
                "number": _COUNT,
                "at": _INSTANT,
                "who": _TEXT,
                "how": {"type": "string", "enum": [each.value for each in Via]},
                "what": _TEXT,
                "details": _OBJECT,
                "hash": _TEXT,
            }
        ),
        "Problem": _all_of({"type": _TEXT, "title": _TEXT, "status": _COUNT, "detail": _TEXT}),
    }
