"""What a demonstration shows while it runs: a live table on a terminal, lines elsewhere."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, Self

import click

from monitor.cases.obligation import Verdict
from monitor.cli.standing import STYLES, Standing, columns, row
from monitor.cli.words import gettext, ngettext, spoken
from monitor.simulator.smtp_sink import ReceivedMail

if TYPE_CHECKING:
    from rich.console import RenderableType

_LATEST_MAILS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How things stand at one moment of the demonstration."""

    standing: Standing
    verdicts: Mapping[str, int]
    mails: Sequence[ReceivedMail]
    mail_count: int
    started_at: datetime


class Screen(Protocol):
    def show(self, snapshot: Snapshot) -> None: ...


@contextmanager
def open_screen(*, url: str, speed: float, quiet: bool) -> Iterator[Screen]:
    """The screen that suits standard output; `quiet`: nothing on it, it is a script's."""
    if not quiet and sys.stdout.isatty():
        with _LiveScreen.begin(url, speed) as screen:
            yield screen
    else:
        yield _LineScreen(url, to_stderr=quiet)


class _LineScreen:
    """A line for each e-mail as it arrives."""

    def __init__(self, url: str, *, to_stderr: bool) -> None:
        self._to_stderr = to_stderr
        self._told = 0
        self._say(gettext("Metrics: {url}").format(url=url))

    def show(self, snapshot: Snapshot) -> None:
        fresh = snapshot.mail_count - self._told
        for mail in snapshot.mails[len(snapshot.mails) - fresh :] if fresh else ():
            self._say(_mail_line(mail))
        self._told = snapshot.mail_count

    def _say(self, line: str) -> None:
        if not self._to_stderr or sys.stderr.isatty():
            click.echo(line, err=self._to_stderr)


class _LiveScreen:
    """Draws over itself twice a second."""

    def __init__(self, url: str, speed: float, draw: "_Draw") -> None:
        self._url = url
        self._speed = speed
        self._draw = draw

    @classmethod
    @contextmanager
    def begin(cls, url: str, speed: float) -> Iterator[Self]:
        from rich.live import Live  # noqa: PLC0415 - for a terminal only

        with Live(auto_refresh=False, screen=False) as live:
            yield cls(url, speed, lambda drawn: live.update(drawn, refresh=True))

    def show(self, snapshot: Snapshot) -> None:
        from rich.console import Group  # noqa: PLC0415 - as above
        from rich.text import Text  # noqa: PLC0415

        language = spoken()
        now = language.instant(snapshot.standing.as_of, snapshot.standing.zone)
        head = Text.assemble((f"Vigie · {now}", "bold"), f"   ×{self._speed:g}   {self._url}")
        verdicts = Text("   ").join(
            Text(f"{language.verdict(verdict)} {count}", style=STYLES.get(Verdict(verdict), ""))
            for verdict, count in snapshot.verdicts.items()
        )
        mails = [
            Text(_mail_line(mail), no_wrap=True, overflow="ellipsis")
            for mail in snapshot.mails[-_LATEST_MAILS:]
        ]
        count = ngettext(
            "{count} e-mail delivered", "{count} e-mails delivered", snapshot.mail_count
        ).format(count=snapshot.mail_count)
        self._draw(
            Group(head, verdicts, "", _table(snapshot.standing), "", Text(count, "bold"), *mails)
        )


class _Draw(Protocol):
    def __call__(self, drawn: "RenderableType", /) -> None: ...


def _table(standing: Standing) -> "RenderableType":
    from rich.table import Table  # noqa: PLC0415 - as above

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in columns():
        justify: Literal["left", "right"] = "right" if title == gettext("Left") else "left"
        table.add_column(title, justify=justify, no_wrap=True)
    for owed in standing.owed:
        table.add_row(*row(owed), style=STYLES.get(owed.obligation.evaluation.verdict, ""))
    return table


def _mail_line(mail: ReceivedMail) -> str:
    return f"✉ {mail.message['Subject']} → {', '.join(mail.recipients)}"
