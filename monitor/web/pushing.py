"""`POST /api/v1/observations`: what programs push. JSON in and out; a token tells the source."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final, Protocol

from flask import Blueprint, Response, jsonify, request
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from werkzeug.exceptions import RequestEntityTooLarge

from monitor.web.api import Problem
from monitor.web.limits import LARGEST_PUSH, Limiter

MOST_RECORDS: Final = 1000
"""Records of one push: what is stored in one transaction, and mapped while others wait."""
_LONGEST_KEY: Final = 200
_RETRY_AFTER: Final = "5"
NOBODY: Final = "unknown"
"""Whose pushes are counted where no token tells."""


def _text(value: object) -> object:
    if isinstance(value, str):
        return value
    raise ValueError("write it as text, such as 2026-11-23T14:00:00Z")


class Pushed(BaseModel):
    """One push: what a source states of some cases, or of all that are open."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, title="Push")

    records: Annotated[
        list[Any],
        Field(
            max_length=MOST_RECORDS,
            description="The records as the provider has them, read by the mapping of the source."
            " None: a sign of life.",
        ),
        WithJsonSchema({"type": "array", "items": {"type": "object"}, "maxItems": MOST_RECORDS}),
    ]
    complete: bool = Field(
        default=False,
        description="Whether these are all the open cases there are: those left out are missing.",
    )
    as_of: Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_text)] | None = Field(
        default=None,
        description="When this was so, with its offset, where the push had to wait on its way;"
        " left out: now.",
    )


class KeyClashError(Exception):
    """The push has the key of another one."""


class Unavailable(Exception):
    """It could not be stored: nothing was."""


class TakenAway(Exception):
    """The source is configured no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    body: Mapping[str, Any]
    again: bool
    """The push was taken before, and is answered as it was then."""


class Door(Protocol):
    """Who takes the pushes."""

    def source_of(self, token: str) -> str | None:
        """Whose token this is; None: nobody's."""

    def a_minute(self, source: str) -> int:
        """How many pushes of it are taken in a minute."""

    def take(self, source: str, pushed: Pushed, named: tuple[str, str] | None) -> Answer:
        """Store a push; what it says is durable, or set aside, when this returns.

        `named` is the key by which it may be sent again, and the digest of its body.

        Raises:
            KeyClashError: the key is that of another push.
            Unavailable: nothing was stored; the sender may try again.
            TakenAway: the source is gone.
        """

    def told(self, source: str, outcome: str) -> None:
        """A push was answered; for the metrics."""


def make_pushing(door: Door, guesses: Limiter) -> Blueprint:
    """The routes; wrong tokens are answered ever more slowly through `guesses`."""
    pages = Blueprint("pushing", __name__, url_prefix="/api/v1/observations")
    rates: dict[tuple[str, int], Limiter] = {}

    @pages.get("/schema")
    def schema() -> Response:
        page = jsonify(schema_of_pushes())
        page.content_type = "application/schema+json"
        return page

    @pages.post("")
    def push() -> Response:
        source = door.source_of(_token())
        try:
            if source is None:
                raise _stranger(guesses)
            a_minute = door.a_minute(source)
            made = Limiter(burst=max(a_minute // 2, 1), a_minute=a_minute)
            _within(rates.setdefault((source, a_minute), made), source)
            answer, outcome = _take(door, source)
        except _Refused as refused:
            door.told(source or NOBODY, refused.outcome)
            return refused.problem.response()
        door.told(source, outcome)
        return answer

    return pages


def schema_of_pushes() -> dict[str, Any]:
    """What a push has to be, as JSON Schema."""
    schema = Pushed.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


class _Refused(Exception):
    def __init__(self, outcome: str, status: HTTPStatus, detail: str, **headers: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.problem = Problem(status, detail, **headers)


def _token() -> str:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def _stranger(guesses: Limiter) -> _Refused:
    if wait := guesses.take(request.remote_addr or ""):
        return _Refused(
            "rate_limited",
            HTTPStatus.TOO_MANY_REQUESTS,
            "too many tries with a wrong token",
            Retry_After=str(math.ceil(wait)),
        )
    detail = "the bearer token is missing, or no source's"
    return _Refused("unauthorized", HTTPStatus.UNAUTHORIZED, detail, WWW_Authenticate="Bearer")


def _within(rate: Limiter, source: str) -> None:
    if wait := rate.take(source):
        raise _Refused(
            "rate_limited",
            HTTPStatus.TOO_MANY_REQUESTS,
            "too many pushes; send more records in each",
            Retry_After=str(math.ceil(wait)),
        )


def _take(door: Door, source: str) -> tuple[Response, str]:
    """The answer to a push of a source, and how it is counted."""
    body = _body()
    pushed = _pushed(body)
    try:
        answer = door.take(source, pushed, _named(body))
    except KeyClashError:
        detail = "Idempotency-Key: it was that of another push; give each its own"
        raise _Refused("invalid", HTTPStatus.UNPROCESSABLE_ENTITY, detail) from None
    except (Unavailable, TakenAway):
        raise _Refused(
            "failed",
            HTTPStatus.SERVICE_UNAVAILABLE,
            "the push could not be stored, and nothing of it was; send it again",
            Retry_After=_RETRY_AFTER,
        ) from None
    page = jsonify(answer.body)
    if answer.again:
        page.headers["Idempotency-Replayed"] = "true"
        return page, "repeated"
    return page, "accepted" if pushed.records else "heartbeat"


def _body() -> bytes:
    if request.mimetype != "application/json":
        detail = "Content-Type: write application/json"
        raise _Refused("invalid", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        detail = "Content-Encoding: send the body as it is"
        raise _Refused("invalid", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    request.max_content_length = LARGEST_PUSH
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        detail = f"a push has {LARGEST_PUSH} bytes at most; send several"
        raise _Refused("too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail) from None


def _pushed(body: bytes) -> Pushed:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        # A reason of the parser's own, which quotes nothing of the body.
        detail = f"the body is not JSON: {error}"
        raise _Refused("invalid", HTTPStatus.BAD_REQUEST, detail) from None
    try:
        return Pushed.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        said = f"{where}: {first['msg']}" if where else first["msg"]
        raise _Refused("invalid", HTTPStatus.UNPROCESSABLE_ENTITY, said) from None


def _named(body: bytes) -> tuple[str, str] | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not key or len(key) > _LONGEST_KEY or not (key.isascii() and key.isprintable()):
        detail = f"Idempotency-Key: give 1 to {_LONGEST_KEY} characters of ASCII"
        raise _Refused("invalid", HTTPStatus.BAD_REQUEST, detail)
    return key, hashlib.sha256(body).hexdigest()
