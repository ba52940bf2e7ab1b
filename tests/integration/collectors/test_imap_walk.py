"""Notifications in a mailbox of a real IMAP server, read as the daemon does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.app.making import collector_of
from monitor.cases.observation import CaseKey
from monitor.clock.wall import ManualClock
from monitor.collectors.base import Known, SourceFault
from monitor.contract.model import CaseKind
from monitor.settings import MailboxSettings
from tests.support.folders import MAPPING, row, sheet
from tests.support.imap import imap_server
from tests.support.sources import START, Memory

OPENED = r"Ouverture du billet (?P<ref>D-\d+)"
CHANGED = r"Billet (?P<ref>D-\d+) : (?P<status>\w[\w ]*)"
SOURCE: dict[str, Any] = {
    "name": "avis",
    "provider": "telus",
    "kind": "imap",
    "stale_after": "3 d",
    "rules": [
        {
            "from": "avis@telus.example",
            "subject": OPENED,
            "body": r"Nature : (?P<category>\w+)\nOrganisme : (?P<organization>ORG-\d+)",
            "set": {"status": "Reçu", "opens": "yes"},
        },
        {"from": "avis@telus.example", "subject": CHANGED},
        {
            "from": "*@telus.example",
            "subject": "Export",
            "attachments": "*.csv",
            "mapping": MAPPING,
        },
        {"from": "infolettre@telus.example", "ignore": True},
    ],
    "mapping": {
        "case_kind": "ticket",
        "fields": {
            "ref": "ref",
            "received_at": "opens && sent_at",
            "changed_at": "sent_at",
            "status": "status",
            "category": "category",
            "organization": "organization",
        },
        "status_map": {"Reçu": "acknowledged", "En cours": "in_progress", "Rétabli": "restored"},
        "category_map": {"Panne": "outage", "Incident": "incident"},
    },
}


@pytest.fixture(scope="module")
def server():
    with imap_server() as running:
        yield running


class Box:
    """The mailbox of a source, and what polls of it left behind."""

    def __init__(self, server):
        self.server = server
        self.clock = ManualClock(START)
        self.memory = Memory()
        self.changes = {}

    def send(self, subject, text="", *, ago=5, **more):
        self.server.deliver(self.clock.now() - timedelta(minutes=ago), subject, text, **more)

    def open(self, ref, nature="Panne", **more):
        text = f"Bonjour,\n\nNature : {nature}\nOrganisme : ORG-1\nDemandeur : Camille Exemple\n"
        self.send(f"Ouverture du billet {ref}", text, **more)

    def poll(self):
        self.clock.advance(timedelta(minutes=1))
        source = {**SOURCE, **self.server.settings(), **self.changes}
        collector = collector_of(MailboxSettings.model_validate(source))
        try:
            return self.memory.poll(collector, self.clock)
        finally:
            collector.close()

    def check(self, **changes):
        source = {**SOURCE, **self.server.settings(), **self.changes, **changes}
        collector = collector_of(MailboxSettings.model_validate(source))
        try:
            return collector.check()
        finally:
            collector.close()

    @property
    def last(self):
        return self.memory.batches[-1]

    def statuses(self, ref):
        return [seen.raw_status for seen in self.memory.of(ref)]


@pytest.fixture
def box(server, monkeypatch):
    monkeypatch.setenv("IMAP_PASSWORD", "hunter2")
    server.renew()
    return Box(server)


def test_a_notification_is_a_statement_dated_by_when_it_was_sent(box):
    box.open("D-1", ago=30)
    sent = box.clock.now() - timedelta(minutes=30)
    box.poll()
    (seen,) = box.memory.of("D-1")
    assert (seen.received_at, seen.changed_at, seen.observed_at) == (sent, sent, box.clock.now())
    assert (seen.status, seen.category, seen.organization) == ("acknowledged", "outage", "ORG-1")
    assert "Camille" not in str(seen.payload)


def test_a_notification_of_a_change_is_completed_by_what_is_known(box):
    box.open("D-1", ago=30)
    box.send("Billet D-1 : Rétabli", ago=10)
    box.poll()
    assert box.statuses("D-1") == ["Reçu", "Rétabli"]
    opened, restored = box.memory.of("D-1")
    assert restored.received_at == opened.received_at
    assert (restored.category, restored.status) == ("outage", "restored")


def test_what_a_rule_reads_by_a_mapping_of_its_own_is_no_record_of_the_sources(box):
    box.send("Export", files={"billets.csv": sheet(row("D-2", "?", "?"))})
    box.poll()
    (bad,) = [bad for batch in box.memory.batches for bad in batch.quarantined]
    assert (bad.ref, bad.payload["rule"], bad.payload["record"]["ref"]) == ("D-2", 3, "D-2")


def test_a_change_of_a_case_nobody_knows_is_set_aside(box):
    box.send("Billet D-9 : Rétabli")
    box.poll()
    assert box.memory.refs == set()
    assert box.memory.reasons == ["no category: the expression for it finds nothing"]


def test_messages_stay_unread_and_are_read_once(box):
    box.open("D-1")
    box.poll()
    assert box.server.unread() == 1
    (batch,) = box.poll()
    assert (batch.observations, batch.cursor, batch.complete) == ((), None, True)
    box.open("D-2")
    box.poll()
    assert box.memory.refs == {"D-1", "D-2"}


def test_fault_20_a_folder_numbered_anew_is_gone_through_again_and_adds_nothing(box):
    box.open("D-1", ago=40, message_id="<one@telus.example>")
    box.poll()
    known = dict(box.memory.observations)
    box.server.renew()
    box.open("D-1", ago=40, message_id="<one@telus.example>")
    box.open("D-2", ago=20, message_id="<two@telus.example>")
    box.poll()
    assert set(box.memory.observations) - set(known) == {seen.id for seen in box.memory.of("D-2")}
    assert any("UIDVALIDITY" in warning for warning in box.memory.warnings)
    box.poll()
    assert box.memory.warnings == []


def test_what_no_rule_reads_is_listed_without_a_word_of_it(box):
    box.send(
        "Camille Exemple veut savoir", "418 555-0101", sender="x@other.example", message_id="<a@b>"
    )
    box.send("Billet de Camille", "…", message_id="<c@d>")
    box.poll()
    first, second = [bad for batch in box.memory.batches for bad in batch.quarantined]
    assert first.ref == "<a@b>"
    assert first.reason == (
        "message from other.example, sent 2026-11-23 14:55 UTC: no rule is for its sender"
    )
    assert second.reason.endswith("rule 1 is for its sender, but its subject does not match")
    assert set(first.payload) == {"message_id", "domain", "sent_at"}
    assert "Camille" not in f"{first}{second}"
    assert not box.last.vouches


def test_a_message_is_read_after_all_by_a_rule_that_was_added(box):
    box.send("Autre chose D-3", "Nature : Panne\nOrganisme : ORG-1", message_id="<a@b>")
    box.poll()
    assert len(box.memory.reasons) == 1
    added = {**SOURCE["rules"][0], "subject": r"Autre chose (?P<ref>D-\d+)"}
    box.changes = {"rules": [*SOURCE["rules"], added]}
    box.poll()
    assert box.memory.refs == {"D-3"}
    assert [ref for batch in box.memory.batches for ref in batch.answered] == ["<a@b>"]


def test_an_attachment_is_read_as_a_file_of_rows(box):
    box.send(
        "Export", files={"billets.csv": sheet(row("D-1"), row("D-2", "?", "?")), "x.pdf": b"%PDF"}
    )
    box.poll()
    assert box.memory.refs == {"D-1"}
    assert "category '?' is mapped nowhere" in box.memory.reasons[0]
    box.send(
        "Export", files={"billets.csv": sheet(row("D-1"))[:-9]}, message_id="<cut@telus.example>"
    )
    box.poll()
    (bad,) = [bad for batch in box.memory.batches for bad in batch.quarantined]
    assert bad.ref == "<cut@telus.example>"
    assert "file billets.csv: its last line has no line end" in bad.reason
    box.send("Export")
    box.poll()
    assert (
        "rule 3 is for its sender, but no attachment of it matches *.csv" in box.memory.reasons[0]
    )


def test_a_snapshot_that_is_attached_tells_what_is_missing(box):
    rule = {**SOURCE["rules"][2], "export": "snapshot"}
    box.changes = {"rules": [rule]}
    box.send("Export", files={"b.csv": sheet(row("D-1"), row("D-2"))}, ago=20)
    box.poll()
    box.send("Export", files={"b.csv": sheet(row("D-1"))}, ago=2)
    box.poll()
    assert [key.ref for batch in box.memory.batches for key in batch.missing] == ["D-2"]


def test_the_source_is_known_as_of_its_newest_message_that_a_rule_is_for(box):
    box.poll()
    assert not box.last.vouches
    box.open("D-1", ago=30)
    made = box.clock.now() - timedelta(minutes=30)
    box.send("Bonjour", sender="x@other.example", ago=3)
    box.poll()
    assert (box.last.complete, box.last.vouches, box.last.as_of) == (True, True, made)
    box.send("Nouvelles", sender="infolettre@telus.example", ago=1)
    newest = box.clock.now() - timedelta(minutes=1)
    box.poll()
    assert box.last.as_of == newest


def test_a_deliverable_that_arrives_is_known_by_a_rule_of_its_own(box):
    key = CaseKey("telus", CaseKind.DELIVERABLE, "FACT-2026-10-4501-22")
    received_at = datetime(2026, 11, 1, 3, 59, 59, tzinfo=UTC)
    box.memory.known[key] = Known(
        key=key,
        last_observation_id="opening",
        raw_status="awaited",
        received_at=received_at,
        confirmed_at=START,
        category="billing-report",
    )
    mapping = {
        "case_kind": "deliverable",
        "fields": {
            "ref": "join('-', ['FACT', period, account])",
            "received_at": "received_at",
            "changed_at": "sent_at",
            "status": "status",
            "category": "category",
        },
        "status_map": {"livré": "delivered"},
        "category_map": {"facturation": "billing-report"},
    }
    rule = {
        "from": "rapports@telus.example",
        "subject": r"Facturation (?P<period>\d{4}-\d{2}), compte (?P<account>[\d-]+)",
        "set": {"status": "livré"},
        "mapping": mapping,
    }
    box.changes = {"rules": [*SOURCE["rules"], rule]}
    box.send("Facturation 2026-10, compte 4501-22", sender="rapports@telus.example")
    box.poll()
    (seen,) = box.memory.of(key.ref)
    assert (seen.key, seen.status, seen.received_at) == (key, "delivered", received_at)


def test_each_match_in_a_text_is_a_record_and_html_is_text(box):
    rule = {
        "from": "*@telus.example",
        "subject": "Sommaire",
        "body": r"^(?P<ref>D-\d+) (?P<category>\w+) (?P<status>.+)$",
    }
    mapping = {
        **SOURCE["mapping"],
        "fields": {**SOURCE["mapping"]["fields"], "received_at": "sent_at"},
    }
    box.changes = {"rules": [rule], "mapping": mapping}
    table = "<tr><td>D-1</td><td>Panne</td><td>Reçu</td></tr><tr><td>D-2</td><td>Incident</td><td>En&nbsp;cours</td></tr>"
    box.send("Sommaire", f"<html><style>D-9 x y</style><table>{table}</table></html>", html=True)
    box.poll()
    assert (box.statuses("D-1"), box.statuses("D-2")) == (["Reçu"], ["En cours"])


def test_a_sender_that_our_own_server_did_not_verify_is_not_believed(box):
    box.changes = {"verified_by": "mx.example.org"}
    passed = "mx.example.org; dmarc=pass header.from=telus.example"
    box.open("D-1", headers={"Authentication-Results": passed})
    box.open("D-2")
    box.open("D-3", headers={"Authentication-Results": "mx.example.org; dmarc=fail"})
    box.open("D-4", headers={"Authentication-Results": "mx.evil.example; dmarc=pass"})
    box.poll()
    assert box.memory.refs == {"D-1"}
    assert len(box.memory.reasons) == 3
    assert "mx.example.org does not say that its sender is who it says" in box.memory.reasons[0]


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_the_server_is_reached_securely_or_on_loopback(box, security):
    box.open("D-1")
    port = box.server.tls_port if security == "tls" else box.server.port
    said = box.check(security=security, port=port)
    assert said.endswith("answers: 1 message(s); of the last 1, the rules know 1")


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"folder": "Nowhere"}, "not_found", "has no such folder"),
        ({"ca_file": None}, "tls", "TLS failed: "),
        ({"port": 1}, "unreachable", "cannot be reached: Connection refused"),
        (
            {"password": {"env": "WRONG"}},
            "auth",
            "does not let sla in; check username and password",
        ),
    ],
)
def test_what_is_wrong_is_a_fault_that_names_it(box, monkeypatch, changes, kind, said):
    monkeypatch.setenv("WRONG", "hunter3")
    with pytest.raises(SourceFault) as caught:
        box.check(**changes)
    assert caught.value.kind == kind
    assert said in str(caught.value)
    assert "hunter" not in str(caught.value)
