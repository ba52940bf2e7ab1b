"""`/api/v1`: operators' acts over HTTP, for programs that know the token. JSON in and out."""

import hmac
import math
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from monitor.access import Role
from monitor.alerts.interventions import Act, Silencing, Via
from monitor.errors import InputError
from monitor.spans import parse_span
from monitor.web.board.doors import Doors
from monitor.web.duty import Duty, NoSuchCaseError
from monitor.web.limits import Limiter

_Body = TypeVar("_Body", bound="Asked")


class Problem(Exception):
    """An answer that says why not, in the form of RFC 9457."""

    def __init__(self, status: HTTPStatus, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self._status = status
        self._headers = headers

    def response(self) -> Response:
        page = jsonify(
            type="about:blank",
            title=self._status.phrase,
            status=self._status.value,
            detail=str(self),
        )
        page.status_code = self._status
        page.content_type = "application/problem+json"
        for name, value in self._headers.items():
            page.headers[name.replace("_", "-")] = value
        return page


class Asked(BaseModel):
    """What every act says."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    by: str
    why: str


class AskedAck(Asked):
    case: str
    commitment: str | None = None
    until: str | None = None
    """An instant with its offset, or a span from now such as `4 h`."""
    end: bool = False

    @model_validator(mode="after")
    def _until_or_end(self) -> "AskedAck":
        if self.end == (self.until is not None):
            raise ValueError("give until, or end: true")
        return self


class AskedHold(Asked):
    case: str
    release: bool = False


class AskedSilence(Asked):
    provider: list[str] = Field(default_factory=list)
    commitment: list[str] = Field(default_factory=list)
    case: list[str] = Field(default_factory=list)
    organization: list[str] = Field(default_factory=list)
    region: list[str] = Field(default_factory=list)
    starts_at: str | None = None
    ends_at: str

    @property
    def matchers(self) -> dict[str, list[str]]:
        return {
            "provider": self.provider,
            "commitment": self.commitment,
            "case": self.case,
            "organization": self.organization,
            "region": self.region,
        }


class AskedEnd(Asked):
    pass


def make_api(duty: Duty, limiter: Limiter, doors: Doors | None = None) -> Blueprint:
    """The routes; wrong tokens are answered ever more slowly through `limiter`.

    `doors` know the tokens that were made for single programs.
    """
    api = Blueprint("api", __name__, url_prefix="/api/v1")

    @api.before_request
    def authenticate() -> Response | None:
        return _refused(duty, limiter, doors)

    @api.post("/ack")
    def acknowledge() -> Response:
        return answered(lambda: _acknowledge(duty))

    @api.post("/holds")
    def hold() -> Response:
        return answered(lambda: _hold(duty))

    @api.post("/silences")
    def silence() -> Response:
        return answered(lambda: _silence(duty))

    @api.post("/silences/<int:number>/end")
    def end_silence(number: int) -> Response:
        return answered(lambda: _end_silence(duty, number))

    @api.get("/silences")
    def silences() -> Response:
        return jsonify([_written(rule) for rule in duty.silencings()])

    return api


def _refused(duty: Duty, limiter: Limiter, doors: Doors | None) -> Response | None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer"
    holder = doors.holder(given.strip()) if is_bearer and doors is not None else None
    if holder is not None and holder.role.may(Role.OPERATOR):
        return None
    token = duty.api_token
    if token is None:
        return Problem(
            HTTPStatus.FORBIDDEN, "the API is closed: vigie.yaml gives no web.api_token"
        ).response()
    if is_bearer and hmac.compare_digest(given.strip().encode(), token.encode()):
        return None
    if wait := limiter.take(request.remote_addr or ""):
        seconds = str(math.ceil(wait))
        detail = "too many tries with a wrong token"
        return Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, Retry_After=seconds).response()
    detail = "the bearer token is missing or wrong"
    return Problem(HTTPStatus.UNAUTHORIZED, detail, WWW_Authenticate="Bearer").response()


def answered(act: Callable[[], dict[str, Any]]) -> Response:
    """What an act came to, or why it was not done."""
    try:
        page = jsonify(act())
    except Problem as problem:
        return problem.response()
    except NoSuchCaseError as error:
        return Problem(HTTPStatus.NOT_FOUND, str(error)).response()
    except InputError as error:
        return Problem(HTTPStatus.CONFLICT, str(error)).response()
    page.status_code = HTTPStatus.CREATED
    return page


def _acknowledge(duty: Duty) -> dict[str, Any]:
    asked = asked_body(AskedAck)
    act = act_of(asked)
    if asked.until is None:
        duty.end_acknowledgement(asked.case, asked.commitment, act)
        until = None
    else:
        until = _moment("until", asked.until, duty.now())
        duty.acknowledge(asked.case, asked.commitment, act, until)
    return {
        "case": asked.case,
        "commitment": asked.commitment,
        "by": act.by,
        "until": until and until.isoformat(),
    }


def _hold(duty: Duty) -> dict[str, Any]:
    asked = asked_body(AskedHold)
    act = act_of(asked)
    (duty.release if asked.release else duty.hold)(asked.case, act)
    return {"case": asked.case, "held": not asked.release, "by": act.by}


def _silence(duty: Duty) -> dict[str, Any]:
    asked = asked_body(AskedSilence)
    starts_at = None
    if asked.starts_at is not None:
        starts_at = _moment("starts_at", asked.starts_at, duty.now())
    ends_at = _moment("ends_at", asked.ends_at, duty.now())
    number = duty.silence(asked.matchers, act_of(asked), starts_at=starts_at, ends_at=ends_at)
    return {"silence": number, "ends_at": ends_at.isoformat()}


def _end_silence(duty: Duty, number: int) -> dict[str, Any]:
    duty.end_silence(number, act_of(asked_body(AskedEnd)))
    return {"silence": number}


def asked_body(model: type[_Body]) -> _Body:
    """The body of the request at hand.

    Raises:
        Problem: it is not as the model has it.
    """
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Problem(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        said = f"{where}: {first['msg']}" if where else first["msg"]
        raise Problem(HTTPStatus.BAD_REQUEST, said) from None


def act_of(asked: Asked) -> Act:
    """Who does what is asked, and why.

    Raises:
        Problem: that is not said, or not in words that can be kept.
    """
    try:
        return Act.of(asked.by, asked.why, Via.HTTP)
    except InputError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from None


def _moment(name: str, text: str, now: datetime) -> datetime:
    try:
        return now + parse_span(text)
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        detail = f"{name}: write an instant with its offset, or a span from now such as '4 h'"
        raise Problem(HTTPStatus.BAD_REQUEST, detail)
    return at


def _written(rule: Silencing) -> dict[str, Any]:
    return {
        "silence": rule.id,
        "matchers": {name: list(values) for name, values in rule.matchers.items()},
        "starts_at": rule.starts_at.isoformat(),
        "ends_at": rule.ends_at.isoformat(),
        "by": rule.by,
        "why": rule.why,
    }
