"""The whole of Vigie on a clock moved by hand: real HTTP providers, a real mail server, a database.

A scene is scripted as a timeline: at this time the provider says this; go on until then; expect
these messages. Times are written in Québec's.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from monitor.app import Station, assemble
from monitor.cases.obligation import Obligation, Verdict
from monitor.clock.wall import ManualClock
from monitor.configuration import load_configuration
from monitor.simulator import Body, ProviderServer, SimulatedProvider
from monitor.simulator.smtp_sink import ReceivedMail, SmtpSink
from monitor.store.database import open_database
from monitor.store.schema import migrate
from tests.support.cases import utc
from tests.support.rebuilt import differences_of

BODY = Body("ORG-101", "Ministère des Exemples")
MANAGER = "gestion@example.org"
DESK = "comptoir@example.com"
ADVISER = "conseil@example.org"

_CONFIGURATION = """
database: sqlite:///scene.db
sources:
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, url: "{tickets}",
      mapping: tmf621, every: {every}, stale_after: {stale_after}}}
  - {{name: telus-orders, provider: telus, kind: tmf622-v4, url: "{orders}",
      mapping: tmf622, every: {every}, stale_after: {stale_after}}}
  - {{name: rogers-tickets, provider: rogers, kind: tmf621-v5, url: "{rogers}",
      mapping: tmf621, every: {every}, stale_after: {stale_after}}}
channels:
  mail: {{type: smtp, host: 127.0.0.1, port: {smtp}, security: none, sender: vigie@example.org}}
recipients:
  - {{role: contract-manager, channel: mail, address: {manager}}}
  - {{role: provider-desk, channel: mail, address: {desk}, provider: telus, lang: en}}
  - {{role: cspq-adviser, channel: mail, address: {adviser}}}
{more}
"""


class Scene:
    def __init__(
        self,
        *,
        station: Station,
        telus: SimulatedProvider,
        rogers: SimulatedProvider,
        mail: SmtpSink,
        telus_server: ProviderServer,
        path: Path,
    ) -> None:
        self._path = path
        self.station = station
        self.telus = telus
        self._telus_server = telus_server
        self.rogers = rogers
        self.mail = mail
        every = station.parts.configuration.settings.sources[0].every
        assert every is not None
        self.every = every
        self._next_poll_at = station.clock.now()
        self._due_at: datetime | None = None

    @property
    def clock(self) -> ManualClock:
        assert isinstance(self.station.clock, ManualClock)
        return self.station.clock

    def until(self, text: str) -> None:
        """Go on to an instant as the daemon would: poll on time, tick when due, deliver."""
        target = utc(text)
        while True:
            due = [at for at in (self._next_poll_at, self._due_at) if at is not None]
            at = min(due)
            if at > target:
                break
            # What came due while nothing could run is worked through late, not skipped.
            self.clock.move_to(max(at, self.clock.now()))
            self.work()
        self.clock.move_to(target)

    def work(self) -> None:
        """One round of the daemon's steps, at the present instant."""
        now = self.clock.now()
        if now >= self._next_poll_at:
            for source in self.station.parts.collectors:
                self.station.poll(source)
            self._next_poll_at = now + self.every
        while (report := self.station.tick()).more:
            pass
        self._due_at = report.next_due_at
        self.station.deliver()

    def reconfigure(self, edit: Callable[[str], str]) -> None:
        """Edit `vigie.yaml`, and have it read anew as SIGHUP does."""
        self._path.write_text(edit(self._path.read_text(encoding="utf-8")), encoding="utf-8")
        self.station.replace(assemble(load_configuration(self._path), self.clock))
        # The daemon's loops start anew, and a tick is what they begin with.
        self._due_at = self.clock.now()

    @contextmanager
    def telus_out_of_reach(self) -> Iterator[None]:
        """TELUS's server refuses connections until the block ends."""
        port = self._telus_server.port
        self._telus_server.stop()
        yield
        self._telus_server = ProviderServer(self.telus, port=port).start()

    def close(self) -> None:
        self._telus_server.stop()
        self.station.close()

    def owed(self, ref: str, commitment: str | None = None) -> Obligation:
        """What is owed on a case as stored: the one obligation, or that of a commitment."""
        found = [
            obligation
            for key in self.station.readings.cases_named(ref)
            if (record := self.station.readings.case(key)) is not None
            for obligation in record.obligations
            if commitment in (None, obligation.commitment)
        ]
        assert len(found) == 1, f"{ref} owes {[o.commitment for o in found]}"
        return found[0]

    def verdict(self, ref: str) -> Verdict:
        return self.owed(ref).evaluation.verdict

    def subjects(self, to: str = MANAGER) -> list[str]:
        """Subjects of what an address received, in order, their spaces plain."""
        return [_plain(mail.message["Subject"]) for mail in self.mails(to)]

    def mails(self, to: str) -> list[ReceivedMail]:
        return [mail for mail in self.mail.received if to in mail.recipients]


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def text_of(mail: ReceivedMail) -> str:
    """The plain part, its spaces plain."""
    body = mail.message.get_body(("plain",))
    assert body is not None
    return _plain(body.get_content())


@contextmanager
def scene(
    folder: Path,
    start: str,
    *,
    every: str = "30 min",
    stale_after: str = "2 h",
    more: str = "",
    edit: Callable[[str], str] = str,
) -> Iterator[Scene]:
    """A configured Vigie in `folder`, at an instant; `more` is added to its `vigie.yaml`."""
    clock = ManualClock(utc(start))
    telus, rogers = SimulatedProvider("telus", clock), SimulatedProvider("rogers", clock)
    with ExitStack() as stack:
        telus_server = ProviderServer(telus).start()
        rogers_server = stack.enter_context(ProviderServer(rogers))
        sink = stack.enter_context(SmtpSink())
        values: dict[str, Any] = {
            "tickets": telus_server.url("tmf621-v4"),
            "orders": telus_server.url("tmf622-v4"),
            "rogers": rogers_server.url("tmf621-v5"),
            "smtp": sink.port,
            "every": every,
            "stale_after": stale_after,
            "manager": MANAGER,
            "desk": DESK,
            "adviser": ADVISER,
            "more": more,
        }
        path = folder / "vigie.yaml"
        path.write_text(edit(_CONFIGURATION.format(**values)), encoding="utf-8")
        configuration = load_configuration(path)
        database = open_database(configuration.settings.database)
        migrate(database)
        station = Station(configuration, database, clock, Random(1))
        played = Scene(
            station=station,
            telus=telus,
            rogers=rogers,
            mail=sink,
            telus_server=telus_server,
            path=path,
        )
        stack.callback(played.close)
        yield played
        # Whatever was played, all that was concluded follows from what was stated.
        assert differences_of(database, station.parts.rules, clock.now()) == []
