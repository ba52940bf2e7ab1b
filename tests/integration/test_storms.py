"""A storm on a real mail server: few messages, and every case in them."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from monitor.alerts.channels.smtp import SmtpChannel
from monitor.alerts.escalation import Recipient
from monitor.alerts.fallback import Fallback
from monitor.alerts.links import LinkClaim, Links
from monitor.alerts.outbox import Courier, DeliveryReport, Handling, deliver_once
from monitor.alerts.outbox_store import State
from monitor.alerts.storm import StormArranger
from monitor.simulator.smtp_sink import ReceivedMail
from monitor.store.database import Database
from monitor.store.oncall import OnCall
from monitor.store.outbox import Outbox
from monitor.store.replicas import Replicas
from monitor.store.tables import notification
from tests.support.carriers import INTERVAL, courier, to_people
from tests.support.outbox import ScriptedChannel
from tests.support.smtp import FaultySink, part, smtp_server
from tests.support.world import DESK, MANAGER, SOURCE, World, rules, ticket

RECEIVED = "2026-11-23 08:00"  # Due at 15:00.


@pytest.fixture
def server() -> Iterator[FaultySink]:
    with smtp_server() as started:
        yield started


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def post(world: World, server: FaultySink, handling: Handling | None = None) -> Courier:
    mail = SmtpChannel(
        "mail",
        host=server.host,
        port=server.port,
        sender="vigie@example.org",
        security="none",
        timeout=timedelta(seconds=5),
    )
    return courier(world, {"mail": mail}, handlings={"mail": handling or to_people()})


def breached(world: World, *refs: str, at: str = "2026-11-23 16:00") -> None:
    for ref in refs:
        world.says("received", RECEIVED, received_at=RECEIVED, key=ticket(ref))
    world.at(at)
    while world.polled_tick().more:
        pass


def mails(server: FaultySink, to: str = MANAGER.address) -> list[ReceivedMail]:
    return [mail for mail in server.received if to in mail.recipients]


def listed(mail: EmailMessage) -> list[dict[str, str]]:
    """The rows of the list attached."""
    (attached,) = mail.iter_attachments()
    text = attached.get_content()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:]), delimiter=";"))


def cases(mail: ReceivedMail) -> list[str]:
    """What a message is about: the list of a digest, else the case in the subject."""
    if mail.message.is_multipart() and list(mail.message.iter_attachments()):
        return [row["Dossier"] for row in listed(mail.message)]
    return [str(mail.message["Subject"]).split(" · ")[2].replace("\u00a0", " ")]


def deliver(world: World, carrier: Courier) -> DeliveryReport:
    """All that may go now."""
    report = deliver_once(carrier)
    while (more := deliver_once(carrier)).deliveries:
        report = replace(report, deliveries=(*report.deliveries, *more.deliveries))
    return report


def test_a_storm_is_one_message_with_every_case(world: World, server: FaultySink) -> None:
    refs = [f"INC-{n}" for n in range(500)]
    world.at(RECEIVED)
    breached(world, *refs)
    deliver(world, post(world, server))
    (mail,) = mails(server)
    subject = str(mail.message["Subject"]).replace("\u00a0", " ")
    assert subject.startswith("[MANQUEMENT] TELUS · ")
    assert subject.endswith(" · 500 cas")
    assert sorted(cases(mail)) == sorted(refs)
    text = part(mail.message, "plain")
    assert "490 autres" in text
    assert text.count("échu le") + text.count("échéance") >= 1
    assert 'lang="fr-CA"' in part(mail.message, "html")


LINKS = Links(public_url="https://vigie.example.org", key=b"k")


def test_each_case_named_has_a_link_of_its_own_to_those_who_may(
    world: World, server: FaultySink
) -> None:
    world.at(RECEIVED)
    breached(world, *(f"INC-{n}" for n in range(12)))
    handling = to_people()
    assert isinstance(handling.arranger, StormArranger)
    deliver(world, post(world, server, Handling(arranger=replace(handling.arranger, links=LINKS))))
    (mail,) = mails(server)
    text, html = part(mail.message, "plain"), part(mail.message, "html")
    links = re.findall(r"Prendre en charge (INC-\d+)\s: https://\S+/acknowledge/(\S+)", text)
    assert len(links) == len({token for _, token in links}) == 10
    on_call = OnCall(world.database)
    for ref, token in links:
        assert f'acknowledge/{token}">Prendre en charge {ref}</a>' in html
        claim = LINKS.read(token, world.now)
        assert isinstance(claim, LinkClaim)
        linked = on_call.linked(claim.notification_key, link=claim.digest)
        assert linked is not None
        assert (linked.key.ref, linked.is_open, linked.link_used) == (ref, True, False)
    (attached,) = mail.message.iter_attachments()
    assert "acknowledge/" not in attached.get_content()
    # A provider may not.
    (to_desk,) = mails(server, DESK.address)
    assert "acknowledge/" not in part(to_desk.message, "plain") + part(to_desk.message, "html")


def test_a_digest_of_closes_has_no_links(world: World, server: FaultySink) -> None:
    world.at(RECEIVED)
    refs = [f"INC-{n}" for n in range(5)]
    breached(world, *refs)
    handling = to_people()
    assert isinstance(handling.arranger, StormArranger)
    carrier = post(world, server, Handling(arranger=replace(handling.arranger, links=LINKS)))
    deliver(world, carrier)
    world.clock.advance(INTERVAL)
    for ref in refs:
        world.says("resolved", received_at=RECEIVED, key=ticket(ref))
    world.tick()
    deliver(world, carrier)
    _, closes = mails(server)
    assert "acknowledge/" not in part(closes.message, "plain") + part(closes.message, "html")


def test_a_lone_one_goes_at_once_as_itself(world: World, server: FaultySink) -> None:
    world.at(RECEIVED)
    breached(world, "INC-1")
    deliver(world, post(world, server))
    (mail,) = mails(server)
    assert cases(mail) == ["INC-1"]


def test_the_next_ones_wait_for_the_interval_and_join_the_conversation(
    world: World, server: FaultySink
) -> None:
    carrier = post(world, server)
    world.at(RECEIVED)
    breached(world, *(f"INC-{n}" for n in range(5)))
    deliver(world, carrier)
    breached(world, *(f"LATE-{n}" for n in range(5)), at="2026-11-23 16:01")
    assert deliver(world, carrier).deliveries == ()
    assert world.outbox.next_due_at("mail") == world.now - timedelta(minutes=1) + INTERVAL
    world.clock.advance(INTERVAL)
    deliver(world, carrier)
    one, two = mails(server)
    assert cases(two) == [f"LATE-{n}" for n in range(5)]
    assert one.message["References"] == two.message["References"]
    assert one.message["Message-ID"] != two.message["Message-ID"]


class DiesBeforeRecording(Outbox):
    def record(self, *_: object, **__: object) -> bool:
        raise SystemExit

    def release(self, claimed: object, next_attempt_at: object) -> None:
        """Nobody is left to do that."""


def test_killed_before_it_is_recorded_the_same_digest_is_sent_again(
    world: World, server: FaultySink
) -> None:
    carrier = post(world, server)
    world.at(RECEIVED)
    breached(world, *(f"INC-{n}" for n in range(5)))
    with pytest.raises(SystemExit):
        deliver_once(replace(carrier, store=DiesBeforeRecording(world.database), owner="dead"))
    assert server.count == 1
    # More of the group comes meanwhile; it does not change what was made.
    breached(world, "LATE", at="2026-11-23 16:01")
    world.clock.advance(timedelta(minutes=10))
    deliver(world, carrier)
    sent = [mail for to in (MANAGER, DESK) for mail in mails(server, to.address)]
    about = {str(mail.message["Message-ID"]): sorted(cases(mail)) for mail in sent}
    assert sorted(map(len, about.values())) == [1, 1, 5, 5]
    assert len(sent) == 5, "one of them twice, under one id"


def test_what_a_dead_holder_may_have_sent_never_travels_under_another_key(
    world: World, server: FaultySink
) -> None:
    carrier = post(world, server)
    world.at(RECEIVED)
    breached(world, "INC-1")
    with pytest.raises(SystemExit):
        deliver_once(replace(carrier, store=DiesBeforeRecording(world.database), owner="dead"))
    Replicas(world.database).join("alive", at=world.now)
    breached(world, *(f"LATE-{n}" for n in range(9)), at="2026-11-23 16:01")
    deliver(world, carrier)
    told = [case for mail in mails(server) for case in cases(mail)]
    digests = [mail for mail in mails(server) if len(cases(mail)) > 1]
    assert len(digests) == 1
    assert "INC-1" not in cases(digests[0])
    assert set(told) == {"INC-1", *(f"LATE-{n}" for n in range(9))}


def test_a_source_that_is_silent_is_one_message_and_one_when_it_speaks_again(
    world: World, server: FaultySink
) -> None:
    carrier = post(world, server)
    world.at("2026-11-23 14:50")
    for n in range(6):
        world.says("received", RECEIVED, received_at=RECEIVED, key=ticket(f"INC-{n}"))
    world.tick()
    deliver(world, carrier)
    before = len(mails(server))
    world.at("2026-11-23 16:00").tick()
    deliver(world, carrier)
    (silent,) = mails(server)[before:]
    assert "6 obligations" in str(silent.message["Subject"]).replace("\u00a0", " ")
    assert {row["Confirmé"] for row in listed(silent.message)} == {"non"}
    world.at("2026-11-23 16:30").polled()
    world.tick()
    deliver(world, carrier)
    speaks = mails(server)[before + 1 :]
    assert [str(mail.message["Subject"]) for mail in speaks] == [
        f"[CONFIRMÉ] {SOURCE} répond de nouveau"
    ]
    deliver(world, carrier)
    assert len(mails(server)) == before + 2


def test_a_digest_refused_for_good_gives_up_its_members(world: World, server: FaultySink) -> None:
    server.answers[f"RCPT:{DESK.address}"] = "550 5.1.1 No such user"
    world.at(RECEIVED)
    breached(world, *(f"INC-{n}" for n in range(5)))
    deliver(world, post(world, server))
    states = {(row["address"], row["carries"], row["state"]) for row in world.rows(notification)}
    assert states == {
        (MANAGER.address, None, "sent"),
        (MANAGER.address, 5, "sent"),
        (DESK.address, None, "dead"),
        (DESK.address, 5, "dead"),
    }


def test_closes_travel_together_too(world: World, server: FaultySink) -> None:
    carrier = post(world, server)
    refs = [f"INC-{n}" for n in range(6)]
    world.at(RECEIVED)
    breached(world, *refs)
    deliver(world, carrier)
    world.at("2026-11-23 16:30")
    for ref in refs:
        world.says("resolved", received_at=RECEIVED, key=ticket(ref))
    world.tick()
    deliver(world, carrier)
    closes = mails(server)[-1]
    assert str(closes.message["Subject"]).startswith("[CLOS] TELUS")
    assert sorted(cases(closes)) == refs


def test_a_formula_in_a_reference_is_text_in_the_list(world: World, server: FaultySink) -> None:
    world.at(RECEIVED)
    breached(world, "=HYPERLINK(1)", "+1", "@x", "INC-4")
    deliver(world, post(world, server))
    found = {row["Dossier"] for row in listed(mails(server)[0].message)}
    assert found == {"'=HYPERLINK(1)", "'+1", "'@x", "INC-4"}


ON_CALL = Recipient(role="on-call", channel="pager", address="garde")


def test_a_dead_letter_goes_to_the_fallback_once(world: World, server: FaultySink) -> None:
    server.answers["RCPT"] = "550 5.1.1 No such user"
    pager = ScriptedChannel(name="pager")
    fallback = Fallback(resolve=lambda _: [ON_CALL])
    carrier = post(world, server, to_people(fallback))
    carrier = replace(carrier, channels={**carrier.channels, "pager": pager})
    world.at(RECEIVED)
    breached(world, "INC-1")
    report = deliver_once(carrier, only="mail")
    assert report.count(State.DEAD) == 2
    assert report.fallbacks == ("mail", "mail")
    deliver_once(carrier, only="pager")
    # Two dead letters on one step lead to one person: told once.
    assert len(pager.sent) == 1
    assert world.readings.outbox().dead == 2


def test_who_was_to_be_told_anyway_is_not_told_twice(world: World, server: FaultySink) -> None:
    world.rules = rules(recipients=(MANAGER, replace(ON_CALL, role="provider-desk")))
    server.answers["RCPT"] = "550 5.1.1 No such user"
    pager = ScriptedChannel(name="pager")
    fallback = Fallback(resolve=lambda _: [replace(ON_CALL, role="provider-desk")])
    carrier = post(world, server, to_people(fallback))
    carrier = replace(carrier, channels={**carrier.channels, "pager": pager})
    world.at(RECEIVED)
    breached(world, "INC-1")
    deliver_once(carrier)
    deliver_once(carrier)
    assert len(pager.sent) == 1


def test_a_channel_that_is_down_too_long_falls_back_and_goes_on_trying(
    world: World, server: FaultySink
) -> None:
    server.answers["MAIL"] = "421 4.3.2 Closed"
    pager = ScriptedChannel(name="pager")
    fallback = Fallback(resolve=lambda _: [ON_CALL], after=timedelta(minutes=30))
    carrier = post(world, server, to_people(fallback))
    carrier = replace(carrier, channels={**carrier.channels, "pager": pager})
    world.at(RECEIVED)
    breached(world, "INC-1", "INC-2")
    deliver_once(carrier)
    assert pager.sent == []
    world.clock.advance(timedelta(minutes=31))
    deliver_once(carrier)
    deliver_once(carrier)
    assert len(pager.sent) == 2
    world.clock.advance(timedelta(minutes=31))
    deliver_once(carrier)
    assert len(pager.sent) == 2, "told once"
    server.answers.clear()
    world.clock.advance(timedelta(minutes=31))
    deliver(world, carrier)
    assert len(mails(server)) == 2
