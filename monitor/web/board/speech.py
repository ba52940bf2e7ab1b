"""Which language a page speaks: the one chosen, else the browser's, else the configured one."""

from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, request
from werkzeug.wrappers import Response

from monitor.locale import Language, LanguageCode, language
from monitor.web.board.reading import Board
from monitor.web.board.telling import Telling

_COOKIE: Final = "vigie_lang"
_YEAR_SECONDS: Final = 365 * 86_400
_CODES: Final[dict[str, LanguageCode]] = {"fr": "fr", "en": "en"}


def speak(pages: Blueprint, usual: Language) -> None:
    """Have `g.language` be the reader's; `?lang=` on any page chooses one, and it sticks."""

    @pages.before_request
    def choose() -> Response | None:
        g.language = _spoken(usual)
        asked = request.args.get("lang", "")
        if asked not in _CODES or request.method != "GET":
            return None
        response = redirect(_here_without("lang"))
        response.set_cookie(_COOKIE, asked, max_age=_YEAR_SECONDS, path="/", samesite="Lax")
        return response


def telling(board: Board) -> Telling:
    """How the page at hand says things."""
    if "say" not in g:
        g.say = Telling(
            language=g.language,
            zone=board.zone,
            version=board.version,
            organizations=board.organizations,
            now=board.now(),
        )
    say: Telling = g.say
    return say


def _spoken(usual: Language) -> Language:
    code = _CODES.get(request.cookies.get(_COOKIE, ""))
    if code is None:
        asked = request.accept_languages.best_match(["fr", "fr-ca", "en", "en-ca"])
        code = usual.code if asked is None else _CODES[asked[:2]]
    return language(code)


def _here_without(name: str) -> str:
    rest = [(key, value) for key, value in request.args.items(multi=True) if key != name]
    return f"{request.path}?{urlencode(rest)}" if rest else request.path
