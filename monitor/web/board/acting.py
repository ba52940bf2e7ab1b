"""What operators do from the pages: acknowledge, hold, note, silence, see to a message."""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from monitor.access import Role
from monitor.alerts.interventions import Act, Via
from monitor.cases.observation import CaseKey
from monitor.spans import parse_span
from monitor.web.board.case import SPANS, key_of, parts_of
from monitor.web.board.guard import needs, visitor
from monitor.web.board.moments import read_instant
from monitor.web.board.reading import Board
from monitor.web.board.upkeep import SILENCES
from monitor.web.duty import Duty


def register(pages: Blueprint, board: Board, duty: Duty) -> None:
    _on_cases(pages, duty)
    _silences(pages, board, duty)
    _letters(pages, board)


def _on_cases(pages: Blueprint, duty: Duty) -> None:
    @pages.post("/cases/<provider>/<kind>/<path:ref>/acknowledge")
    @needs(Role.OPERATOR)
    def acknowledge(provider: str, kind: str, ref: str) -> Response:
        key, commitment = key_of(provider, kind, ref), request.form.get("commitment") or None
        until = duty.now() + _span(request.form.get("for", ""))
        return _done(key, lambda act: duty.acknowledge(str(key), commitment, act, until))

    @pages.post("/cases/<provider>/<kind>/<path:ref>/end-acknowledgement")
    @needs(Role.OPERATOR)
    def end_acknowledgement(provider: str, kind: str, ref: str) -> Response:
        key = key_of(provider, kind, ref)
        return _done(key, lambda act: duty.end_acknowledgement(str(key), None, act))

    @pages.post("/cases/<provider>/<kind>/<path:ref>/hold")
    @needs(Role.OPERATOR)
    def hold(provider: str, kind: str, ref: str) -> Response:
        key = key_of(provider, kind, ref)
        return _done(key, lambda act: duty.hold(str(key), act))

    @pages.post("/cases/<provider>/<kind>/<path:ref>/release")
    @needs(Role.OPERATOR)
    def release(provider: str, kind: str, ref: str) -> Response:
        key = key_of(provider, kind, ref)
        return _done(key, lambda act: duty.release(str(key), act))

    @pages.post("/cases/<provider>/<kind>/<path:ref>/notes")
    @needs(Role.OPERATOR)
    def note(provider: str, kind: str, ref: str) -> Response:
        key = key_of(provider, kind, ref)
        return _done(key, lambda act: duty.note(key, act))


def _silences(pages: Blueprint, board: Board, duty: Duty) -> None:
    @pages.post("/silences")
    @needs(Role.OPERATOR, whole=True)
    def silence() -> Response:
        form = request.form
        matchers = {
            name: [value for value in form.getlist(name) if value.strip()]
            for name in ("provider", "commitment", "case", "organization", "region")
        }
        starts_at = read_instant(form.get("starts_at", ""), board.zone)
        ends_at = read_instant(form.get("ends_at", ""), board.zone)
        if ends_at is None:
            ends_at = (starts_at or duty.now()) + _span(form.get("for", ""))
        duty.silence(matchers, act_in_form(), starts_at=starts_at, ends_at=ends_at)
        return redirect(url_for("board.escalations"))

    @pages.post("/silences/<int:number>/end")
    @needs(Role.OPERATOR, whole=True)
    def end_silence(number: int) -> Response:
        duty.end_silence(number, act_in_form())
        return redirect(url_for("board.escalations"))


def _letters(pages: Blueprint, board: Board) -> None:
    @pages.post("/letters/<int:number>/retry")
    @needs(Role.OPERATOR, whole=True)
    def retry(number: int) -> Response:
        if not board.retry(number, act_in_form(default="-")):
            raise NotFound
        return redirect(url_for("board.escalations"))

    @pages.post("/letters/<int:number>/discard")
    @needs(Role.OPERATOR, whole=True)
    def discard(number: int) -> Response:
        if not board.discard(number, act_in_form()):
            raise NotFound
        return redirect(url_for("board.escalations", state="dead"))


def _done(key: CaseKey, act: Callable[[Act], None]) -> Response:
    act(act_in_form())
    return redirect(url_for("board.case", **parts_of(key)))


def act_in_form(*, default: str = "") -> Act:
    """What a form says is done, by whoever sent it; `default` where it need not say why.

    Raises:
        InputError: it does not say why, or in no words that can be kept.
    """
    why = request.form.get("why", "").strip()
    return Act.of(visitor().name, why or default, Via.HTTP)


def _span(text: str) -> timedelta:
    return parse_span(text) if text in SPANS or text in SILENCES else timedelta(days=1)
