"""Sources: where each stands, what of it could not be read, and words of it that nobody knew."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.access import Role
from monitor.contract.model import Status
from monitor.errors import InputError
from monitor.locale import N_
from monitor.locale.marking import Said
from monitor.web.board.acting import act_in_form
from monitor.web.board.guard import needs
from monitor.web.board.reading import Board

_RECORDS = 25
_WORDS = 100
_OUTCOMES = {
    "stored": N_("The record was read: what it states is stored, and judged."),
    "known": N_("The record was read: it tells nothing new."),
    "unreadable": N_("The record still cannot be read; its line says why."),
    "gone": N_("The record was seen to already."),
    "discarded": N_("The record is given up."),
    "corrected": N_("The word is read so from now on, in what was stated too."),
    "taken-back": N_("The correction is taken back: the word is unknown again."),
}
STATUSES = tuple(status for status in Status if status is not Status.AWAITED)
"""Those that a provider can state: that something is awaited, the calendar says."""


def register(pages: Blueprint, board: Board) -> None:
    @pages.get("/sources")
    @needs(Role.READER, whole=True)
    def sources() -> str:
        return _sources_page(board)

    _quarantine(pages, board)
    _words(pages, board)


def _sources_page(board: Board) -> str:
    before = request.args.get("before", type=int)
    source = request.args.get("source", "").strip() or None
    found = board.mending.quarantined(_RECORDS + 1, source=source, before=before)
    shown, more = found[:_RECORDS], len(found) > _RECORDS
    unknown = board.mending.unknown_words()
    return render_template(
        "board/sources.html.j2",
        sources=board.sources(),
        source=source,
        quarantined=shown,
        before=before,
        next_before=shown[-1].number if more else None,
        unknown=unknown[:_WORDS],
        unknown_count=len(unknown),
        corrected=board.mending.corrected_words(),
        statuses=STATUSES,
        done=_OUTCOMES.get(request.args.get("done", "")),
        is_left=request.args.get("done") == "unreadable",
    )


def _quarantine(pages: Blueprint, board: Board) -> None:
    @pages.post("/quarantine/<int:number>/retry")
    @needs(Role.OPERATOR, whole=True)
    def retry_record(number: int) -> Response:
        attempt = board.mending.retry(number, act_in_form(default="-"))
        if attempt.outcome == "elsewhere":
            # It says what to do in place of trying.
            reason = attempt.reason or ""
            raise InputError(N_("record {number}: {reason}"), number=str(number), reason=reason)
        return _done(attempt.outcome)

    @pages.post("/quarantine/<int:number>/discard")
    @needs(Role.OPERATOR, whole=True)
    def discard_record(number: int) -> Response:
        board.mending.discard(number, act_in_form())
        return _done("discarded")


def _words(pages: Blueprint, board: Board) -> None:
    @pages.post("/corrections")
    @needs(Role.OPERATOR, whole=True)
    def correct() -> Response:
        form = request.form
        status = form.get("status", "")
        if status and status not in set(STATUSES):
            raise InputError(Said(N_("choose what the status means")))
        board.mending.correct(
            form.get("source", ""),
            form.get("word", ""),
            Status(status) if status else None,
            act_in_form(),
        )
        return _done("corrected" if status else "taken-back")


def _done(outcome: str) -> Response:
    return redirect(url_for("board.sources", done=outcome, _anchor="done"), HTTPStatus.SEE_OTHER)
