"""A letter as plain text and as an HTML page."""

from functools import cache, lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from monitor.alerts.render.escalation_page import escalation_page
from monitor.alerts.render.letter import Letter, Row
from monitor.locale import Language


def as_text(letter: Letter, language: Language) -> str:
    """Short lines are left to the reader's program to fold: a telephone is narrow."""
    pair = language.gettext("{label}: {value}")

    def rows(pairs: tuple[Row, ...]) -> list[str]:
        return [_line(pair, label, value) for label, value in pairs]

    blocks = [
        [letter.lead],
        *([caution] for caution in letter.cautions),
        *([[letter.corrected_title, *rows(letter.corrected)]] if letter.corrected else []),
        rows(letter.facts),
        [letter.why_title, *(f"{n}. {line}" for n, line in enumerate(letter.why, 1))],
        [letter.moves_title, *rows(letter.moves)],
        ["-- ", letter.footer],
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


@lru_cache(maxsize=4096)
def _line(pair: str, label: str, value: str) -> str:
    return pair.format(label=label, value=value)


def as_html(letter: Letter, language: Language) -> str:
    """The same as a page, for a narrow screen or read aloud."""
    return escalation_page(letter, f"{language.code}-CA")


def digest_html(letter: object, language: Language) -> str:
    """As `as_html`, for the letter of a digest."""
    return _digest_template().render(letter=letter, lang=f"{language.code}-CA")


@cache
def _digest_template() -> Template:
    environment = Environment(
        loader=PackageLoader("monitor.alerts.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("digest.html.j2")
