"""Server-sent events: a word whenever verdicts have changed, for programs that can wait."""

import json
import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response

from monitor.access import Role
from monitor.web.api import Problem
from monitor.web.board.guard import needs
from monitor.web.board.reading import Board

_LISTENERS: Final = 2
"""Each holds one of the server's threads; pages, which ask now and then, hold none."""
_LOOK_SECONDS: Final = 2.0
_LOOKS: Final = 150
"""After which a listener comes again, as the format has it: a permission may be gone by then."""


def register(api: Blueprint, board: Board) -> None:
    free = threading.BoundedSemaphore(_LISTENERS)

    @api.get("/events")
    @needs(Role.READER, whole=True)
    def events() -> Response:
        if not free.acquire(blocking=False):
            detail = f"{_LISTENERS} programs listen already: ask for /obligations now and then"
            return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, Retry_After="60").response()
        stream = Response(_told(board), content_type="text/event-stream; charset=utf-8")
        stream.call_on_close(free.release)
        return stream


def _told(board: Board) -> Iterator[str]:
    """The counts as they are, then whenever they are others."""
    yield "retry: 5000\n\n"
    before = None
    for _ in range(_LOOKS):
        counts = {verdict.value: number for verdict, number in board.counts().items()}
        if counts != before:
            yield f"event: counts\ndata: {json.dumps(counts)}\n\n"
        else:
            # A comment: whoever has gone is noticed by it.
            yield ":\n\n"
        before = counts
        if board.is_ending(_LOOK_SECONDS):
            return
