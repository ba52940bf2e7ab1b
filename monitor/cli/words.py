"""The language the command line speaks: the one asked for, else the locale's."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from monitor.locale import Language, LanguageCode, install_for_click, language, negotiate

_code: ContextVar[LanguageCode] = ContextVar("spoken", default="en")


def spoken() -> Language:
    """The language being spoken."""
    return language(_code.get())


def gettext(message: str) -> str:
    """The text in the language being spoken."""
    return spoken().gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The text for `number` things, in the language being spoken."""
    return spoken().ngettext(singular, plural, number)


@contextmanager
def speaking(code: LanguageCode) -> Iterator[None]:
    """Speak this language, click's own words included, until the end of the block."""
    before = _code.set(code)
    try:
        with install_for_click(code):
            yield
    finally:
        _code.reset(before)


def asked_language(arguments: Sequence[str], environment: Mapping[str, str]) -> LanguageCode:
    """What `--lang` asks for, wherever it stands; else the locale's: English unless French.

    Read before the arguments are parsed, so that help and errors come in that language too.
    """
    asked = None
    for index, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and index + 1 < len(arguments):
            asked = arguments[index + 1]
        elif argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
    return negotiate(environment, asked)
