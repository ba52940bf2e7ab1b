"""Dossier: a case, what was promised on it, and the proof of every figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound

from monitor.access import Role
from monitor.cases.explain import LedgerLine
from monitor.cases.moment import Moment
from monitor.cases.observation import CaseKey
from monitor.contract.model import CaseKind
from monitor.errors import InputError
from monitor.locale import N_
from monitor.shown.ledger import Entry, note_of
from monitor.web.board.drawing import Drawing, drawn
from monitor.web.board.guard import needs, visitor
from monitor.web.board.moments import read_instant
from monitor.web.board.reading import Board
from monitor.web.board.speech import telling
from monitor.web.board.telling import Telling

SPANS = {"4 h": N_("for 4 hours"), "1 d": N_("for a day"), "3 d": N_("for three days")}
_FIRST_LINES, _LAST_LINES = 12, 48
"""Of a ledger so long that a page of it would be slow: those that are asked about most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One obligation of the case, drawn and explained."""

    entry: Entry
    drawing: Drawing
    first_lines: Sequence[LedgerLine]
    left_out: int
    last_lines: Sequence[LedgerLine]


def register(pages: Blueprint, board: Board) -> None:
    @pages.get("/cases/<provider>/<kind>/<path:ref>")
    @needs(Role.READER)
    def case(provider: str, kind: str, ref: str) -> str:
        return case_page(board, key_of(provider, kind, ref))


def key_of(provider: str, kind: str, ref: str) -> CaseKey:
    """The case that an address names.

    Raises:
        NotFound: there is no such kind.
    """
    if kind not in set(CaseKind):
        raise NotFound
    return CaseKey(provider, CaseKind(kind), ref)


def case_page(board: Board, key: CaseKey, *, wrong: str | None = None) -> str:
    """The page of a case, as of now or of the instants its address asks for.

    Raises:
        NotFound: there is no such case for this visitor.
        InputError: an instant cannot be read, or there was no such case then.
    """
    say = telling(board)
    moment = _moment(say)
    dossier = board.dossier(key, moment, visitor().organization)
    if dossier is None:
        raise NotFound
    ledger = dossier.ledger
    whole = request.args.get("ledger") == "all"
    return render_template(
        "board/case.html.j2",
        dossier=dossier,
        ledger=ledger,
        record=ledger.record,
        key=key,
        panels=[
            _panel(entry, drawn(picture, say), whole=whole)
            for entry, picture in zip(ledger.entries, dossier.pictures, strict=True)
        ],
        numbers={each.id: n for n, each in enumerate(ledger.record.observations, start=1)},
        note_of=note_of,
        moment=moment,
        as_of=request.args.get("as_of", ""),
        known_at=request.args.get("known_at", ""),
        spans=SPANS,
        wrong=wrong,
        is_open=any(entry.explanation.evaluation.is_open for entry in ledger.entries),
    )


def _panel(entry: Entry, drawing: Drawing, *, whole: bool) -> Panel:
    lines = entry.explanation.lines
    if whole or len(lines) <= _FIRST_LINES + _LAST_LINES:
        return Panel(entry=entry, drawing=drawing, first_lines=lines, left_out=0, last_lines=())
    return Panel(
        entry=entry,
        drawing=drawing,
        first_lines=lines[:_FIRST_LINES],
        left_out=len(lines) - _FIRST_LINES - _LAST_LINES,
        last_lines=lines[-_LAST_LINES:],
    )


def _moment(say: Telling) -> Moment | None:
    at, known_at = (_past(request.args.get(name, ""), say) for name in ("as_of", "known_at"))
    asked_at = at or known_at
    return None if asked_at is None else Moment(at=asked_at, known_at=known_at)


def _past(text: str, say: Telling) -> datetime | None:
    at = read_instant(text, say.zone)
    if at is not None and at > say.now:
        raise InputError(N_("'{text}' is still to come: give an instant of the past"), text=text)
    return at


def parts_of(key: CaseKey) -> dict[str, Any]:
    """What the address of a case is made of."""
    return {"provider": key.provider, "kind": key.kind.value, "ref": key.ref}
