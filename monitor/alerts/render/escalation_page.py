"""The page of a letter about one obligation: readable on a narrow screen, and aloud.

Written out rather than kept as a template: a thousand letters may be due at one instant, and most
of what they say is the same.
"""

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import escape

from monitor.alerts.render.letter import Letter, Row

_HEAD = """\
<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{subject}</title>
</head>
<body style="margin:0 auto;max-width:40em;padding:1em;font:1em/1.5 sans-serif">
<h1 style="font-size:1.25em">{lead}</h1>
"""
_FOOT = '<p style="font-size:.85em">{footer}</p>\n</body>\n</html>\n'


def escalation_page(letter: Letter, lang: str) -> str:
    """One column, headings, tables with row headers; every word of the letter's escaped."""
    parts = [
        _HEAD.format(lang=_safe(lang), subject=_safe(letter.subject), lead=_safe(letter.lead)),
        *(f"<p><strong>{_safe(caution)}</strong></p>\n" for caution in letter.cautions),
    ]
    if letter.corrected:
        parts += [_title(letter.corrected_title), _table(letter.corrected)]
    parts += [
        _table(letter.facts),
        _title(letter.why_title),
        "<ol>\n",
        *(f"<li>{_safe(line)}</li>\n" for line in letter.why),
        "</ol>\n",
        _title(letter.moves_title),
        _table(letter.moves, letter.link),
        _FOOT.format(footer=_safe(letter.footer)),
    ]
    return "".join(parts)


def _table(rows: Iterable[Row], link: str | None = None) -> str:
    lines = [_row(label, value, linked=value == link) for label, value in rows]
    return f'<table style="border-collapse:collapse;width:100%">\n{"".join(lines)}</table>\n\n'


@lru_cache(maxsize=4096)
def _row(label: str, value: str, *, linked: bool) -> str:
    return (
        '<tr><th scope="row" style="padding:.2em 1em .2em 0;text-align:left;vertical-align:top">'
        f'{_safe(label)}</th><td style="padding:.2em 0;vertical-align:top;word-break:break-word">'
        f"{_linked(value) if linked else _safe(value)}</td></tr>\n"
    )


def _linked(address: str) -> str:
    safe = _safe(address)
    return f'<a href="{safe}">{safe}</a>'


def _title(text: str) -> str:
    return f'<h2 style="font-size:1.1em">{_safe(text)}</h2>\n'


@lru_cache(maxsize=4096)
def _safe(text: str) -> str:
    return str(escape(text))
