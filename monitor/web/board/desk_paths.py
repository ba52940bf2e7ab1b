"""The paths of the desks in `/api/v1`, as OpenAPI 3.1: what is read, and what is done."""

from collections.abc import Mapping
from typing import Any, Final

from monitor.web.board.desks import RETRIED
from monitor.web.board.sources import STATUSES
from monitor.web.board.upkeep import STATES

_TEXT: Final = {"type": "string"}
_MAYBE_TEXT: Final = {"type": ["string", "null"]}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_MAYBE_INSTANT: Final = {"type": ["string", "null"], "format": "date-time"}
_COUNT: Final = {"type": "integer"}
_STATUS: Final = {"type": "string", "enum": [status.value for status in STATUSES]}
_MAYBE_STATUS: Final = {"enum": [*_STATUS["enum"], None]}
_PAGE: Final = ("before", _COUNT), ("limit", {"type": "integer", "minimum": 1, "maximum": 200})


def desk_paths() -> Mapping[str, Any]:
    """Operations by path and method."""
    return {
        "/quarantine": {
            "get": _read(
                "Records that cannot be read, the last to come first.",
                {"records": _list(_RECORD), "next": _MAYBE_TEXT},
                ("source", _TEXT),
                *_PAGE,
            )
        },
        "/quarantine/{number}/retry": {
            "post": _act(
                "Read a record anew, by the mapping as it is now.",
                {
                    "record": _COUNT,
                    "outcome": {"type": "string", "enum": list(RETRIED)},
                    "reason": _MAYBE_TEXT,
                },
                ("number", _COUNT),
            )
        },
        "/quarantine/{number}/discard": {
            "post": _act(
                "Give a record up.", {"record": _COUNT, "outcome": _TEXT}, ("number", _COUNT)
            )
        },
        "/unknown-statuses": {
            "get": _read("Statuses mapped nowhere.", {"statuses": _list(_UNKNOWN)})
        },
        "/corrections": {
            "get": _read(
                "What operators said that statuses mean; configured: what vigie.yaml says, and"
                " holds.",
                {"corrections": _list({**_CORRECTED, **_MADE})},
            ),
            "post": _act(
                "Say what a status means, from now on and of what was stated; null: take it back.",
                _CORRECTED,
                more={"source": _TEXT, "word": _TEXT, "status": _MAYBE_STATUS},
            ),
        },
        "/letters": {
            "get": _read(
                "Messages of a state.",
                {"letters": _list(_LETTER), "next": _MAYBE_TEXT},
                ("state", {"type": "string", "enum": list(STATES)}),
                ("after", _TEXT),
                _PAGE[1],
            )
        },
        **{
            f"/letters/{{number}}/{verb}": {
                "post": _act(summary, {"letter": _COUNT, "state": _TEXT}, ("number", _COUNT))
            }
            for verb, summary in (
                ("retry", "Have a message tried again."),
                ("discard", "Give a message up."),
            )
        },
        "/simulation": {
            "get": _read(
                "A policy played through on a case; or on one invented: commitment, provider and"
                " received.",
                {"simulations": _list(_SIMULATION)},
                *(
                    (name, _TEXT)
                    for name in ("case", "commitment", "provider", "received", "closed")
                ),
                *((name, _TEXT) for name in ("place", "organization", "severity")),
            )
        },
        "/reports": {
            "get": _read(
                "Issued reports, the latest first; files: their SHA-256 by name.",
                {"reports": _list(_REPORT), "next": _MAYBE_TEXT},
                *_PAGE,
            )
        },
        "/reports/{number}/{name}": {
            "get": _file("A file of an issued report.", ("number", _COUNT), ("name", _TEXT))
        },
        "/drafts": {"get": _read("Reports that wait for approval.", {"drafts": _list(_DRAFT)})},
        "/drafts/{name}/{period}/{form}": {
            "get": _file(
                "What a draft shows; several files in an archive.",
                *((name, _TEXT) for name in ("name", "period", "form")),
            )
        },
        "/drafts/{name}/{period}/approve": {
            "post": _act(
                "Issue what a draft showed.",
                {"files": {"type": "array", "items": _TEXT}},
                ("name", _TEXT),
                ("period", _TEXT),
            )
        },
        "/cases/{provider}/{kind}/{ref}/notes": {
            "post": _act(
                "Write down of a case what 'why' says.",
                {"case": _TEXT, "by": _TEXT, "text": _TEXT},
                *((name, _TEXT) for name in ("provider", "kind", "ref")),
            )
        },
    }


_RECORD: Final = {
    "record": _COUNT,
    "source": _TEXT,
    "ref": _MAYBE_TEXT,
    "reason": _TEXT,
    "first_seen_at": _INSTANT,
    "last_seen_at": _INSTANT,
    "payload": {},
}
_UNKNOWN: Final = {
    "source": _TEXT,
    "word": _TEXT,
    "statements": _COUNT,
    "cases": _COUNT,
    "last_seen_at": _INSTANT,
}
_CORRECTED: Final = {
    "source": _TEXT,
    "word": _TEXT,
    "status": _MAYBE_STATUS,
    "statements": _COUNT,
}
_MADE: Final = {"configured": _MAYBE_TEXT, "by": _TEXT, "why": _TEXT, "at": _INSTANT}
_LETTER: Final = {
    "letter": _COUNT,
    "state": _TEXT,
    "channel": _TEXT,
    "role": _TEXT,
    "address": _TEXT,
    "subject": _TEXT,
    "created_at": _INSTANT,
    "next_attempt_at": _MAYBE_INSTANT,
    "attempts": _COUNT,
    "detail": _MAYBE_TEXT,
}
_SIMULATION: Final = {
    "case": _MAYBE_TEXT,
    "provider": _TEXT,
    "commitment": _TEXT,
    "policy": _MAYBE_TEXT,
    "due_at": _MAYBE_INSTANT,
    "stopped_at": _MAYBE_INSTANT,
    "steps": {"type": "array", "items": {"type": "object"}},
}
_REPORT: Final = {
    "number": _COUNT,
    "period": _TEXT,
    "provider": _MAYBE_TEXT,
    "organization": _MAYBE_TEXT,
    "known_at": _INSTANT,
    "issued_by": _TEXT,
    "hash": _TEXT,
    "files": {"type": "object", "additionalProperties": _TEXT},
}
_DRAFT: Final = {
    "name": _TEXT,
    "period": _TEXT,
    "due_at": _INSTANT,
    "made_at": _INSTANT,
    "forms": {"type": "array", "items": _TEXT},
}


def _read(
    summary: str, properties: Mapping[str, Any], *queries: tuple[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    return {
        "summary": summary,
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in queries
        ],
        "responses": {
            "200": {
                "description": "Found.",
                "headers": {"ETag": {"schema": _TEXT}},
                "content": {"application/json": {"schema": _object(properties)}},
            },
            "304": {"description": "As the If-None-Match given has it."},
            "default": _WHY_NOT,
        },
    }


def _file(summary: str, *places: tuple[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    return {
        "summary": summary,
        "parameters": _in_path(places),
        "responses": {
            "200": {"description": "The file.", "content": {"*/*": {"schema": {}}}},
            "304": {"description": "As the If-None-Match given has it."},
            "default": _WHY_NOT,
        },
    }


def _act(
    summary: str,
    properties: Mapping[str, Any],
    *places: tuple[str, Mapping[str, Any]],
    more: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    body = {
        **_object({"by": _TEXT, "why": _TEXT, **(more or {})}),
        "additionalProperties": False,
    }
    return {
        "summary": summary,
        "parameters": _in_path(places),
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "201": {
                "description": "Done.",
                "content": {"application/json": {"schema": _object(properties)}},
            },
            "default": _WHY_NOT,
        },
    }


_WHY_NOT: Final = {
    "description": "Why not (RFC 9457).",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _in_path(places: tuple[tuple[str, Mapping[str, Any]], ...]) -> list[Mapping[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": schema} for name, schema in places
    ]


def _object(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _list(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "array", "items": _object(properties)}
