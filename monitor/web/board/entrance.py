"""Signing in and out, and the first administrator's way in."""

import math
from datetime import timedelta
from http import HTTPStatus
from typing import TypeAlias

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.exceptions import Gone, NotFound, TooManyRequests
from werkzeug.wrappers import Response

from monitor.access import Role
from monitor.access.passwords import SHORTEST
from monitor.errors import InputError
from monitor.openid.claims import Why
from monitor.web.board.doors import CameIn, Doors, Invited, NotLetIn, Refused, SignedIn
from monitor.web.board.guard import drop_session, keep_session, needs
from monitor.web.limits import Limiter

_BURST, _A_MINUTE = 10, 10
"""Tries to sign in from one address: hashing a password is much work, on purpose."""

AnyAnswer: TypeAlias = Response | tuple[str, HTTPStatus]
_STATUSES = {
    Why.STALE: HTTPStatus.BAD_REQUEST,
    Why.DECLINED: HTTPStatus.FORBIDDEN,
    Why.UNREACHABLE: HTTPStatus.BAD_GATEWAY,
    Why.UNTRUSTED: HTTPStatus.BAD_GATEWAY,
    Why.NO_ROLE: HTTPStatus.FORBIDDEN,
    Why.NO_ORGANIZATION: HTTPStatus.FORBIDDEN,
    Why.DISABLED: HTTPStatus.FORBIDDEN,
}


def register(pages: Blueprint, doors: Doors) -> None:
    limiter = Limiter(burst=_BURST, a_minute=_A_MINUTE)
    _sign_in(pages, doors, limiter)
    _sign_on(pages, doors, limiter)
    _welcome(pages, doors, limiter)


def _sign_in(pages: Blueprint, doors: Doors, limiter: Limiter) -> None:
    @pages.get("/sign-in")
    @needs(None)
    def sign_in() -> str:
        return _sign_in_page()

    @pages.post("/sign-in")
    @needs(None)
    def try_to_sign_in() -> Response | tuple[str, HTTPStatus]:
        _take(limiter)
        found = doors.sign_in(request.form.get("name", ""), request.form.get("password", ""))
        if isinstance(found, Refused):
            return _sign_in_page(found), HTTPStatus.FORBIDDEN
        return _in(doors, found, request.form.get("next", ""))

    @pages.post("/sign-out")
    @needs(Role.READER)
    def sign_out() -> Response:
        doors.sign_out(g.secret)
        response = redirect(url_for("board.sign_in"), HTTPStatus.SEE_OTHER)
        drop_session(response)
        return response


def _sign_on(pages: Blueprint, doors: Doors, limiter: Limiter) -> None:
    @pages.get("/sign-in/oidc")
    @needs(None)
    def leave() -> AnyAnswer:
        if doors.sign_on.label is None:
            raise NotFound
        _take(limiter)
        found = doors.sign_on.leave(g.secret, _local(request.args.get("next", "")) or "")
        return _not_let_in(NotLetIn(why=found)) if isinstance(found, Why) else _led(found)

    @pages.get("/sign-in/oidc/callback")
    @needs(None)
    def come_back() -> AnyAnswer:
        if doors.sign_on.label is None:
            raise NotFound
        _take(limiter)
        found = doors.sign_on.come_back(g.secret, request.args.to_dict())
        if isinstance(found, NotLetIn):
            return _not_let_in(found)
        return _in(doors, found, found.next)


def _led(address: str) -> Response:
    return redirect(address, HTTPStatus.SEE_OTHER)


def _not_let_in(found: NotLetIn) -> tuple[str, HTTPStatus]:
    page = render_template(
        "board/not_let_in.html.j2",
        why=found.why.value,
        name=found.name,
        provider=g.doors.sign_on.label,
    )
    return page, _STATUSES[found.why]


def _welcome(pages: Blueprint, doors: Doors, limiter: Limiter) -> None:
    @pages.get("/welcome/<token>")
    @needs(None)
    def welcome(token: str) -> str:
        invited = doors.invited(token)
        if invited is None:
            raise Gone
        return _welcome_page(token, invited)

    @pages.post("/welcome/<token>")
    @needs(None)
    def accept(token: str) -> Response | tuple[str, HTTPStatus]:
        _take(limiter)
        invited = doors.invited(token)
        if invited is None:
            raise Gone
        name, password = request.form.get("name", ""), request.form.get("password", "")
        try:
            found = doors.accept(token, name, password)
        except InputError as error:
            wrong = error.told(g.language.gettext)
            return _welcome_page(token, invited, name=name, wrong=wrong), HTTPStatus.BAD_REQUEST
        if found is None:
            raise Gone
        return _in(doors, found, "")


def _take(limiter: Limiter) -> None:
    if wait := limiter.take(request.remote_addr or ""):
        raise TooManyRequests(retry_after=math.ceil(wait))


def _in(doors: Doors, found: SignedIn | CameIn, next_: str) -> Response:
    response = redirect(_local(next_) or url_for("board.today"), HTTPStatus.SEE_OTHER)
    keep_session(response, found.secret, int(doors.session / timedelta(seconds=1)))
    return response


def _local(address: str) -> str | None:
    """An address on this board; nobody is led elsewhere by a link to sign in."""
    is_local = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_local and address.isprintable() else None


def _sign_in_page(refused: Refused | None = None) -> str:
    minutes = None
    if refused is not None and refused.wait is not None:
        minutes = math.ceil(refused.wait / timedelta(minutes=1))
    return render_template(
        "board/sign_in.html.j2",
        refused=refused is not None,
        minutes=minutes,
        name=request.form.get("name", ""),
        next=_local(request.values.get("next", "")) or "",
        provider=g.doors.sign_on.label,
    )


def _welcome_page(token: str, invited: Invited, *, name: str = "", wrong: str | None = None) -> str:
    return render_template(
        "board/welcome.html.j2",
        link=token,
        account=invited.account,
        name=name,
        wrong=wrong,
        shortest=SHORTEST,
    )
