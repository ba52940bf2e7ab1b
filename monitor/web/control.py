"""`/api/v1/sources/…`: what the command line asks of the daemon on its own database."""

import hmac
import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Protocol

from flask import Blueprint, Response, jsonify, request

from monitor.web.api import Problem
from monitor.web.limits import Limiter

_MOST_REFS = 1000


class NoSuchSourceError(Exception):
    """The daemon polls no source of this name."""


class BusyError(Exception):
    """The source, or another one at a request, is being polled just then."""


class ElsewhereError(Exception):
    """Another replica polls the source."""


class Control(Protocol):
    """Who does what is asked."""

    @property
    def key(self) -> str:
        """What whoever asks has to show."""

    def poll(self, source: str, refs: Sequence[str]) -> dict[str, Any]:
        """Poll a source now, or read these references of it; what came of it.

        Raises:
            NoSuchSourceError, BusyError, ElsewhereError: nothing was done.
        """


def make_control(control: Control, guesses: Limiter) -> Blueprint:
    """The routes; wrong keys are answered ever more slowly through `guesses`."""
    pages = Blueprint("control", __name__, url_prefix="/api/v1/sources")

    @pages.post("/<source>/poll")
    def poll(source: str) -> Response:
        try:
            _require_key(control, guesses)
            return jsonify(control.poll(source, _refs()))
        except Problem as problem:
            return problem.response()
        except NoSuchSourceError:
            detail = f"the daemon polls no source named '{source}'"
            return Problem(HTTPStatus.NOT_FOUND, detail).response()
        except BusyError:
            detail = "a poll is under way; its news come by themselves"
            return Problem(HTTPStatus.CONFLICT, detail).response()
        except ElsewhereError:
            detail = "another replica polls this source; ask that one"
            return Problem(HTTPStatus.CONFLICT, detail).response()

    return pages


def _require_key(control: Control, guesses: Limiter) -> None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    expected = control.key.encode()
    if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), expected):
        return
    if wait := guesses.take(request.remote_addr or ""):
        detail = "too many tries with a wrong key"
        after = str(math.ceil(wait))
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, Retry_After=after)
    detail = "the key that the database keeps is missing or wrong"
    raise Problem(HTTPStatus.UNAUTHORIZED, detail, WWW_Authenticate="Bearer")


def _refs() -> Sequence[str]:
    body = request.get_json(silent=True)
    refs = body.get("cases") if isinstance(body, dict) else None
    if not isinstance(refs, list) or not all(isinstance(ref, str) and ref for ref in refs):
        raise Problem(HTTPStatus.BAD_REQUEST, "cases: write a list of references, or an empty one")
    if len(refs) > _MOST_REFS:
        raise Problem(HTTPStatus.BAD_REQUEST, f"cases: give {_MOST_REFS} at most")
    return refs
