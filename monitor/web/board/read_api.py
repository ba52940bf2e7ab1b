"""`/api/v1`, read: the same as the pages show, as JSON, for programs with a token or a session."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request, url_for
from werkzeug.exceptions import HTTPException, NotFound

from monitor.access import Role, Visitor
from monitor.cases.moment import Moment
from monitor.cases.records import Position
from monitor.errors import InputError
from monitor.locale import Language
from monitor.shown.answers import Question
from monitor.web.api import Problem
from monitor.web.board import access_api, desk_api, events
from monitor.web.board.asking import asked_in, place_of
from monitor.web.board.case import key_of
from monitor.web.board.compliance import months_before
from monitor.web.board.doors import Doors
from monitor.web.board.feed import deadlines_feed
from monitor.web.board.guard import SAFE, needed_by, needs, session_of
from monitor.web.board.moments import read_instant
from monitor.web.board.openapi import specification
from monitor.web.board.reading import Board
from monitor.web.board.today import seen_of
from monitor.web.limits import Limiter

_MOST = 200
_USUAL = 50
_MONTHS = 12
_FEED = 500


def make_read_api(board: Board, doors: Doors, usual: Language, limiter: Limiter) -> Blueprint:
    """The routes; wrong tokens are answered ever more slowly through `limiter`."""
    api = Blueprint("read_api", __name__, url_prefix="/api/v1")
    _guard(api, doors, limiter)
    _cases(api, board)
    _time(api, board, usual)
    _upkeep(api, board, usual)
    desk_api.register(api, board)
    events.register(api, board)
    access_api.register(api, board, doors)
    for error in (HTTPException, InputError, Problem):
        api.register_error_handler(error, _problem)
    return api


def _guard(api: Blueprint, doors: Doors, limiter: Limiter) -> None:
    @api.before_request
    def let_in() -> Response | None:
        g.doors = doors
        needed = needed_by(current_app.view_functions[request.endpoint or ""])
        if needed is None:
            raise NotFound
        role, whole = needed
        if role is None:
            return None
        g.visitor = _visitor(doors)
        if g.visitor is None:
            return _unknown(limiter)
        if not g.visitor.role.may(role) or (whole and g.visitor.organization is not None):
            detail = "this token, or account, may not read it"
            return Problem(HTTPStatus.FORBIDDEN, detail).response()
        return None

    @api.after_request
    def tag(response: Response) -> Response:
        # Whoever asks again says what it has, and gets it anew only where it has changed.
        if response.status_code == HTTPStatus.OK and not response.is_streamed:
            if "ETag" not in response.headers:
                response.add_etag()
            response.make_conditional(request)
        return response


def _unknown(limiter: Limiter) -> Response:
    wait = limiter.take(request.remote_addr or "") if "Authorization" in request.headers else 0
    if wait:
        detail = "too many tries with a wrong token"
        status = HTTPStatus.TOO_MANY_REQUESTS
        return Problem(status, detail, Retry_After=str(int(wait) + 1)).response()
    detail = "send a token of 'vigie token add' as Authorization: Bearer"
    return Problem(HTTPStatus.UNAUTHORIZED, detail, WWW_Authenticate="Bearer").response()


def _visitor(doors: Doors) -> Visitor | None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return doors.holder(given.strip())
    if request.method not in SAFE:
        # Acts are for programs with a token: a browser sends its cookie by itself.
        return None
    if request.path.endswith(".ics") and (token := request.args.get("token")):
        # Calendar programs are given an address and nothing else.
        return doors.holder(token)
    secret = session_of()
    return (doors.visitor(secret) if secret else None) or doors.anonymous


def _cases(api: Blueprint, board: Board) -> None:
    @api.get("/obligations")
    @needs(Role.READER)
    def obligations() -> Response:
        asked = asked_in(request.args, g.visitor, board.zone)
        limit = min(max(request.args.get("limit", _USUAL, type=int), 1), _MOST)
        read = board.settled_rows if asked.settled else board.open_rows
        rows = read(asked.sought, asked.after, limit + 1)
        shown = rows[:limit]
        further = None
        if len(rows) > limit:
            last = shown[-1].owed.obligation
            at = last.evaluated_at if asked.settled else last.evaluation.due_at
            place = place_of(Position(at=at, id=last.id))
            further = _here(after=place)
        page = jsonify(
            as_of=board.now().astimezone(board.zone).isoformat(),
            obligations=[
                row.owed.as_json()
                | {
                    "clock_opens_at": row.opens_at
                    and row.opens_at.astimezone(board.zone).isoformat()
                }
                for row in shown
            ],
            next=further,
        )
        # Weak: what is left goes down by the second, and is told to the minute.
        page.set_etag(seen_of(rows, None), weak=True)
        if further is not None:
            page.headers["Link"] = f'<{further}>; rel="next"'
        return page

    @api.get("/cases/<provider>/<kind>/<path:ref>")
    @needs(Role.READER)
    def case(provider: str, kind: str, ref: str) -> Response:
        at, known_at = (
            read_instant(request.args.get(name, ""), board.zone) for name in ("as_of", "known_at")
        )
        asked_at = at or known_at
        moment = None if asked_at is None else Moment(at=asked_at, known_at=known_at)
        key = key_of(provider, kind, ref)
        dossier = board.dossier(key, moment, g.visitor.organization)
        if dossier is None:
            raise NotFound
        return jsonify(dossier.ledger.as_json())


def _time(api: Blueprint, board: Board, usual: Language) -> None:
    @api.get("/deadline")
    @needs(Role.READER)
    def deadline() -> Response:
        received_at = read_instant(request.args.get("received", ""), board.zone)
        commitment = request.args.get("commitment", "").strip()
        if received_at is None or not commitment:
            detail = "give commitment and received, as 2026-11-20T16:00-05:00"
            return Problem(HTTPStatus.BAD_REQUEST, detail).response()
        question = Question(
            commitment=commitment,
            received_at=received_at,
            at=board.now(),
            place=request.args.get("place", "").strip() or None,
        )
        return jsonify(board.answer(question).as_json(usual))

    @api.get("/compliance")
    @needs(Role.READER)
    def compliance() -> Response:
        today = board.now().astimezone(board.zone).date()
        found = board.months(months_before(today, _MONTHS), g.visitor.organization)
        return jsonify(
            months=[
                {
                    "month": f"{each.month:%Y-%m}",
                    "provider": each.provider,
                    "commitment": each.commitment,
                    "counts": {verdict.value: n for verdict, n in sorted(each.counts.items())},
                }
                for each in found
            ]
        )

    @api.get("/deadlines.ics")
    @needs(Role.READER)
    def deadlines() -> Response:
        asked = asked_in(request.args, g.visitor, board.zone)
        rows = board.open_rows(asked.sought, None, _FEED)
        text = deadlines_feed(rows, usual, board.version)
        return Response(text, content_type="text/calendar; charset=utf-8")


def _upkeep(api: Blueprint, board: Board, usual: Language) -> None:
    @api.get("/sources")
    @needs(Role.READER, whole=True)
    def sources() -> Response:
        return jsonify(sources=[each.standing.as_json(board.zone) for each in board.sources()])

    @api.get("/journal")
    @needs(Role.OPERATOR, whole=True)
    def journal() -> Response:
        limit = min(max(request.args.get("limit", _USUAL, type=int), 1), _MOST)
        entries = board.journal(limit + 1, request.args.get("before", type=int))
        shown = entries[:limit]
        return jsonify(
            entries=[
                {
                    "number": each.number,
                    "at": each.at.astimezone(board.zone).isoformat(),
                    "who": each.who,
                    "how": each.how.value,
                    "what": each.what,
                    "details": dict(each.details),
                    "hash": each.digest,
                }
                for each in shown
            ],
            next=_here(before=str(shown[-1].number)) if len(entries) > limit else None,
        )

    @api.get("/openapi.json")
    @needs(None)
    def openapi() -> Response:
        return jsonify(specification(usual))


def _here(**changes: str) -> str:
    rest: dict[str, Any] = {**request.args.to_dict(flat=False), **changes}
    rest.pop("token", None)
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **rest})


def _problem(error: HTTPException | InputError | Problem) -> Response:
    if isinstance(error, Problem):
        return error.response()
    if isinstance(error, InputError):
        status = HTTPStatus.BAD_REQUEST if request.method in SAFE else HTTPStatus.CONFLICT
        return Problem(status, str(error)).response()
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    return Problem(status, error.description or status.description).response()
