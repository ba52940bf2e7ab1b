"""`/api/v1`, read: quarantine, words, messages, reports and simulations, as the pages show them."""

from datetime import tzinfo
from typing import Any

from flask import Blueprint, Response, g, jsonify, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from monitor.access import Role
from monitor.cases.records import Position
from monitor.reports.issue import IssuedReport
from monitor.shown.instants import written, written_if_any
from monitor.web.board.asking import place_of, position_in
from monitor.web.board.desks import CorrectedWord, Draft, KeptLine, UnknownWord
from monitor.web.board.guard import needs
from monitor.web.board.reading import Board, LetterLine
from monitor.web.board.rehearsing import simulated
from monitor.web.board.reports import handed_out, together
from monitor.web.board.upkeep import STATES

_MOST = 200
_USUAL = 50
_REPORTS = 12


def register(api: Blueprint, board: Board) -> None:
    _mending(api, board)
    _letters(api, board)
    _reports(api, board)


def _mending(api: Blueprint, board: Board) -> None:
    @api.get("/quarantine")
    @needs(Role.OPERATOR, whole=True)
    def quarantine() -> Response:
        limit, before = _limit(_USUAL), request.args.get("before", type=int)
        source = request.args.get("source", "").strip() or None
        found = board.mending.quarantined(limit + 1, source=source, before=before)
        shown = found[:limit]
        return jsonify(
            records=[_record(each, board.zone) for each in shown],
            next=_here(before=str(shown[-1].number)) if len(found) > limit else None,
        )

    @api.get("/unknown-statuses")
    @needs(Role.READER, whole=True)
    def unknown_statuses() -> Response:
        words = board.mending.unknown_words()
        return jsonify(statuses=[_unknown(each, board.zone) for each in words])

    @api.get("/corrections")
    @needs(Role.READER, whole=True)
    def corrections() -> Response:
        words = board.mending.corrected_words()
        return jsonify(corrections=[correction_json(each, board.zone) for each in words])


def _letters(api: Blueprint, board: Board) -> None:
    @api.get("/letters")
    @needs(Role.OPERATOR, whole=True)
    def letters() -> Response:
        state = request.args.get("state", "")
        limit = _limit(_USUAL)
        after = position_in(request.args.get("after", ""))
        found = board.letters(state if state in STATES else "queued", limit + 1, after)
        shown = found[:limit]
        further = None
        if len(found) > limit:
            last = shown[-1]
            further = _here(after=place_of(Position(at=last.created_at, id=last.number)))
        return jsonify(letters=[_letter(each, board.zone) for each in shown], next=further)

    @api.get("/simulation")
    @needs(Role.OPERATOR, whole=True)
    def simulation() -> Response:
        return jsonify(simulations=[each.as_json() for each in simulated(board, request.args)])


def _reports(api: Blueprint, board: Board) -> None:
    @api.get("/reports")
    @needs(Role.READER)
    def reports() -> Response:
        limit, before = _limit(_REPORTS), request.args.get("before", type=int)
        organization = g.visitor.organization
        found = board.reports.issued(limit + 1, before=before, organization=organization)
        shown = found[:limit]
        return jsonify(
            reports=[_report(each, board.zone) for each in shown],
            next=_here(before=str(shown[-1].issue.number)) if len(found) > limit else None,
        )

    @api.get("/reports/<int:number>/<name>")
    @needs(Role.READER)
    def report_file(number: int, name: str) -> AnyResponse:
        report = board.reports.numbered(number, g.visitor.organization)
        if report is None or name not in report.files:
            raise NotFound
        return handed_out(board.reports.file(report, name))

    @api.get("/drafts")
    @needs(Role.READER, whole=True)
    def drafts() -> Response:
        return jsonify(drafts=[_draft(each, board.zone) for each in board.reports.drafts()])

    @api.get("/drafts/<name>/<period>/<form>")
    @needs(Role.READER, whole=True)
    def draft_file(name: str, period: str, form: str) -> AnyResponse:
        files = board.reports.draft_files(name, period, form)
        return handed_out(together(files, f"{name}-{period}-{form}.zip"))


def _record(kept: KeptLine, zone: tzinfo) -> dict[str, Any]:
    return {
        "record": kept.number,
        "source": kept.source,
        "ref": kept.ref,
        "reason": str(kept.reason),
        "first_seen_at": written(kept.first_seen_at, zone),
        "last_seen_at": written(kept.last_seen_at, zone),
        "payload": kept.payload,
    }


def _unknown(each: UnknownWord, zone: tzinfo) -> dict[str, Any]:
    return {
        "source": each.source,
        "word": each.word,
        "statements": each.statements,
        "cases": each.cases,
        "last_seen_at": written(each.last_seen_at, zone),
    }


def correction_json(each: CorrectedWord, zone: tzinfo) -> dict[str, Any]:
    made = each.correction
    return {
        "source": made.source,
        "word": made.word,
        "status": made.status,
        "configured": each.configured,
        "statements": made.statements,
        "by": made.by,
        "why": made.why,
        "at": written(made.at, zone),
    }


def _letter(letter: LetterLine, zone: tzinfo) -> dict[str, Any]:
    return {
        "letter": letter.number,
        "state": letter.state,
        "channel": letter.channel,
        "role": letter.role,
        "address": letter.address,
        "subject": letter.subject,
        "created_at": written(letter.created_at, zone),
        "next_attempt_at": written_if_any(letter.next_attempt_at, zone),
        "attempts": letter.attempts,
        "detail": letter.detail,
    }


def _report(report: IssuedReport, zone: tzinfo) -> dict[str, Any]:
    return {
        "number": report.issue.number,
        "period": str(report.period),
        "provider": report.scope.provider,
        "organization": report.scope.organization,
        "known_at": written(report.known_at, zone),
        "issued_by": report.issue.issued_by,
        "hash": report.digest,
        "files": dict(report.files),
    }


def _draft(draft: Draft, zone: tzinfo) -> dict[str, Any]:
    return {
        "name": draft.name,
        "period": draft.period,
        "due_at": written(draft.due_at, zone),
        "made_at": written(draft.made_at, zone),
        "forms": list(draft.forms),
    }


def _limit(usual: int) -> int:
    return min(max(request.args.get("limit", usual, type=int), 1), _MOST)


def _here(**changes: str) -> str:
    rest: dict[str, Any] = {**request.args.to_dict(flat=False), **changes}
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **rest})
