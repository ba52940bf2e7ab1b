"""What a demonstration shows while it runs: a live table on a terminal, lines elsewhere."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, Self

import click

from monitor.cases.obligation import Verdict
from monitor.cli.owed_table import STYLES, owed_table
from monitor.cli.standing import Standing
from monitor.cli.words import gettext, ngettext, spoken
from monitor.simulator.smtp_sink import ReceivedMail

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

_MOST_MAILS = 8
GRAVEST_FIRST = (
    Verdict.BREACHED,
    Verdict.AT_RISK,
    Verdict.UNKNOWN,
    Verdict.PENDING,
    Verdict.MISSED,
    Verdict.MET,
    Verdict.CANCELLED,
)


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
        with LiveScreen.begin(url, speed) as screen:
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


class LiveScreen:
    """Draws over itself twice a second, on whatever room the terminal has then."""

    def __init__(self, url: str, speed: float, live: "Live") -> None:
        self._url = url
        self._speed = speed
        self._live = live

    @classmethod
    @contextmanager
    def begin(cls, url: str, speed: float) -> Iterator[Self]:
        from rich.live import Live  # noqa: PLC0415 - for a terminal only

        with Live(auto_refresh=False, screen=False) as live:
            yield cls(url, speed, live)

    def show(self, snapshot: Snapshot) -> None:
        from rich.console import Group  # noqa: PLC0415 - as above

        width, height = self._live.console.size
        head, foot = [*self._head(snapshot), _line("")], [_line(""), self._foot(snapshot)]
        # One line is for the headings of the table, one for the cursor.
        room = max(1, height - len(head) - len(foot) - 2)
        mails = snapshot.mails[-min(_MOST_MAILS, max(1, room // 3)) :]
        table = owed_table(snapshot.standing.owed[: room - len(mails)], width=width)
        drawn = Group(*head, table, *foot, *(_line(_mail_line(mail)) for mail in mails))
        self._live.update(drawn, refresh=True)

    def _head(self, snapshot: Snapshot) -> Iterator["Text"]:
        language = spoken()
        now = language.instant(snapshot.standing.as_of, snapshot.standing.zone)
        yield _line(f"Vigie · {now}   ×{self._speed:g}", "bold")
        yield _line("   ").join(
            _line(f"{language.verdict(verdict)} {count}", STYLES.get(verdict, ""))
            for verdict in GRAVEST_FIRST
            if (count := snapshot.verdicts.get(verdict))
        )

    def _foot(self, snapshot: Snapshot) -> "Text":
        count = snapshot.mail_count
        told = ngettext("{count} e-mail delivered", "{count} e-mails delivered", count)
        metrics = gettext("Metrics: {url}").format(url=self._url)
        return _line(f"{told.format(count=count)}   {metrics}", "bold")


def _line(text: str, style: str = "") -> "Text":
    """Text that is cut at the edge of the terminal rather than wrapped."""
    from rich.text import Text  # noqa: PLC0415 - as above

    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


def _mail_line(mail: ReceivedMail) -> str:
    return f"✉ {mail.message['Subject']} → {', '.join(mail.recipients)}"
