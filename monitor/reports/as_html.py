"""A report as one HTML file: nothing is fetched, it prints well, and reads well aloud."""

from collections.abc import Sequence
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from monitor.locale import language
from monitor.reports.layout import Chart, Document, Facts, Kind, Prose, Table


def page(documents: Sequence[Document]) -> bytes:
    """The documents one after another, each marked with its language."""
    return (
        _template()
        .render(
            documents=documents,
            kind_of=_kind_of,
            numeric=frozenset({Kind.COUNT, Kind.PERCENT, Kind.SECONDS}),
            said={document.lang: language(document.lang).gettext for document in documents},
            drawn=Markup,  # charts are ours, with every text in them escaped
        )
        .encode()
    )


def _kind_of(block: object) -> str:
    match block:
        case Table():
            return "table"
        case Chart():
            return "chart"
        case Facts():
            return "facts"
        case Prose():
            return "prose"
    raise TypeError(type(block).__name__)


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("monitor.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")
