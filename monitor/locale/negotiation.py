"""Which language to speak, and click taught to speak it."""

import gettext
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

LanguageCode: TypeAlias = Literal["fr", "en"]

DOMAIN = "vigie"
FOLDER = Path(__file__).parent


def negotiate(environ: Mapping[str, str], asked: str | None = None) -> LanguageCode:
    """The language asked for, if it is one, else the environment's: English unless it is French.

    The first of LC_ALL, LC_MESSAGES and LANG that is set names the locale. LANGUAGE, a list of
    preferences, comes before it, except in the C locale, which speaks to programs.
    """
    if asked is not None and (code := _code(asked)):
        return code
    locales = (environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((value for value in locales if value), "")
    if locale.partition(".")[0] in ("C", "POSIX"):
        return "en"
    for preference in (*environ.get("LANGUAGE", "").split(":"), locale):
        if code := _code(preference):
            return code
    return "en"


def _code(name: str) -> LanguageCode | None:
    """The language of `fr`, `fr_CA.UTF-8`, `fr-CA` or `en_CA`; None for any other."""
    tongue = name.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    if tongue == "fr":
        return "fr"
    return "en" if tongue == "en" else None


@contextmanager
def install_for_click(code: LanguageCode) -> Iterator[None]:
    """Have click's own words, such as `Usage:`, come out in this language until the block ends.

    Click asks the standard library's one global gettext, which reads the language in the
    environment each time: within the block LANGUAGE is `code`, for this process and those it
    starts.
    """
    bound = gettext.bindtextdomain(DOMAIN)
    domain = gettext.textdomain()
    preference = os.environ.get("LANGUAGE")
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = code
    try:
        yield
    finally:
        if preference is None:
            os.environ.pop("LANGUAGE", None)
        else:
            os.environ["LANGUAGE"] = preference
        gettext.textdomain(domain)
        gettext.bindtextdomain(DOMAIN, bound)
