"""The Flask application: `/metrics`, `/healthz`, `/readyz` and a page that leads to them."""

from http import HTTPStatus
from typing import Final

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from prometheus_client import CollectorRegistry
from werkzeug.exceptions import HTTPException

from monitor import __version__
from monitor.locale import N_, Language
from monitor.web.acknowledging import make_acknowledging
from monitor.web.api import Problem, make_api
from monitor.web.board.desk_acts import register_acts
from monitor.web.board.doors import Doors
from monitor.web.board.pages import make_board
from monitor.web.board.read_api import make_read_api
from monitor.web.board.reading import Board
from monitor.web.control import Control, make_control
from monitor.web.duty import Duty
from monitor.web.health import Health
from monitor.web.limits import Limiter
from monitor.web.listener import Ear, listener
from monitor.web.pushing import Door, make_pushing
from monitor.web.scraping import Credentials, make_scraping

_log = structlog.get_logger(__name__)

_LARGEST_BODY: Final = 64 * 1024
"""Bytes, of all but pushes."""
_SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Every page tells the present: none may be kept.
    "Cache-Control": "no-store",
}


_METRICS: Final = N_("Metrics, for Prometheus")


def create_app(
    metrics: CollectorRegistry | None,
    health: Health,
    language: Language,
    duty: Duty | None = None,
    *,
    hubs: Ear | None = None,
    board: Board | None = None,
    doors: Doors | None = None,
    door: Door | None = None,
    control: Control | None = None,
    scrapers: Credentials | None = None,
) -> Flask:
    """The application over what it is given: it reads no store and starts nothing.

    `/metrics` has `metrics`, for whoever shows the credentials of `scrapers`, or for anybody where
    there are none; without `metrics` there is no such page.

    With `duty`, operators act through it: `/api/v1`, and the pages that messages link to.

    With `board` and `doors` besides, people see and act on its pages.

    `/healthz` is 503 when a loop stalls: restart the process. `/readyz` is 503 while the daemon
    cannot do its work: leave it be and look at the reasons. `hubs` takes what providers tell,
    `door` what they push, `control` what the command line asks for.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY

    @app.get("/healthz")
    def show_health() -> tuple[Response, HTTPStatus]:
        return _health_page(health)

    @app.get("/readyz")
    def show_readiness() -> tuple[Response, HTTPStatus]:
        return _readiness_page(health)

    if board is not None and doors is not None and duty is not None:
        # Templates end in .j2, for the catalogue's sake; they are pages all the same.
        app.jinja_env.autoescape = True
        app.register_blueprint(make_board(board, doors, duty, language))
        app.register_blueprint(make_read_api(board, doors, language, Limiter()))
    else:
        app.add_url_rule(
            "/", "show_index", lambda: _index_page(language, has_metrics=metrics is not None)
        )
    if metrics is not None:
        app.register_blueprint(make_scraping(metrics, scrapers, Limiter()))
    if duty is not None:
        api = make_api(duty, Limiter(), doors)
        if board is not None:
            register_acts(api, board, duty)
        app.register_blueprint(api)
        app.register_blueprint(make_acknowledging(duty, Limiter()))
    if hubs is not None:
        app.register_blueprint(listener(hubs))
    if door is not None:
        app.register_blueprint(make_pushing(door, Limiter()))
    if control is not None:
        app.register_blueprint(make_control(control, Limiter()))
    app.register_error_handler(HTTPException, _refusal)
    app.after_request(_secure)
    return app


def _index_page(language: Language, *, has_metrics: bool) -> str:
    return render_template(
        "index.html",
        lang=language.code,
        version=__version__,
        subtitle=language.gettext("Service levels of the mobile telephony contract"),
        links={
            **({"/metrics": language.gettext(_METRICS)} if has_metrics else {}),
            "/healthz": language.gettext("Health: the daemon and its loops are alive"),
            "/readyz": language.gettext("Readiness: the daemon can do its work"),
        },
    )


def create_scrape_app(metrics: CollectorRegistry, credentials: Credentials | None) -> Flask:
    """Only `/metrics`, for a server of its own."""
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(make_scraping(metrics, credentials, Limiter()))
    app.register_error_handler(HTTPException, _refusal)
    app.after_request(_secure)
    return app


def _health_page(health: Health) -> tuple[Response, HTTPStatus]:
    loops = health.loops()
    stalled = [loop.name for loop in loops if loop.stalled]
    page = jsonify(
        status="stalled" if stalled else "alive",
        stalled=stalled,
        loops={
            loop.name: {
                "stalled": loop.stalled,
                "last_seen_at": loop.last_seen_at and loop.last_seen_at.isoformat(),
            }
            for loop in loops
        },
    )
    return page, HTTPStatus.SERVICE_UNAVAILABLE if stalled else HTTPStatus.OK


def _readiness_page(health: Health) -> tuple[Response, HTTPStatus]:
    try:
        checks = dict(health.readiness())
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is "not ready"
        # The kind only: a driver's message may quote its connection string.
        _log.warning("readiness_unknown", exc_info=error)
        checks = {"checks": f"failed with {type(error).__name__}"}
    reasons = [f"{name}: {reason}" for name, reason in checks.items() if reason is not None]
    page = jsonify(
        status="not_ready" if reasons else "ready",
        reasons=reasons,
        checks={name: "ok" if reason is None else reason for name, reason in checks.items()},
    )
    return page, HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK


def _refusal(error: HTTPException) -> Response:
    """One line of plain text, or a problem of the API's, whatever went wrong; no traceback."""
    # From its own, for the headers that belong to it: what is allowed, when to try again.
    response = make_response(error.get_response())
    if request.path.startswith("/api/") and error.code is not None:
        problem = Problem(HTTPStatus(error.code), error.name).response()
        response.data, response.content_type = problem.data, problem.content_type
        return response
    response.data = f"{error.code} {error.name}\n"
    response.content_type = "text/plain; charset=utf-8"
    return response


def _secure(response: Response) -> Response:
    kept = response.headers.get("Cache-Control", "")
    response.headers.update(_SECURITY_HEADERS)
    if "immutable" in kept:
        # Of a file whose address changes with its content.
        response.headers["Cache-Control"] = kept
    if (policy := g.get("policy")) is not None:
        response.headers["Content-Security-Policy"] = policy
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if g.get("has_form"):
        policy = _SECURITY_HEADERS["Content-Security-Policy"]
        allowed = policy.replace("form-action 'none'", "form-action 'self'")
        response.headers["Content-Security-Policy"] = allowed
    return response
