"""Every page of the board says who may see it; one that does not say is seen by nobody."""

import hmac
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Any, Final, TypeVar

from flask import Blueprint, Response, current_app, g, redirect, request, url_for
from werkzeug.exceptions import Forbidden, HTTPException, NotFound
from werkzeug.wrappers import Response as AnyResponse

from monitor.access import Role, Visitor
from monitor.web.board.doors import Doors

_View = TypeVar("_View", bound=Callable[..., Any])
_NEEDS: Final = "_vigie_needs"
_SESSION: Final = "vigie_session"
_VISIT: Final = "vigie_visit"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_VISIT_SECONDS: Final = 3600
SEEN: Final = "X-Vigie-Seen"
"""What a page that looks again has seen already."""


class CrossSiteError(HTTPException):
    """A form that this page did not hand out."""

    code = HTTPStatus.BAD_REQUEST


def needs(role: Role | None, *, whole: bool = False) -> Callable[[_View], _View]:
    """Who may see a page: those of a role and above; None: whoever comes.

    `whole`: it tells of more than one organisation, and is not for those limited to one.
    """

    def mark(view: _View) -> _View:
        setattr(view, _NEEDS, (role, whole))
        return view

    return mark


def needed_by(view: Callable[..., Any]) -> tuple[Role | None, bool] | None:
    """As `needs` was told; None: it was not."""
    found: tuple[Role | None, bool] | None = getattr(view, _NEEDS, None)
    return found


def guard(pages: Blueprint, doors: Doors) -> None:
    """Let nobody past who may not; a form is taken only from a page that was given to the same."""

    @pages.before_request
    def let_in() -> AnyResponse | None:
        g.doors = doors
        needed = needed_by(current_app.view_functions[request.endpoint or ""])
        if needed is None:
            raise NotFound
        secret = session_of()
        g.visitor = (doors.visitor(secret) if secret else None) or doors.anonymous
        g.secret = secret if secret and g.visitor and g.visitor.is_person else _visit()
        if request.method not in SAFE:
            _require_ours()
        role, whole = needed
        if role is None:
            return None
        if g.visitor is None or (not g.visitor.role.may(role) and not g.visitor.is_person):
            return _to_sign_in()
        if not g.visitor.role.may(role) or (whole and g.visitor.organization is not None):
            raise Forbidden
        return None

    @pages.after_request
    def remember(response: Response) -> Response:
        if (fresh := g.get("fresh_visit")) is not None:
            _set_cookie(response, _VISIT, fresh, _VISIT_SECONDS)
        return response


def session_of() -> str:
    """What the cookie of a session holds; empty: there is none."""
    return request.cookies.get(_cookie(_SESSION), "")


def visitor() -> Visitor:
    """Whoever asks for the page at hand."""
    found: Visitor = g.visitor
    return found


def form_token() -> str:
    """What a form sends back to show that it is one of ours, given to this very visitor."""
    return hmac.new(g.secret.encode(), b"form", sha256).hexdigest()


def keep_session(response: AnyResponse, secret: str, seconds: int) -> None:
    _set_cookie(response, _SESSION, secret, seconds)


def drop_session(response: AnyResponse) -> None:
    response.delete_cookie(_cookie(_SESSION), path="/", secure=_is_secure(), httponly=True)


def _visit() -> str:
    """What stands for somebody who has not signed in."""
    known = request.cookies.get(_cookie(_VISIT), "")
    if known:
        return known
    g.fresh_visit = token_urlsafe(24)
    fresh: str = g.fresh_visit
    return fresh


def _require_ours() -> None:
    given = request.form.get("token", "")
    # Both: browsers say where a request comes from, and old ones do not.
    elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    if elsewhere or not hmac.compare_digest(given.encode(), form_token().encode()):
        raise CrossSiteError


def _to_sign_in() -> AnyResponse:
    if SEEN in request.headers:
        # A page that looked again by itself: it is to load anew, and so be led to sign in.
        return AnyResponse(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Refresh": "true"})
    here = request.full_path.rstrip("?") if request.method in SAFE else "/"
    return redirect(url_for("board.sign_in", next=here), HTTPStatus.SEE_OTHER)


def _is_secure() -> bool:
    doors: Doors = g.doors
    return request.is_secure or doors.is_public_over_tls


def _cookie(name: str) -> str:
    # With this prefix a browser refuses one that another host, or plain HTTP, would set.
    return f"__Host-{name}" if _is_secure() else name


def _set_cookie(response: AnyResponse, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        _cookie(name),
        value,
        max_age=seconds,
        path="/",
        secure=_is_secure(),
        httponly=True,
        # Lax: a link in a message leads to the case for whoever has signed in.
        samesite="Lax",
    )
