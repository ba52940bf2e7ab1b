"""Aujourd'hui: what is owed, the most urgent first."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from monitor.access import Role
from monitor.cases.obligation import Verdict
from monitor.cases.records import Position
from monitor.web.board.asking import Asked, asked_in, place_of
from monitor.web.board.guard import needs, visitor
from monitor.web.board.reading import Board, Row

PAGE = 50
_KIOSK_PAGE = 25
_OPEN = (Verdict.BREACHED, Verdict.AT_RISK, Verdict.PENDING, Verdict.UNKNOWN)
_SETTLED = (Verdict.MISSED, Verdict.MET, Verdict.CANCELLED)


def register(pages: Blueprint, board: Board) -> None:
    @pages.get("/")
    @needs(Role.READER)
    def home() -> AnyResponse:
        return redirect(url_for("board.today"))

    @pages.get("/today")
    @needs(Role.READER)
    def today() -> Response:
        return _today(board)

    @pages.get("/find")
    @needs(Role.READER)
    def find() -> AnyResponse:
        """A reference leads to its case; what is no reference is looked for in the list."""
        name = request.args.get("q", "").strip()
        keys = board.keys_named(name) if name else []
        if len(keys) == 1:
            (key,) = keys
            address = url_for("board.case", provider=key.provider, kind=key.kind.value, ref=key.ref)
            return redirect(address)
        return redirect(url_for("board.today", q=name or None))


def _today(board: Board) -> Response:
    who = visitor()
    asked = asked_in(request.args, who, board.zone)
    size = _KIOSK_PAGE if request.args.get("kiosk") == "1" else PAGE
    read = board.settled_rows if asked.settled else board.open_rows
    rows = read(asked.sought, asked.after, size + 1)
    shown, more = rows[:size], len(rows) > size
    # They are kept of all that is owed, and would tell of other organisations'.
    counts = None if who.organization is not None else board.counts()
    parameters = list(asked.parameters())
    own = () if who.organization is None else ("organization",)
    seen = seen_of(shown, counts)
    version = board.version
    page = render_template(
        "board/today.html.j2",
        rows=shown,
        asked=asked,
        counts=counts,
        verdicts=_SETTLED if asked.settled else _OPEN,
        clocks=board.clocks(),
        stale=board.stale_sources(),
        providers=version.providers,
        commitments=version.commitments,
        organizations=sorted(board.organizations.items(), key=lambda pair: pair[1]),
        regions=sorted({each.region for each in version.commitments if each.region}),
        next_place=_place_after(shown[-1], asked) if more and shown else None,
        parameters=parameters,
        narrowed=any(name not in ("state", "verdict", *own) for name, _ in parameters),
        seen=seen,
    )
    response = make_response(page)
    response.headers["X-Vigie-Seen"] = seen
    return response


def _place_after(row: Row, asked: Asked) -> str:
    owed = row.owed.obligation
    at = owed.evaluated_at if asked.settled else owed.evaluation.due_at
    return place_of(Position(at=at, id=owed.id))


def seen_of(rows: Sequence[Row], counts: Mapping[Verdict, int] | None) -> str:
    """What the list shows, to the minute that people read: the same, the same page."""
    parts = [
        (
            row.owed.obligation.id,
            row.owed.obligation.evaluation.verdict,
            row.owed.obligation.evaluation.due_at,
            row.owed.progress.remaining_seconds // 60,
            row.opens_at,
            row.owed.mute,
        )
        for row in rows
    ]
    return sha256(repr((parts, counts)).encode()).hexdigest()[:16]
