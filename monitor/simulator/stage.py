"""Two providers and a mailbox on loopback, and the configuration that watches them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.cases.observation import CaseKey
from monitor.clock import zone
from monitor.clock.wall import WallClock
from monitor.contract.book import ContractBook
from monitor.contract.model import CaseKind
from monitor.simulator.book import SimulatedProvider
from monitor.simulator.server import ProviderServer
from monitor.simulator.smtp_sink import SmtpSink
from monitor.simulator.traffic import ALL_AS_TICKETS, Traffic

_BACKLOG = timedelta(days=3)
"""What the providers' books hold already when the curtain rises."""

_CONFIGURATION = """\
database: sqlite:///demo.db
http: {{host: 127.0.0.1, port: {http_port}}}
# Whoever sees the demonstration may see its board.
web: {{anonymous: read}}
sources:
  # The provider of the first rank: tickets by TMF621 v4, orders by TMF622 v4.
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, mapping: tmf621,
     url: "{telus_tickets}", every: 30 min, stale_after: 6 h}}
  - {{name: telus-orders, provider: telus, kind: tmf622-v4, mapping: tmf622,
     url: "{telus_orders}", every: 30 min, stale_after: 6 h}}
  # The provider of the second rank: everything as tickets, by TMF621 v5.
  - {{name: rogers-tickets, provider: rogers, kind: tmf621-v5, mapping: tmf621,
     url: "{rogers_tickets}", every: 30 min, stale_after: 6 h}}
deliverables:
  # One report is due at the end of the first day and comes late, one at the end of the second.
  - {{commitment: billing-report, provider: rogers, billing_day: 26, from: 2026-10}}
  - {{commitment: billing-report, provider: telus, billing_day: 27, from: 2026-10}}
channels:
  mail: {{type: smtp, host: 127.0.0.1, port: {smtp_port}, security: none,
         sender: vigie@example.org}}
recipients:
  - {{role: contract-manager, channel: mail, address: gestion@example.org, lang: {lang}}}
  - {{role: provider-desk, channel: mail, address: comptoir.telus@example.com, lang: {lang},
     provider: telus}}
  - {{role: provider-desk, channel: mail, address: comptoir.rogers@example.com, lang: {lang},
     provider: rogers}}
  - {{role: provider-complaints, channel: mail, address: plaintes@example.com, lang: {lang}}}
  - {{role: cspq-adviser, channel: mail, address: conseil@example.org, lang: {lang}}}
"""

_REPORT = "FACT-2026-10"
_ARRIVALS = (("telus", "2026-11-24 10:00"), ("rogers", "2026-11-24 14:00"))
"""When each provider's report is there, in the contract's zone."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What goes on at the providers, and what arrives in the mailbox."""

    traffic: tuple[Traffic, ...]
    mailbox: SmtpSink
    configuration: str
    """A `vigie.yaml` that watches both providers and writes to the mailbox."""
    reports: tuple[tuple[CaseKey, datetime], ...]
    """The reports that come due, and when each is there: for somebody to state."""

    def step(self, clock: WallClock) -> None:
        """Let everything happen that is due."""
        now = clock.now()
        for traffic in self.traffic:
            traffic.step(now)


@contextmanager
def open_stage(
    clock: WallClock, book: ContractBook, *, seed: int, lang: str, http_port: int
) -> Iterator[Stage]:
    """Servers on free ports of loopback until the block ends; equal seeds make equal traffic."""
    telus, rogers = SimulatedProvider("telus", clock), SimulatedProvider("rogers", clock)
    start = clock.now() - _BACKLOG
    with ExitStack() as stack:
        telus_server = stack.enter_context(ProviderServer(telus))
        rogers_server = stack.enter_context(ProviderServer(rogers))
        mailbox = stack.enter_context(SmtpSink(keep=10_000))
        stage = Stage(
            traffic=(
                Traffic(telus, book, seed=seed, start=start, per_hour=3.5),
                Traffic(
                    rogers,
                    book,
                    seed=seed + 1,
                    start=start,
                    per_hour=2.0,
                    tickets=ALL_AS_TICKETS,
                    orders={},
                ),
            ),
            mailbox=mailbox,
            configuration=_CONFIGURATION.format(
                http_port=http_port,
                telus_tickets=telus_server.url("tmf621-v4"),
                telus_orders=telus_server.url("tmf622-v4"),
                rogers_tickets=rogers_server.url("tmf621-v5"),
                smtp_port=mailbox.port,
                lang=lang,
            ),
            reports=tuple(
                (
                    CaseKey(provider, CaseKind.DELIVERABLE, _REPORT),
                    datetime.fromisoformat(at).replace(tzinfo=zone(book.versions[-1].zone)),
                )
                for provider, at in _ARRIVALS
            ),
        )
        stage.step(clock)
        yield stage
