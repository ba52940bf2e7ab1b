"""The board as people use it: `vigie run` as a process, a provider, a mailbox, and Chromium."""

import re
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, StorageState, sync_playwright

from monitor.clock import BusinessClock, load_calendar
from monitor.clock.wall import SystemClock
from monitor.simulator import Body, ProviderServer, SimulatedProvider
from monitor.simulator.smtp_sink import SmtpSink
from tests.support.daemon import Process, eventually, running
from tests.support.services import absent, free_port, require

AXE = Path(".peers/axe/node_modules/axe-core/axe.min.js")
PASSWORD = "un-mot-de-passe-long"
HOSTILE = "<img src=x onerror=alert(1)>"
_HOUR = timedelta(hours=1)
_CONFIGURATION = """\
database: sqlite:///vigie.db
http: {{port: {port}}}
web: {{public_url: "http://127.0.0.1:{port}"}}
sources:
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, mapping: tmf621,
      url: "{url}", every: 1 s, stale_after: 1 h}}
  - {{name: telus-orders, provider: telus, kind: tmf622-v4, mapping: tmf622,
      url: "{orders}", every: 1 s, stale_after: 1 h}}
  - name: rogers-push
    provider: rogers
    kind: push
    token: {{file: token}}
    mapping:
      case_kind: ticket
      fields: {{ref: id, received_at: opened, status: state, category: kind, changed_at: since}}
      status_map: {{open: in_progress}}
      category_map: {{outage: outage{learned}}}
channels:
  mail: {{type: smtp, host: 127.0.0.1, port: {smtp}, security: none, sender: vigie@example.org}}
recipients:
  - {{role: contract-manager, channel: mail, address: gestion@example.org}}
reports:
  - {{name: mensuel-telus, from: "{month}", provider: telus, folder: rapports, approval: true}}
  - {{name: mensuel-rogers, from: "{month}", provider: rogers, folder: rapports, approval: true}}
"""
TOKEN = "a-token-that-nobody-guesses"
PUSHED = {
    # By language: what is stated in a word nobody knows, and what is of a kind nobody knows.
    True: ("PAN-1", "Rétablie", "PAN-2"),
    False: ("OUT-1", "Back up", "OUT-2"),
}


@dataclass(frozen=True)
class Live:
    """What runs."""

    url: str
    daemon: Process
    provider: SimulatedProvider
    mailbox: SmtpSink
    late: str
    """The reference of the incident that is the most urgent."""
    others: Mapping[bool, str]
    """Further late ones, to be taken in hand: in French, and not."""
    configure: Callable[..., None]
    """Write vigie.yaml, with further categories of the provider that pushes."""

    def learn(self) -> None:
        """As whoever keeps vigie.yaml does: correct it, and reload."""
        self.configure(learned=", modem: outage")
        reloads = self.daemon.log.count('"reloaded"')
        self.daemon.send(signal.SIGHUP)
        self.daemon.wait_for("reloaded", reloads + 1)

    def link_of(self, ref: str) -> str:
        """Where the message on a case leads to."""

        def found() -> list[str]:
            return [
                link[0]
                for mail in self.mailbox.received
                if ref in str(mail.message["Subject"])
                and (body := mail.message.get_body(("plain",))) is not None
                and (link := re.findall(r"http://\S+/acknowledge/\S+", body.get_content()))
            ]

        eventually(found, f"a message with a link on {ref}")
        return found()[0]


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("board")
    now = SystemClock().now()
    provider = SimulatedProvider("telus", SystemClock())
    body, hostile = Body("ORG-101", "Ministère"), Body(f"ORG{HOSTILE}", HOSTILE)
    late = provider.open_ticket("incident", body, at=_received_before(now, 12 * _HOUR))
    others = {
        french: provider.open_ticket("incident", body, at=_received_before(now, 9 * _HOUR))
        for french in (True, False)
    }
    provider.open_ticket("outage", body, at=now - 5 * _HOUR)
    provider.place_order("delivery", hostile, place=f"Kuujjuaq {HOSTILE}", at=now - _HOUR)
    done = provider.open_ticket("password-reset", body, at=_received_before(now, 30 * _HOUR))
    provider.change_status(done, "resolved", at=now - _HOUR)
    with ExitStack() as stack:
        server = stack.enter_context(ProviderServer(provider))
        mailbox = stack.enter_context(SmtpSink())
        port = free_port()

        def configure(learned: str = "") -> None:
            text = _CONFIGURATION.format(
                port=port,
                url=server.url("tmf621-v4"),
                orders=server.url("tmf622-v4"),
                smtp=mailbox.port,
                month=f"{now - timedelta(days=45):%Y-%m}",
                learned=learned,
            )
            (folder / "vigie.yaml").write_text(text, encoding="utf-8")

        configure()
        (folder / "rapports").mkdir()
        (folder / "token").write_text(TOKEN, encoding="utf-8")
        daemon = stack.enter_context(running(folder))
        url = daemon.url
        _push(url, now)
        eventually(lambda: mailbox.count >= 2, "the first messages")
        yield Live(url, daemon, provider, mailbox, late, others, configure)


def _push(url: str, now: datetime) -> None:
    """What a provider states in words nobody mapped."""
    at = (now - timedelta(minutes=10)).isoformat()

    def record(ref: str, **changes: str) -> dict[str, str]:
        return {"id": ref, "opened": at, "state": "open", "kind": "outage", "since": at, **changes}

    records = [
        each
        for known, word, unknown in PUSHED.values()
        for each in (record(known, state=word), record(unknown, kind="modem", note=HOSTILE))
    ]
    answer = requests.post(
        f"{url}/api/v1/observations",
        json={
            "records": [
                *records,
                record(f"R{HOSTILE}", state=HOSTILE),
                record(f"S{HOSTILE}", opened=HOSTILE),
            ]
        },
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text


def _received_before(now: datetime, business_time: timedelta) -> datetime:
    """A receipt that has this much business time behind it."""
    clock = BusinessClock(load_calendar("quebec-support"))
    received = now
    while clock.elapsed(received, now) <= business_time:
        received -= _HOUR
    return received


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(program), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.exists():
        absent("axe-core is missing: npm install --prefix .peers/axe axe-core@4.14.1")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def signed_in(live: Live, chromium: Browser) -> StorageState:
    """The first administrator, as the link that was printed at start makes one."""

    def printed() -> list[str]:
        return re.findall(r"http://\S+/welcome/\S+", live.daemon.log)

    eventually(printed, "the first administrator's link")
    (link,) = printed()
    with chromium.new_context(locale="fr-CA") as context:
        page = context.new_page()
        page.goto(link)
        page.get_by_label("Nom").fill("ariane")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Créer le compte").click()
        page.wait_for_url("**/today")
        # Once, and not again.
        assert page.goto(link).status == 410  # type: ignore[union-attr]  # there is an answer
        return context.storage_state()


@pytest.fixture(params=[True, False], ids=["fr-CA", "en-CA"])
def french(request: pytest.FixtureRequest) -> bool:
    """Whether Ariane's browser asks for French; else for English."""
    found: bool = request.param
    return found


@pytest.fixture
def visit(
    french, chromium: Browser, signed_in: StorageState, live: Live
) -> Iterator[BrowserContext]:
    """Ariane's browser."""
    locale = "fr-CA" if french else "en-CA"
    with chromium.new_context(locale=locale, storage_state=signed_in, base_url=live.url) as context:
        context.set_default_timeout(30_000)
        yield context
