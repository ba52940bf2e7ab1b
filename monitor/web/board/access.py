"""Accès: who may sign in, and which programs may read. For administrators."""

from datetime import datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.access import Account, Role, Scope, TokenRecord
from monitor.alerts.interventions import Act, Via
from monitor.errors import InputError
from monitor.locale import N_
from monitor.web.board.doors import Doors
from monitor.web.board.guard import needs, visitor

LASTING = {
    "30": N_("for 30 days"),
    "90": N_("for 90 days"),
    "365": N_("for a year"),
}


def register(pages: Blueprint, doors: Doors) -> None:
    _look(pages, doors)
    _accounts(pages, doors)
    _tokens(pages, doors)


def _look(pages: Blueprint, doors: Doors) -> None:
    @pages.get("/access")
    @needs(Role.ADMINISTRATOR)
    def access() -> str:
        now = doors.keys.now()
        tokens = doors.keys.tokens()
        return render_template(
            "board/access.html.j2",
            accounts=doors.keys.accounts(),
            sessions=doors.keys.session_counts(),
            tokens=[each for each in tokens if opens(each, now)],
            ended=sum(not opens(each, now) for each in tokens),
            roles=list(Role),
            scopes=list(Scope),
            lasting=LASTING,
            standing=lambda account: standing_of(account, now),
        )


def _accounts(pages: Blueprint, doors: Doors) -> None:
    @pages.post("/access/accounts")
    @needs(Role.ADMINISTRATOR)
    def add_account() -> str:
        form = request.form
        name = form.get("name", "")
        secret = doors.keys.add(name, _role(), form.get("organization"), _act())
        return _made(name.strip(), link_of(doors, secret or ""))

    @pages.post("/access/accounts/<name>/change")
    @needs(Role.ADMINISTRATOR)
    def change_account(name: str) -> Response:
        doors.keys.change(name, _role(), request.form.get("organization"), _act())
        return _back()

    @pages.post("/access/accounts/<name>/disable")
    @needs(Role.ADMINISTRATOR)
    def disable_account(name: str) -> Response:
        doors.keys.disable(name, _act())
        return _back()

    @pages.post("/access/accounts/<name>/enable")
    @needs(Role.ADMINISTRATOR)
    def enable_account(name: str) -> Response:
        doors.keys.enable(name, _act())
        return _back()

    @pages.post("/access/accounts/<name>/end-sessions")
    @needs(Role.ADMINISTRATOR)
    def end_sessions(name: str) -> Response:
        doors.keys.end_sessions(name, _act())
        return _back()

    @pages.post("/access/accounts/<name>/reset")
    @needs(Role.ADMINISTRATOR)
    def reset_account(name: str) -> str:
        return _made(name, link_of(doors, doors.keys.reset(name, _act())))


def _tokens(pages: Blueprint, doors: Doors) -> None:
    @pages.post("/access/tokens")
    @needs(Role.ADMINISTRATOR)
    def add_token() -> str:
        form = request.form
        known = {str(each) for each in Scope}
        scopes = {Scope(each) for each in form.getlist("scope") if each in known}
        days = form.get("days", "")
        lasting = timedelta(days=int(days) if days in LASTING else 90)
        name = form.get("name", "")
        token = doors.keys.add_token(name, scopes, form.get("organization"), lasting, _act())
        return render_template("board/access_made.html.j2", name=name.strip(), token=token)

    @pages.post("/access/tokens/<int:number>/revoke")
    @needs(Role.ADMINISTRATOR)
    def revoke_token(number: int) -> Response:
        doors.keys.revoke_token(number, _act())
        return _back()


def opens(token: TokenRecord, now: datetime) -> bool:
    """Whether a token still opens anything."""
    return token.revoked_at is None and now < token.ends_at


def standing_of(account: Account, now: datetime) -> str:
    """How an account stands, in one word of the API's."""
    if account.disabled_at is not None:
        return "disabled"
    if account.locked_until is not None and now < account.locked_until:
        return "locked"
    return "invited" if account.password is None and account.issuer is None else "active"


def link_of(doors: Doors, secret: str) -> str:
    """The address of a one-time link, as whoever is sent it reaches the board."""
    start = doors.public_url or request.url_root
    return start.rstrip("/") + url_for("board.welcome", token=secret)


def _made(name: str, link: str) -> str:
    return render_template("board/access_made.html.j2", name=name, link=link)


def _back() -> Response:
    return redirect(url_for("board.access"), 303)


def _act() -> Act:
    return Act(by=visitor().name, why="", via=Via.HTTP)


def _role() -> Role:
    role = request.form.get("role", "")
    if role not in set(Role):
        raise InputError(N_("'{role}' is no role: choose one of the list"), role=role[:80])
    return Role(role)
