"""`/api/v1`, acts on quarantine, words, messages, drafts and cases: as the pages' forms do them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response

from monitor.alerts.interventions import Act
from monitor.contract.model import Status
from monitor.errors import InputError
from monitor.locale import N_
from monitor.web.api import Asked, Problem, act_of, answered, asked_body
from monitor.web.board.case import key_of
from monitor.web.board.reading import Board
from monitor.web.board.sources import STATUSES
from monitor.web.duty import Duty


class AskedCorrection(Asked):
    source: str
    word: str
    status: str | None
    """None: taken back."""


def register_acts(api: Blueprint, board: Board, duty: Duty) -> None:
    """The routes; whoever may come in was let in by the blueprint."""
    _on_sources(api, board)
    _on_letters(api, board)

    @api.post("/drafts/<name>/<period>/approve")
    def approve(name: str, period: str) -> Response:
        return answered(
            lambda: {"files": list(board.reports.approve(name, period, act_of(asked_body(Asked))))}
        )

    @api.post("/cases/<provider>/<kind>/<path:ref>/notes")
    def note(provider: str, kind: str, ref: str) -> Response:
        def add() -> dict[str, Any]:
            key, act = key_of(provider, kind, ref), act_of(asked_body(Asked))
            duty.note(key, act)
            return {"case": str(key), "by": act.by, "text": act.why}

        return answered(add)


def _on_sources(api: Blueprint, board: Board) -> None:
    @api.post("/quarantine/<int:number>/retry")
    def retry_record(number: int) -> Response:
        def retry() -> dict[str, Any]:
            attempt = board.mending.retry(number, act_of(asked_body(Asked)))
            reason = None if attempt.reason is None else str(attempt.reason)
            return {"record": number, "outcome": attempt.outcome, "reason": reason}

        return answered(retry)

    @api.post("/quarantine/<int:number>/discard")
    def discard_record(number: int) -> Response:
        def discard() -> dict[str, Any]:
            board.mending.discard(number, act_of(asked_body(Asked)))
            return {"record": number, "outcome": "discarded"}

        return answered(discard)

    @api.post("/corrections")
    def correct() -> Response:
        def made() -> dict[str, Any]:
            asked = asked_body(AskedCorrection)
            if asked.status is not None and asked.status not in set(STATUSES):
                raise InputError(
                    N_("'{status}' is no status; write one of {known}"),
                    status=asked.status,
                    known=", ".join(STATUSES),
                )
            status = None if asked.status is None else Status(asked.status)
            found = board.mending.correct(asked.source, asked.word, status, act_of(asked))
            return {
                "source": found.source,
                "word": found.word,
                "status": found.status,
                "statements": found.statements,
            }

        return answered(made)


def _on_letters(api: Blueprint, board: Board) -> None:
    @api.post("/letters/<int:number>/retry")
    def retry(number: int) -> Response:
        return answered(lambda: _letter(number, "queued", board.retry))

    @api.post("/letters/<int:number>/discard")
    def discard(number: int) -> Response:
        return answered(lambda: _letter(number, "discarded", board.discard))


def _letter(number: int, state: str, see_to: Callable[[int, Act], bool]) -> dict[str, Any]:
    if not see_to(number, act_of(asked_body(Asked))):
        detail = f"no message {number}, or it is not one that can be seen to"
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    return {"letter": number, "state": state}
