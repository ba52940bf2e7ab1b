"""The page a message's link leads to: it asks, and acts on POST alone."""

import math
from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, Response, g, make_response, render_template, request, url_for

from monitor.errors import InputError
from monitor.locale import N_, Language, language
from monitor.spans import parse_span
from monitor.web.board.assets import asset, has_board
from monitor.web.duty import Duty, LinkedObligation, LinkState
from monitor.web.limits import Limiter

SPANS = {"4 h": N_("for 4 hours"), "1 d": N_("for a day"), "3 d": N_("for three days")}
_DEFAULT = "1 d"

_SAID = {
    LinkState.WRONG: N_("This link is not valid. Open it from the message itself."),
    LinkState.EXPIRED: N_("This link has expired. A later message has one of its own."),
    LinkState.USED: N_("This link was used already: it acts once."),
    LinkState.CLOSED: N_("Nothing is to be done: the case is closed."),
}
_STATUSES = {
    LinkState.GOOD: HTTPStatus.OK,
    LinkState.WRONG: HTTPStatus.NOT_FOUND,
    LinkState.EXPIRED: HTTPStatus.GONE,
    LinkState.USED: HTTPStatus.GONE,
    LinkState.CLOSED: HTTPStatus.OK,
}


def make_acknowledging(duty: Duty, limiter: Limiter) -> Blueprint:
    """The routes; every visit counts for `limiter`, so that no signature is guessed."""
    pages = Blueprint("acknowledging", __name__, url_prefix="/acknowledge")

    @pages.before_request
    def limit() -> Response | None:
        wait = limiter.take(request.remote_addr or "")
        if not wait:
            return None
        page = make_response("429 Too Many Requests\n", HTTPStatus.TOO_MANY_REQUESTS)
        page.content_type = "text/plain; charset=utf-8"
        page.headers["Retry-After"] = str(math.ceil(wait))
        return page

    @pages.get("/<token>")
    def ask(token: str) -> tuple[str, HTTPStatus]:
        return _page(duty.linked(token))

    @pages.post("/<token>")
    def act(token: str) -> tuple[str, HTTPStatus]:
        return _act(duty, token)

    return pages


def _act(duty: Duty, token: str) -> tuple[str, HTTPStatus]:
    form = request.form
    span = form.get("for", _DEFAULT)
    until = duty.now() + (parse_span(span) if span in SPANS else timedelta(days=1))
    try:
        found = duty.follow(token, form.get("by", ""), form.get("why", ""), until)
    except InputError as error:
        linked = duty.linked(token)
        wrong = error.told(language(linked.lang).gettext)
        return _page(linked, wrong=wrong, status=HTTPStatus.BAD_REQUEST)
    if found.state is not LinkState.GOOD:
        return _page(found)
    told = language(found.lang)
    assert found.zone is not None  # noqa: S101 - of a good link, all is known
    done = told.gettext("It is in your hands until {until}. The escalation waits.").format(
        until=told.instant(until, found.zone)
    )
    return _page(found, done=done)


def _page(
    linked: LinkedObligation,
    *,
    done: str | None = None,
    wrong: str | None = None,
    status: HTTPStatus | None = None,
) -> tuple[str, HTTPStatus]:
    told = language(linked.lang)
    said = done
    if linked.state is not LinkState.GOOD:
        said = told.gettext(_SAID[linked.state])
    # Its form may be sent, to this page and nowhere else.
    g.has_form = said is None
    page = render_template(
        "acknowledge.html",
        lang=linked.lang,
        title=told.gettext("Take in hand"),
        said=said,
        wrong=wrong,
        facts=_facts(linked, told),
        stylesheet=asset("board.css") if has_board() else None,
        case=_case_of(linked),
        to_case=told.gettext("See the case"),
        labels={
            "by": told.gettext("Your name"),
            "why": told.gettext("Why, or what is being done"),
            "for": told.gettext("For how long"),
            "send": told.gettext("Take in hand"),
        },
        spans={span: told.gettext(words) for span, words in SPANS.items()},
        chosen=_DEFAULT,
    )
    return page, status or _STATUSES[linked.state]


def _case_of(linked: LinkedObligation) -> str | None:
    """Where the board proves it, for whoever may sign in there."""
    key = linked.key
    if key is None or not has_board():
        return None
    return url_for("board.case", provider=key.provider, kind=key.kind.value, ref=key.ref)


def _facts(linked: LinkedObligation, told: Language) -> dict[str, str]:
    facts = {
        told.gettext("Case"): linked.case,
        told.gettext("Provider"): linked.provider,
        told.gettext("Commitment"): linked.commitment,
    }
    if linked.due_at is not None and linked.zone is not None:
        facts[told.gettext("Due")] = told.deadline(linked.due_at, linked.zone)
    return {name: text for name, text in facts.items() if text}
