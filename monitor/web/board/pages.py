"""The board's blueprint: who is let in, which language is spoken, and every page."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    Gone,
    HTTPException,
    NotFound,
    TooManyRequests,
)
from werkzeug.wrappers import Response as AnyResponse

from monitor.access import Role
from monitor.errors import InputError
from monitor.locale import Language
from monitor.locale.marking import told
from monitor.web.board import (
    access,
    acting,
    calendar,
    case,
    compliance,
    entrance,
    rehearsing,
    reports,
    sources,
    today,
    upkeep,
)
from monitor.web.board.assets import STATIC, asset
from monitor.web.board.doors import Doors
from monitor.web.board.guard import SEEN, CrossSiteError, form_token, guard, needed_by, needs
from monitor.web.board.reading import Board
from monitor.web.board.speech import speak, telling
from monitor.web.duty import Duty

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_YEAR: Final = "public, max-age=31536000, immutable"


def make_board(board: Board, doors: Doors, duty: Duty, usual: Language) -> Blueprint:
    """All pages; each says who may see it, and one that does not is seen by nobody."""
    pages = Blueprint("board", __name__, template_folder="../templates")
    speak(pages, usual)
    guard(pages, doors)

    @pages.context_processor
    def words() -> dict[str, Any]:
        say = telling(board)
        return {
            "_": _set_in_type,
            "ngettext": g.language.ngettext,
            "pgettext": g.language.pgettext,
            "told": lambda text: told(text, g.language.gettext),
            "say": say,
            "lang": g.language.code,
            "visitor": g.get("visitor"),
            "may": _may,
            "form_token": form_token,
            "asset": asset,
            "other_language": _other_language,
            "here_with": here_with,
            "toggled": toggled,
            "pretty": _pretty,
            "is_kiosk": request.args.get("kiosk") == "1",
            "menu": [item for item in _MENU if _sees(item)],
            "here": request.endpoint,
            "here_in_menu": _UNDER.get(request.endpoint or "", request.endpoint),
        }

    @pages.get("/static/<version>/<path:name>")
    @needs(None)
    def static(version: str, name: str) -> Response:  # noqa: ARG001 - in the address, to be kept for long
        response = send_from_directory(STATIC, name)
        response.headers["Cache-Control"] = _YEAR
        return response

    entrance.register(pages, doors)
    today.register(pages, board)
    case.register(pages, board)
    calendar.register(pages, board)
    compliance.register(pages, board)
    reports.register(pages, board)
    sources.register(pages, board)
    upkeep.register(pages, board)
    rehearsing.register(pages, board)
    acting.register(pages, board, duty)
    access.register(pages, doors)

    @pages.after_request
    def finish(response: Response) -> Response:
        g.policy = POLICY
        return _unless_seen(response)

    for error in (BadRequest, Forbidden, Gone, NotFound, TooManyRequests, CrossSiteError):
        pages.register_error_handler(error, _refusal)
    pages.register_error_handler(InputError, _wrong)
    return pages


def _set_in_type(message: str) -> str:
    """A text in the reader's language, whose quotation marks and colons stay with their words."""
    text: str = g.language.gettext(message)
    if g.language.code == "en":
        return text
    for loose, held in (
        ("« ", "«\N{NO-BREAK SPACE}"),
        (" »", "\N{NO-BREAK SPACE}»"),
        (" :", "\N{NO-BREAK SPACE}:"),
    ):
        text = text.replace(loose, held)
    return text


def _may(role: str) -> bool:
    visitor = g.get("visitor")
    return visitor is not None and visitor.role.may(Role(role))


def _sees(endpoint: str) -> bool:
    view = current_app.view_functions.get(endpoint)
    needed = None if view is None else needed_by(view)
    visitor = g.get("visitor")
    if needed is None or needed[0] is None or visitor is None:
        return False
    return visitor.role.may(needed[0]) and not (needed[1] and visitor.organization)


_UNDER: Final = {"board.reports": "board.compliance", "board.simulation": "board.escalations"}
"""Pages that are reached from another one of the menu."""
_MENU: Final = (
    "board.today",
    "board.calendar",
    "board.compliance",
    "board.sources",
    "board.escalations",
    "board.journal",
    "board.access",
)


def _other_language() -> str:
    other = "en" if g.language.code == "fr" else "fr"
    if request.endpoint is None or request.method != "GET":
        return url_for("board.today", lang=other)
    rest = {**request.args.to_dict(flat=False), "lang": other}
    return url_for(request.endpoint, **{**(request.view_args or {}), **rest})


def here_with(**changes: str | int | None) -> str:
    """The address of this page, with other parameters; the place in a list is left out."""
    rest: dict[str, Any] = {**request.args.to_dict(flat=False), "after": None, **changes}
    return url_for(request.endpoint or "board.today", **{**(request.view_args or {}), **rest})


def toggled(name: str, value: str) -> str:
    """The address of this page with one value of a parameter more, or one less."""
    values = request.args.getlist(name)
    kept = [each for each in values if each != value]
    rest: dict[str, Any] = request.args.to_dict(flat=False)
    rest |= {name: kept if len(kept) < len(values) else [*values, value], "after": None}
    return url_for(request.endpoint or "board.today", **{**(request.view_args or {}), **rest})


def _pretty(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=2, default=str)


def _unless_seen(response: Response) -> Response:
    """Nothing where a page that looks again has what there is already."""
    seen = request.headers.get(SEEN)
    if seen is None or response.status_code != HTTPStatus.OK or response.is_streamed:
        return response
    if response.headers.get(SEEN) == seen:
        response.data = b""
        response.status_code = HTTPStatus.NO_CONTENT
    return response


def _refusal(error: HTTPException) -> AnyResponse:
    response = make_response(
        render_template("board/refused.html.j2", status=error.code, detail=None), error.code
    )
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _wrong(error: InputError) -> tuple[str, HTTPStatus]:
    """What was asked for cannot be: one line says why, and what would be right."""
    detail = error.told(g.language.gettext)
    page = render_template("board/refused.html.j2", status=HTTPStatus.CONFLICT.value, detail=detail)
    return page, HTTPStatus.CONFLICT
