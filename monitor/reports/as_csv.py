"""A report as CSV (RFC 4180): one line a group, for spreadsheets and programs alike."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from monitor.locale import Language
from monitor.reports.entry import Entry, Outcome
from monitor.reports.figures import CellKey, Line
from monitor.reports.inert import unformula
from monitor.reports.report import Report
from monitor.reports.words import OUTCOMES

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_Of = Callable[[CellKey], tuple[str | None, str | None, str | None, str | None]]

_DIMENSIONS: Sequence[tuple[str, _Of]] = (
    ("total", lambda _: (None, None, None, None)),
    ("provider", lambda key: (key.provider, None, None, None)),
    ("commitment", lambda key: (None, key.commitment, None, None)),
    ("region", lambda key: (None, None, key.region, None)),
    ("organization", lambda key: (None, None, None, key.organization)),
    ("provider+commitment", lambda key: (key.provider, key.commitment, None, None)),
    ("all", lambda key: (key.provider, key.commitment, key.region, key.organization)),
)


def figures_csv(report: Report, languages: Sequence[Language], *, bom: bool = False) -> bytes:
    """Counts and compliance of every group of every dimension, the finest last.

    Shares are from 0 to 1 with a decimal point, times business seconds: for a program. Each
    dimension adds up to the total.
    """
    return written(_headings(languages), _figures(report), bom=bom)


def ledger_csv(report: Report, languages: Sequence[Language], *, bom: bool = False) -> bytes:
    """Every obligation that was not kept, with its instants in the contract's zone."""
    headings = [
        both(languages, lambda _: _("Case")),
        both(languages, lambda _: _("Provider")),
        both(languages, lambda _: _("Commitment")),
        both(languages, lambda _: _("Organisation")),
        both(languages, lambda _: _("Region")),
        both(languages, lambda _: _("Received")),
        both(languages, lambda _: _("Deadline")),
        both(languages, lambda _: _("Done")),
        both(languages, lambda _: _("Late by (business seconds)")),
        both(languages, lambda _: _("Outcome")),
        both(languages, lambda _: _("Reason")),
    ]
    rows = (_case(entry, report) for entry in report.ledger or ())
    return written(headings, rows, bom=bom)


def _figures(report: Report) -> Iterator[list[str]]:
    cells = report.gathered.cells
    for name, of in _DIMENSIONS:
        lines = cells.by(of)
        if name == "total":
            # Nothing came due: the line of zeros is still an answer.
            lines = {(None, None, None, None): cells.total()}
        for key in sorted(lines, key=lambda key: [part or "" for part in key]):
            yield [name, *(part or "" for part in key), *_line(lines[key])]


def _line(line: Line) -> list[str]:
    used, late, interval = line.used, line.lateness, line.interval
    return [
        str(line.due),
        *(str(line[outcome]) for outcome in Outcome),
        str(line.judged),
        _share(line.compliance),
        _share(None if interval is None else interval.low),
        _share(None if interval is None else interval.high),
        *(
            ("", "", "", "")
            if used is None
            else map(_share, (used.median, used.p90, used.p95, used.greatest))
        ),
        *(("", "") if late is None else (str(late.median), str(late.greatest))),
        str(line.cell.reopened),
    ]


def _headings(languages: Sequence[Language]) -> list[str]:
    return [
        both(languages, lambda _: _("Dimension")),
        both(languages, lambda _: _("Provider")),
        both(languages, lambda _: _("Commitment")),
        both(languages, lambda _: _("Region")),
        both(languages, lambda _: _("Organisation")),
        both(languages, lambda _: _("Came due")),
        *(both(languages, partial(_outcome, outcome)) for outcome in Outcome),
        both(languages, lambda _: _("Judged")),
        both(languages, lambda _: _("Compliance")),
        both(languages, lambda _: _("95% interval, low")),
        both(languages, lambda _: _("95% interval, high")),
        both(languages, lambda _: _("Time used, median")),
        both(languages, lambda _: _("Time used, 90th percentile")),
        both(languages, lambda _: _("Time used, 95th percentile")),
        both(languages, lambda _: _("Time used, greatest")),
        both(languages, lambda _: _("Median lateness (business seconds)")),
        both(languages, lambda _: _("Greatest lateness (business seconds)")),
        both(languages, lambda _: _("Reopened cases")),
    ]


def _outcome(outcome: Outcome, gettext: Callable[[str], str]) -> str:
    return gettext(OUTCOMES[outcome])


def _case(entry: Entry, report: Report) -> list[str]:
    return [
        entry.ref,
        entry.provider,
        entry.commitment,
        entry.organization or "",
        entry.region or "",
        _at(entry.received_at, report),
        _at(entry.due_at, report),
        "" if entry.stopped_at is None else _at(entry.stopped_at, report),
        str(report.lateness(entry)),
        entry.outcome.value,
        entry.reason.value,
    ]


def both(languages: Sequence[Language], said: Callable[[Callable[[str], str]], str]) -> str:
    """A heading in each language."""
    return " / ".join(said(language.gettext) for language in languages)


def written(headings: Sequence[str], rows: Iterable[Sequence[str | int]], *, bom: bool) -> bytes:
    """A whole file, each text in it harmless to whoever opens it; a number is a number."""
    text = io.StringIO(newline="")
    if bom:
        text.write(_BOM)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow([unformula(one) if isinstance(one, str) else one for one in row])
    return text.getvalue().encode()


def _share(share: float | None) -> str:
    return "" if share is None else format(share, ".6f")


def _at(at: datetime, report: Report) -> str:
    return at.astimezone(report.zone).isoformat()
