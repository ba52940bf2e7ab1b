"""What `/api/v1` does, as OpenAPI 3.1: acts of operators, and accounts and tokens."""

from collections.abc import Mapping
from typing import Any, Final

from monitor.access import Role, Scope
from monitor.alerts.interventions import LONGEST_NAME, LONGEST_REASON, MATCHERS

_TEXT: Final = {"type": "string"}
_SHORT: Final = {"type": "string", "maxLength": 200}
_MAYBE: Final = {"type": ["string", "null"], "maxLength": 200}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_NUMBER: Final = {"type": "integer", "minimum": 1}
_ROLE: Final = {"type": "string", "enum": [each.value for each in Role]}
_SCOPES: Final = {
    "type": "array",
    "items": {"type": "string", "enum": [each.value for each in Scope]},
    "minItems": 1,
}
_SPAN: Final = {"type": "string", "description": "A span such as '90 d' or '4 h'."}
_MOMENT: Final = {
    "type": "string",
    "description": "An instant with its offset, or a span from now such as '4 h'.",
}
_WHO: Final = {
    "by": {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
    "why": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON},
}


def acts() -> Mapping[str, Mapping[str, Any]]:
    """Operations by path and method; what reads beside them, too."""
    return {**_duty(), **_accounts(), **_tokens()}


def schemas() -> Mapping[str, Any]:
    """Of what these answer."""
    return {
        "Acknowledgement": _object(
            {"case": _TEXT, "commitment": _MAYBE, "by": _TEXT, "until": _MAYBE}
        ),
        "Hold": _object({"case": _TEXT, "held": {"type": "boolean"}, "by": _TEXT}),
        "Silence": _object(
            {
                "silence": _NUMBER,
                "matchers": {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": _TEXT},
                },
                "starts_at": _INSTANT,
                "ends_at": _INSTANT,
                "by": _TEXT,
                "why": _TEXT,
            }
        ),
        "Account": _object(
            {
                "name": _TEXT,
                "role": _ROLE,
                "organization": _MAYBE,
                "issuer": {"type": ["string", "null"]},
                "standing": {
                    "type": "string",
                    "enum": ["active", "invited", "locked", "disabled"],
                },
                "sessions": {"type": "integer", "minimum": 0},
                "made_at": _INSTANT,
            }
        ),
        "Token": _object(
            {
                "number": _NUMBER,
                "name": _TEXT,
                "scopes": _SCOPES,
                "organization": _MAYBE,
                "opens": {"type": "boolean"},
                "ends_at": _INSTANT,
            }
        ),
    }


def _duty() -> Mapping[str, Mapping[str, Any]]:
    matchers = {name: {"type": "array", "items": _TEXT} for name in MATCHERS}
    return {
        "/ack": {
            "post": _made(
                "Take a case in hand until then, or end: true to give it out of hand.",
                {
                    **_WHO,
                    "case": _TEXT,
                    "commitment": {"type": ["string", "null"]},
                    "until": {**_MOMENT, "type": ["string", "null"]},
                    "end": {"type": "boolean"},
                },
                ("by", "why", "case"),
                {"$ref": "#/components/schemas/Acknowledgement"},
            )
        },
        "/holds": {
            "post": _made(
                "Set a case apart, or release: true to take it back.",
                {**_WHO, "case": _TEXT, "release": {"type": "boolean"}},
                ("by", "why", "case"),
                {"$ref": "#/components/schemas/Hold"},
            )
        },
        "/silences": {
            "get": _found(
                "Silences that are in force or to come.",
                {"type": "array", "items": {"$ref": "#/components/schemas/Silence"}},
            ),
            "post": _made(
                "Have nobody told of what it matches.",
                {**_WHO, **matchers, "starts_at": _MOMENT, "ends_at": _MOMENT},
                ("by", "why", "ends_at"),
                _object({"silence": _NUMBER, "ends_at": _INSTANT}),
            ),
        },
        "/silences/{number}/end": {
            "post": _made(
                "End a silence now.",
                _WHO,
                ("by", "why"),
                _object({"silence": _NUMBER}),
                _in_path("number", _NUMBER),
            )
        },
    }


def _accounts() -> Mapping[str, Mapping[str, Any]]:
    name = _in_path("name", _TEXT)
    link = _object({"name": _TEXT, "link": {"type": "string", "format": "uri"}})
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/Account"}}
    return {
        "/accounts": {
            "get": _found("Accounts of the board.", _object({"accounts": listed})),
            "post": _made(
                "Add an account; the link has its password chosen, once, within a day.",
                {"name": _SHORT, "role": _ROLE, "organization": _MAYBE},
                ("name", "role"),
                link,
            ),
        },
        "/accounts/{name}": {
            "patch": _done(
                "Change what an account may, or whether it may; organization: of a reader.",
                name,
                {
                    "role": {**_ROLE, "type": ["string", "null"], "enum": [*_ROLE["enum"], None]},
                    "organization": _MAYBE,
                    "disabled": {"type": ["boolean", "null"]},
                },
            )
        },
        "/accounts/{name}/reset": {
            "post": _made(
                "Take an account's password and sessions away; the link has another one chosen.",
                None,
                (),
                link,
                name,
            )
        },
        "/accounts/{name}/sessions": {
            "delete": _done("Have whoever is signed in sign in again.", name)
        },
    }


def _tokens() -> Mapping[str, Mapping[str, Any]]:
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/Token"}}
    return {
        "/tokens": {
            "get": _found("Tokens of programs.", _object({"tokens": listed})),
            "post": _made(
                "Make a token; it is answered this once.",
                {"name": _SHORT, "scopes": _SCOPES, "organization": _MAYBE, "for": _SPAN},
                ("name", "scopes"),
                _object({"name": _TEXT, "token": _TEXT}),
            ),
        },
        "/tokens/{number}": {
            "delete": _done("Have a token open nothing any more.", _in_path("number", _NUMBER))
        },
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _in_path(name: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _found(summary: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return _operation(summary, "200", {"application/json": {"schema": schema}}, None)


def _made(
    summary: str,
    body: Mapping[str, Any] | None,
    required: tuple[str, ...],
    schema: Mapping[str, Any],
    *parameters: Mapping[str, Any],
) -> Mapping[str, Any]:
    content = {"application/json": {"schema": schema}}
    asked = None if body is None else _body(body, required)
    return _operation(summary, "201", content, asked, *parameters)


def _done(
    summary: str, parameter: Mapping[str, Any], body: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    asked = None if body is None else _body(body, ())
    return _operation(summary, "204", None, asked, parameter)


def _body(properties: Mapping[str, Any], required: tuple[str, ...]) -> Mapping[str, Any]:
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = list(required)
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _operation(
    summary: str,
    status: str,
    content: Mapping[str, Any] | None,
    body: Mapping[str, Any] | None,
    *parameters: Mapping[str, Any],
) -> Mapping[str, Any]:
    answer = (
        {"description": "Done."}
        if content is None
        else {"description": "Done.", "content": content}
    )
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "summary": summary,
        "parameters": list(parameters),
        **({} if body is None else {"requestBody": body}),
        "responses": {
            status: answer,
            "default": {"description": "Why not (RFC 9457).", "content": problem},
        },
    }
