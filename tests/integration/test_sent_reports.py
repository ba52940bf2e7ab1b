"""Scheduled reports by e-mail: to whom they concern, once, whatever ends midway."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.alerts.channels.smtp import SmtpChannel
from monitor.alerts.escalation import REPORT
from monitor.alerts.notification import DeliveryFault, Notification, Receipt
from monitor.alerts.outbox import DeliveryReport, Handling, deliver_once
from monitor.alerts.outbox_store import State
from monitor.app import sending, timetables
from monitor.app.handling import handling_of
from monitor.app.timetables import Timekeeper
from monitor.app.writing import write_file
from monitor.configuration import load_configuration
from monitor.engine.purge import Purged, Retention, purge_all
from monitor.reports.forms import Made
from monitor.store.database import Database
from monitor.store.issued import IssuedReports
from monitor.store.outbox_desk import Letter, OutboxDesk, Which
from monitor.store.purging import Purging
from monitor.store.tables import enclosure, notification, report_run
from tests.support.carriers import courier, to_people
from tests.support.command_line import Ran, run
from tests.support.fuses import Fuse, Killed, fused_database
from tests.support.smtp import FaultySink
from tests.support.world import World, ticket

JULY = "2026-07-15 09:00"
DUE = "2026-08-04 08:00"
CHANNELS = """\
database: "{database}"
channels:
  poste: {{type: smtp, host: 127.0.0.1, port: {port}, security: none, sender: vigie@example.org}}
  pager: {{type: pagerduty, routing_key: {{file: key}}}}
  dossier: {{type: files, folder: ., form: json}}
recipients:
  - {{role: contract-manager, channel: poste, address: gestion@example.org}}
  - {{role: organization-respondent, channel: poste, address: un@example.org, organization: ORG-1}}
  - {{role: organization-respondent, channel: poste, address: two@example.org, organization: ORG-2, lang: en}}
  - {{role: provider-desk, channel: poste, contact: billing-and-reports}}
  - {{role: on-call, channel: pager, address: x}}
  - {{role: archives, channel: dossier, address: x}}
policy:
  steps: [{{id: breach, at: breach, notify: [contract-manager, organization-respondent, provider-desk, on-call, archives]}}]
reports:
"""
EACH = """\
  - name: par-organisme
    from: 2026-07
    folder: rapports
    formats: [json, csv]
    each: [organization]
    send: {to: [contract-manager, organization-respondent]}
"""


class Office:
    """Two organisations' month, a schedule, and a mail server."""

    def __init__(self, folder: Path, database: Database, url: str, server: FaultySink) -> None:
        self.folder = folder
        self.server = server
        self.url = url
        (folder / "rapports").mkdir()
        (folder / "key").write_text("0123456789abcdef0123456789abcdef")
        self.world = World(database).at("2026-07-15 09:05")
        for number in ("1", "2"):
            self.world.says(
                "received",
                JULY,
                received_at=JULY,
                key=ticket(f"INC-{number}"),
                organization=f"ORG-{number}",
            )
        self.world.at("2026-08-01 00:00").polled_tick()

    def scheduled(self, reports: str, database: Database | None = None) -> Timekeeper:
        text = CHANNELS.format(database=self.url, port=self.server.port) + reports
        self.config = self.folder / "vigie.yaml"
        self.config.write_text(text, encoding="utf-8")
        configuration = load_configuration(self.config)
        return Timekeeper(
            database or self.world.database, configuration.settings, configuration.book
        )

    def make(self, reports: str, at: str = DUE) -> None:
        keeper = self.scheduled(reports)
        self.world.at(at)
        while (wait := keeper.step(self.world.now)) is not None and not wait:
            pass

    def letters(self) -> list[Letter]:
        which = Which(states=tuple(State), step=REPORT)
        return list(OutboxDesk(self.world.database).letters(which, 1000))

    def deliver(self, handling: Handling | None = None) -> DeliveryReport:
        channel = SmtpChannel(
            "poste",
            host=self.server.host,
            port=self.server.port,
            sender="vigie@example.org",
            security="none",
            timeout=timedelta(seconds=5),
        )
        handlings = {} if handling is None else {"poste": handling}
        return deliver_once(
            courier(self.world, {"poste": channel}, handlings=handlings), only="poste"
        )

    def command(self, *arguments: str) -> Ran:
        return run(*arguments, "--config", str(self.config))

    def kept(self) -> int:
        with self.world.database.read() as connection:
            return len(connection.execute(select(enclosure.c.sha256)).all())


@pytest.fixture
def server() -> Iterator[FaultySink]:
    with FaultySink() as running:
        yield running


@pytest.fixture
def office(tmp_path: Path, database: Database, database_url: str, server: FaultySink) -> Office:
    return Office(tmp_path, database, database_url, server)


def attached(message: EmailMessage) -> dict[str, bytes]:
    found = {}
    for part in message.iter_attachments():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[part.get_filename() or ""] = content
    return found


def test_each_hears_in_their_language_of_what_concerns_them(office: Office) -> None:
    office.make(EACH)
    assert office.deliver().count(State.SENT) == 4
    got: dict[str, list[EmailMessage]] = {}
    for mail in office.server.received:
        got.setdefault(mail.recipients[0], []).append(mail.message)
    assert Counter({to: len(mails) for to, mails in got.items()}) == {
        "gestion@example.org": 2,
        "un@example.org": 1,
        "two@example.org": 1,
    }
    (french,), (english,) = got["un@example.org"], got["two@example.org"]
    assert french["Subject"].startswith("[RAPPORT] 2026-07 · Tous les prestataires · ORG-1 · ")
    assert english["Subject"].startswith("[REPORT] 2026-07 · All providers · ORG-2 · ")
    plain = french.get_body(("plain",))
    page = english.get_body(("html",))
    assert plain is not None
    assert page is not None
    report = json.loads((office.folder / "rapports/conformite-2026-07-ORG-1.json").read_bytes())
    # The report's own verdict comes first.
    assert plain.get_content().startswith(report["verdict"]["fr"])
    assert "INC-2" not in plain.get_content()
    assert '<th scope="col"' in page.get_content()
    # Byte for byte what was issued, which 'vigie report verify' knows.
    files = attached(french)
    assert list(files) == ["conformite-2026-07-ORG-1.json", "conformite-2026-07-ORG-1.csv"]
    (issued,) = [
        each
        for each in IssuedReports(office.world.database).listed()
        if each.scope.organization == "ORG-1"
    ]
    for name, content in files.items():
        assert content == (office.folder / "rapports" / name).read_bytes()
        assert sha256(content).hexdigest() == issued.files[name]


def test_a_report_of_all_goes_to_nobody_bound_to_one(office: Office) -> None:
    office.make(EACH.replace("    each: [organization]\n", ""))
    assert [each.address for each in office.letters()] == ["gestion@example.org"]


def test_a_providers_desk_is_reached_as_the_contract_says(office: Office) -> None:
    office.make(
        EACH.replace("[organization]", "[provider]").replace(
            "[contract-manager, organization-respondent]", "[provider-desk]"
        )
    )
    assert [each.address for each in office.letters()] == ["cspq.contratmobilite@telus.com"]


def test_nothing_goes_to_anybody_unless_it_is_said_to_whom(office: Office) -> None:
    office.make(EACH.replace("    send: {to: [contract-manager, organization-respondent]}\n", ""))
    assert (office.folder / "rapports/conformite-2026-07-ORG-1.json").exists()
    assert office.letters() == []


def test_killed_anywhere_it_is_made_and_sent_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(folder: Path, file: Made) -> Path:
        fuse.burn()
        return write_file(folder, file)

    office.world.at(DUE)
    one_form = EACH.replace("[json, csv]", "[json]")
    deaths = 0
    while True:
        # Every statement of a transaction is a boundary, and so is every file. Each death comes
        # later than the one before, on what those left behind.
        fuse = Fuse(deaths + 1)
        keeper = office.scheduled(one_form, fused_database(office.world.database, fuse))
        office.world.clock.advance(timedelta(minutes=1))
        try:
            with monkeypatch.context() as patch:
                patch.setattr(timetables, "write_file", dying)
                keeper.step(office.world.now)
        except Killed:
            deaths += 1
        else:
            break
    assert deaths > 10
    letters = office.letters()
    assert len({each.key for each in letters}) == len(letters) == 4
    assert len(IssuedReports(office.world.database).listed()) == 2
    assert office.deliver().count(State.SENT) == 4
    # Noted by nobody, it is made once more: all of it is found done.
    with office.world.database.write() as connection:
        connection.execute(report_run.delete())
    office.make(one_form, "2026-08-05 11:00")
    assert office.deliver().deliveries == ()
    assert {each.key for each in office.letters()} == {each.key for each in letters}


def test_a_draft_goes_out_once_it_is_approved(office: Office) -> None:
    office.make(f"{EACH}    approval: true\n")
    assert (office.folder / "rapports/brouillons/conformite-2026-07-ORG-1.json").exists()
    assert office.letters() == []
    ran = office.command("report", "approve", "par-organisme", "--by", "qa")
    assert ran.status == 0, ran.err
    assert len(office.letters()) == 4
    assert "qa" in office.letters()[0].text


def test_what_is_too_large_is_named_with_where_it_is(office: Office, monkeypatch) -> None:
    monkeypatch.setattr(sending, "_MEGABYTE", 100)  # a month of two cases is some kilobytes
    office.make(EACH)
    assert office.kept() == 0
    office.deliver()
    message = office.server.received[0].message
    plain = message.get_body(("plain",))
    assert plain is not None
    assert not attached(message)
    assert "Trop volumineux" in plain.get_content()
    assert str(office.folder / "rapports") in plain.get_content().replace("=\n", "")


def test_each_file_is_kept_once_until_all_have_it(office: Office) -> None:
    office.make(EACH)
    assert office.kept() == 4  # two files of two reports, to three people
    office.server.answers["RCPT:two@example.org"] = "550 unknown"
    office.deliver()
    (dead,) = [each for each in office.letters() if each.state is State.DEAD]
    purging = Purging(office.world.database)
    forever = Retention(payloads=None, figures=None)
    later = office.world.now + timedelta(days=2)
    # What was not delivered may yet be.
    assert purge_all(purging, forever, later, lambda _: None) == Purged(enclosures=2)
    shown = office.command("outbox", "show", str(dead.id), "--json").json
    assert [each["name"] for each in shown["enclosures"]] == list(
        IssuedReports(office.world.database).numbered(dead.report_number).files  # type: ignore[union-attr, arg-type]
    )[::-1]
    refused = office.command("outbox", "retry", str(dead.id), "--channel", "pager")
    assert "takes no file" in refused.error
    ran = office.command("outbox", "retry", str(dead.id), "--address", "deux@example.org")
    assert ran.status == 0, ran.err
    office.world.clock.advance(timedelta(days=1000))
    assert office.deliver().count(State.SENT) == 1
    assert len(attached(office.server.received[-1].message)) == 2
    later = office.world.now + timedelta(days=2)
    assert purge_all(purging, forever, later, lambda _: None) == Purged(enclosures=2)
    assert office.kept() == 0
    monthly = Retention(payloads=None, figures=1)
    old = purge_all(purging, monthly, later + timedelta(days=62), lambda _: None)
    assert (old.letters, office.letters()) == (4, [])


def test_without_its_files_it_is_not_sent(office: Office) -> None:
    office.make(EACH)
    with office.world.database.write() as connection:
        connection.execute(enclosure.delete())
    office.deliver()
    assert {each.state for each in office.letters()} == {State.DEAD}
    assert "no longer kept" in (office.letters()[0].detail or "")


def test_it_is_sent_again_the_same_where_nobody_knows_whether_it_arrived(office: Office) -> None:
    office.make(EACH.replace("[contract-manager, organization-respondent]", "[contract-manager]"))
    office.server.once["DATA"] = "451 later"
    office.deliver()
    office.world.clock.advance(timedelta(hours=1))
    office.deliver()
    ids = [mail.message["Message-ID"] for mail in office.server.received]
    assert len(ids) == len(set(ids)) == 2


def test_the_ceiling_holds_reports_too(office: Office) -> None:
    office.make(EACH.replace("[contract-manager, organization-respondent]", "[contract-manager]"))
    handling = to_people(per_hour=2)
    office.deliver(handling)
    office.world.clock.advance(timedelta(seconds=1))
    office.deliver(handling)
    subjects = [str(mail.message["Subject"]) for mail in office.server.received]
    assert [each.split("]")[0] for each in subjects] == ["[RAPPORT", "[RETENU"]
    with office.world.database.read() as connection:
        notice = connection.execute(select(notification).where(notification.c.carries == 0)).one()
    # The notice came of a report as well.
    assert notice.report_number is not None
    assert notice.escalation_id is None
    office.world.clock.advance(timedelta(hours=1))
    office.deliver(handling)
    assert office.server.count == 3


class Refusing:
    name = "poste"

    def send(self, notification: Notification) -> Receipt:
        raise DeliveryFault(f"no: {notification.address}", permanent=True)

    def close(self) -> None:
        """Nothing is held."""


@pytest.mark.parametrize(("role", "instead"), [("archives", 2), ("on-call", 0)])
def test_it_goes_another_way_only_where_files_go(office: Office, role: str, instead: int) -> None:
    office.make(EACH)
    config = office.config.read_text(encoding="utf-8").replace(
        "sender: vigie@example.org}", f"sender: vigie@example.org, fallback: {{role: {role}}}}}", 1
    )
    office.config.write_text(config, encoding="utf-8")
    handling = handling_of("poste", load_configuration(office.config), 1.0)
    deliver_once(courier(office.world, {"poste": Refusing()}, handlings={"poste": handling}))
    letters = office.letters()
    assert sum(each.channel == "dossier" for each in letters) == instead
    assert sum(each.channel == "pager" for each in letters) == 0
    assert all(each.report_number for each in letters)


@pytest.mark.parametrize(
    ("send", "problem"),
    [
        ("{to: [on-call]}", "'on-call' is told by 'pager' (pagerduty), which takes no file"),
        ("{to: [nobody]}", "no recipient holds the role 'nobody'"),
        ("{to: []}", "send.to: a list has too few items"),
        ("{to: [contract-manager], attach: [pdf]}", "send attaches pdf, which is not made"),
    ],
)
def test_what_cannot_be_sent_is_told_beforehand(office: Office, send: str, problem: str) -> None:
    office.scheduled(EACH)
    text = office.config.read_text(encoding="utf-8")
    text = text.replace("{to: [contract-manager, organization-respondent]}", send)
    office.config.write_text(text, encoding="utf-8")
    ran = office.command("check")
    assert ran.status == 2
    assert problem in ran.err + ran.out
