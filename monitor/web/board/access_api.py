"""`/api/v1/accounts` and `/api/v1/tokens`: for programs whose token is to administer."""

from datetime import datetime, tzinfo
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from flask import Blueprint, Response, g, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.access import Account, Role, Scope, TokenRecord
from monitor.alerts.interventions import Act, Via
from monitor.spans import parse_span
from monitor.web.api import Problem
from monitor.web.board.access import link_of, opens, standing_of
from monitor.web.board.doors import Doors
from monitor.web.board.guard import needs
from monitor.web.board.reading import Board

_Body = TypeVar("_Body", bound=BaseModel)
_Text = Annotated[str, Field(max_length=200)]


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _AskedAccount(_Asked):
    name: _Text
    role: Role
    organization: _Text | None = None


class _AskedChange(_Asked):
    role: Role | None = None
    organization: _Text | None = None
    """Of a reader; left out or null: all of them."""
    disabled: bool | None = None


class _AskedToken(_Asked):
    name: _Text
    scopes: Annotated[frozenset[Scope], Field(min_length=1)]
    organization: _Text | None = None
    lasting: Annotated[str, Field(alias="for")] = "90 d"


def register(api: Blueprint, board: Board, doors: Doors) -> None:
    _accounts(api, board, doors)
    _tokens(api, board, doors)


def _accounts(api: Blueprint, board: Board, doors: Doors) -> None:
    @api.get("/accounts")
    @needs(Role.ADMINISTRATOR)
    def accounts() -> Response:
        counts, now = doors.keys.session_counts(), doors.keys.now()
        found = doors.keys.accounts()
        return jsonify(
            accounts=[_account(each, counts.get(each.name, 0), board.zone, now) for each in found]
        )

    @api.post("/accounts")
    @needs(Role.ADMINISTRATOR)
    def add_account() -> Response:
        asked = _asked(_AskedAccount)
        secret = doors.keys.add(asked.name, asked.role, asked.organization, _act())
        return _created(name=asked.name.strip(), link=link_of(doors, secret or ""))

    @api.patch("/accounts/<name>")
    @needs(Role.ADMINISTRATOR)
    def change_account(name: str) -> Response:
        _require(doors, name)
        asked = _asked(_AskedChange)
        if not asked.model_fields_set:
            raise Problem(HTTPStatus.BAD_REQUEST, "give role, or disabled, or both")
        if asked.role is not None:
            doors.keys.change(name, asked.role, asked.organization, _act())
        elif "organization" in asked.model_fields_set:
            raise Problem(HTTPStatus.BAD_REQUEST, "organization: give role with it")
        if asked.disabled is not None:
            (doors.keys.disable if asked.disabled else doors.keys.enable)(name, _act())
        return _done()

    @api.post("/accounts/<name>/reset")
    @needs(Role.ADMINISTRATOR)
    def reset_account(name: str) -> Response:
        _require(doors, name)
        return _created(name=name, link=link_of(doors, doors.keys.reset(name, _act())))

    @api.delete("/accounts/<name>/sessions")
    @needs(Role.ADMINISTRATOR)
    def end_sessions(name: str) -> Response:
        _require(doors, name)
        doors.keys.end_sessions(name, _act())
        return _done()


def _tokens(api: Blueprint, board: Board, doors: Doors) -> None:
    @api.get("/tokens")
    @needs(Role.ADMINISTRATOR)
    def tokens() -> Response:
        now = doors.keys.now()
        return jsonify(tokens=[_token(each, board.zone, now) for each in doors.keys.tokens()])

    @api.post("/tokens")
    @needs(Role.ADMINISTRATOR)
    def add_token() -> Response:
        asked = _asked(_AskedToken)
        try:
            lasting = parse_span(asked.lasting)
        except ValueError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, f"for: {error}") from None
        token = doors.keys.add_token(asked.name, asked.scopes, asked.organization, lasting, _act())
        return _created(name=asked.name.strip(), token=token)

    @api.delete("/tokens/<int:number>")
    @needs(Role.ADMINISTRATOR)
    def revoke_token(number: int) -> Response:
        doors.keys.revoke_token(number, _act())
        return _done()


def _require(doors: Doors, name: str) -> None:
    if name not in {each.name for each in doors.keys.accounts()}:
        raise Problem(HTTPStatus.NOT_FOUND, f"there is no account '{name}'")


def _account(account: Account, sessions: int, zone: tzinfo, now: datetime) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role.value,
        "organization": account.organization,
        "issuer": account.issuer,
        "standing": standing_of(account, now),
        "sessions": sessions,
        "made_at": account.made_at.astimezone(zone).isoformat(),
    }


def _token(token: TokenRecord, zone: tzinfo, now: datetime) -> dict[str, Any]:
    return {
        "number": token.id,
        "name": token.name,
        "scopes": sorted(scope.value for scope in token.scopes),
        "organization": token.organization,
        "opens": opens(token, now),
        "ends_at": token.ends_at.astimezone(zone).isoformat(),
    }


def _asked(model: type[_Body]) -> _Body:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Problem(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Problem(HTTPStatus.BAD_REQUEST, f"{where}: {first['msg']}") from None


def _created(**made: str) -> Response:
    page = jsonify(**made)
    page.status_code = HTTPStatus.CREATED
    return page


def _done() -> Response:
    return Response(status=HTTPStatus.NO_CONTENT)


def _act() -> Act:
    return Act(by=g.visitor.name, why="", via=Via.HTTP)
