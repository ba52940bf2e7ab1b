"""The SMTP channel against a real mail server."""

import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts.channels.smtp import SmtpChannel
from monitor.alerts.notification import DeliveryFault, Notification
from monitor.simulator.smtp_sink import SmtpSink
from tests.support.services import free_port
from tests.support.smtp import CUT, HANG, Certificate, certificate, part, smtp_server

ACCOUNTS = {"vigie": "mot de passe"}
LOGIN = {"username": "vigie", "password": "mot de passe"}


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("trusted"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("stranger"))


def notification(number: int = 1, address: str = "gestion@example.org") -> Notification:
    return Notification(
        key=f"{number:064x}",
        channel="mail",
        address=address,
        role="contract-manager",
        lang="fr",
        subject=f"[MANQUEMENT] n°\xa0{number}",
        text="Échéance passée.\n.\n..\n",
        html="<p>Échéance passée.</p>\n",
        thread="telus:ticket:INC-4711:service-restoration",
        step="breach",
        created_at=datetime(2026, 11, 25, 18, 0, tzinfo=UTC),
    )


@contextmanager
def channel(server: SmtpSink | None, **options: Any) -> Iterator[SmtpChannel]:
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": free_port() if server is None else server.port,
        "sender": "vigie@example.org",
        "security": "none",
        "timeout": timedelta(seconds=5),
    }
    made = SmtpChannel("mail", **given | options)
    try:
        yield made
    finally:
        made.close()


def fault_of(mail: SmtpChannel, told: Notification | None = None) -> DeliveryFault:
    with pytest.raises(DeliveryFault) as fault:
        mail.send(told or notification())
    return fault.value


def test_a_message_arrives_whole():
    with smtp_server() as server, channel(server) as mail:
        receipt = mail.send(notification())
    assert receipt.detail.startswith("250 2.0.0 Ok: kept as 1")
    (received,) = server.received
    assert (received.sender, received.recipients) == ("vigie@example.org", ("gestion@example.org",))
    assert received.message["Subject"] == notification().subject
    assert received.message["Message-ID"] == f"<{notification().key}@example.org>"
    # Lines of dots are what the protocol itself is made of.
    assert part(received.message, "plain") == notification().text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_with_tls_and_an_account(security, host, trusted):
    with (
        smtp_server(**{security: trusted}, accounts=ACCOUNTS) as server,
        channel(server, host=host, security=security, ca_file=trusted.ca_file, **LOGIN) as mail,
    ):
        mail.send(notification())
    assert server.count == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_is_refused(security, trusted, stranger):
    with (
        smtp_server(**{security: stranger}) as server,
        channel(server, security=security, ca_file=trusted.ca_file) as mail,
    ):
        fault = fault_of(mail)
    assert "certificate is not trusted" in str(fault)
    assert (fault.permanent, fault.whole_channel) == (False, True)
    assert server.count == 0


def test_a_certificate_for_another_name_is_refused(tmp_path):
    elsewhere = certificate(tmp_path, "DNS:mail.example.org")
    with (
        smtp_server(starttls=elsewhere) as server,
        channel(server, security="starttls", ca_file=elsewhere.ca_file) as mail,
    ):
        assert "certificate is not trusted" in str(fault_of(mail))


def test_without_starttls_nothing_is_sent_in_clear():
    with smtp_server() as server, channel(server, security="starttls") as mail:
        fault = fault_of(mail)
    assert "STARTTLS" in str(fault)
    assert (fault.permanent, fault.whole_channel) == (False, True)
    assert server.count == 0


def test_a_wrong_password_is_for_an_operator_to_mend(trusted):
    with (
        smtp_server(starttls=trusted, accounts=ACCOUNTS) as server,
        channel(
            server, security="starttls", ca_file=trusted.ca_file, username="vigie", password="autre"
        ) as mail,
    ):
        fault = fault_of(mail)
    assert str(fault).startswith("535 ")
    assert "autre" not in str(fault)
    assert (fault.permanent, fault.whole_channel) == (False, True)


def test_a_server_that_wants_an_account_gets_no_dead_letters(trusted):
    with (
        smtp_server(starttls=trusted, accounts=ACCOUNTS) as server,
        channel(server, security="starttls", ca_file=trusted.ca_file) as mail,
    ):
        fault = fault_of(mail)
    assert str(fault).startswith("530 ")
    assert (fault.permanent, fault.whole_channel) == (False, True)


@pytest.mark.parametrize(
    ("stage", "answer", "permanent", "whole_channel"),
    [
        ("RCPT", "550 5.1.1 No such user", True, False),
        ("RCPT", "450 4.2.0 Greylisted", False, False),
        ("RCPT", "452 4.2.2 Mailbox full", False, False),
        ("DATA", "554 5.7.1 Looks like spam", True, False),
        ("DATA", "451 4.3.0 Try again", False, False),
        ("MAIL", "550 5.7.1 Sender rejected", False, True),
        ("MAIL", "552 5.3.4 Too big", True, False),
        ("MAIL", "421 4.7.0 Too many connections", False, True),
        ("RCPT", "421 4.3.2 Shutting down", False, True),
        ("RCPT", "530 5.7.0 Authentication required", False, True),
    ],
)
def test_what_each_answer_means(stage, answer, permanent, whole_channel):
    with smtp_server() as server, channel(server) as mail:
        server.answers[stage] = answer
        fault = fault_of(mail)
        assert (str(fault), fault.permanent, fault.whole_channel) == (
            f"{answer} ({stage})",
            permanent,
            whole_channel,
        )
        server.answers.clear()
        mail.send(notification(2))
    assert [m.message["Message-ID"] for m in server.received] == [
        f"<{notification(2).key}@example.org>"
    ]


def test_a_refused_recipient_leaves_the_next_its_message():
    with smtp_server() as server, channel(server) as mail:
        server.answers["RCPT:parti@example.org"] = "550 5.1.1 Gone"
        assert fault_of(mail, notification(1, "parti@example.org")).permanent
        mail.send(notification(2))
        assert server.sessions == 1
    assert [m.recipients for m in server.received] == [("gestion@example.org",)]


def test_one_connection_serves_a_batch():
    with smtp_server() as server, channel(server) as mail:
        for number in range(5):
            mail.send(notification(number))
        assert server.sessions == 1
        mail.close()
        mail.send(notification(9))
        assert (server.sessions, server.count) == (2, 6)


@pytest.mark.parametrize("answer", ["421 4.4.2 Idle too long", CUT])
def test_a_session_the_server_ended_is_opened_again(answer):
    with smtp_server() as server, channel(server) as mail:
        mail.send(notification(1))
        server.once["MAIL"] = answer
        mail.send(notification(2))
        assert (server.sessions, server.count) == (2, 2)


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_a_connection_cut_short_is_tried_later(stage):
    with smtp_server() as server, channel(server) as mail:
        server.answers[stage] = CUT
        fault = fault_of(mail)
        assert (fault.permanent, fault.whole_channel) == (False, True)
        server.answers.clear()
        mail.send(notification())
    assert server.count == 1


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_says_nothing_is_waited_for_so_long(stage):
    with smtp_server() as server, channel(server, timeout=timedelta(seconds=0.2)) as mail:
        server.answers[stage] = HANG
        fault = fault_of(mail)
    assert "timed out" in str(fault) or "no answer within" in str(fault)
    assert (fault.permanent, fault.whole_channel) == (False, True)


def test_nobody_there():
    with channel(None) as mail:
        fault = fault_of(mail)
    assert "Connection refused" in str(fault)
    assert (fault.permanent, fault.whole_channel) == (False, True)


def test_a_name_that_is_not_known():
    with channel(None, host="relay.invalid") as mail:
        fault = fault_of(mail)
    assert str(fault).startswith("relay.invalid:")
    assert (fault.permanent, fault.whole_channel) == (False, True)


@contextmanager
def raw_server(*pieces: bytes, pause: float = 0.0) -> Iterator[int]:
    """Says these bytes to whoever connects, piece by piece, until the other side goes."""
    stop = threading.Event()

    def speak() -> None:
        connection, _ = listening.accept()
        with connection:
            for piece in pieces:
                try:
                    connection.sendall(piece)
                except OSError:
                    return
                if stop.wait(pause):
                    return
            stop.wait(30)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=speak)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            stop.set()
            thread.join()


def test_a_server_that_trickles_is_cut_off():
    trickle = [b"2", b"2", b"0", *[b"-"] * 200]
    with (
        raw_server(*trickle, pause=0.05) as port,
        channel(None, port=port, timeout=timedelta(seconds=0.2)) as mail,
    ):
        begun = time.monotonic()
        fault = fault_of(mail)
        assert time.monotonic() - begun < 5, "the whole trickle takes ten seconds"
    assert str(fault).endswith("took longer than 0.6 s")
    assert (fault.permanent, fault.whole_channel) == (False, True)


@pytest.mark.parametrize(
    "greeting", [b"554 5.7.1 Go away\r\n", b"421 4.3.2 Later\r\n", b"HTTP/1.1 400 Bad Request\r\n"]
)
def test_a_server_that_does_not_greet_is_tried_later(greeting):
    with (
        raw_server(greeting) as port,
        channel(None, port=port, timeout=timedelta(seconds=1)) as mail,
    ):
        fault = fault_of(mail)
    assert (fault.permanent, fault.whole_channel) == (False, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"username": "vigie", "password": "x", "security": "none"}, "not sent without TLS"),
        ({"username": "vigie", "security": "tls"}, "both username and password"),
        ({"sender": "vigie"}, "no e-mail address"),
    ],
)
def test_what_could_never_work_is_refused_at_once(options, message):
    with pytest.raises(ValueError, match=message):
        SmtpChannel(
            "mail", **{"host": "localhost", "port": 25, "sender": "vigie@example.org"} | options
        )


def test_certificates_that_are_not_there():
    with pytest.raises(OSError, match="No such file"):
        SmtpChannel(
            "mail",
            host="localhost",
            port=25,
            sender="vigie@example.org",
            ca_file=Path("/nowhere.pem"),
        )


def test_the_sink_keeps_the_latest_and_counts_all():
    with SmtpSink(keep=2) as sink, channel(sink) as mail:
        for number in range(3):
            mail.send(notification(number))
    assert sink.count == 3
    assert [m.message["Subject"] for m in sink.received] == [
        notification(1).subject,
        notification(2).subject,
    ]
    with pytest.raises(OSError, match="refused"):
        smtplib.SMTP(sink.host, sink.port, timeout=1)


def test_the_sink_refuses_a_port_that_is_taken():
    with SmtpSink() as sink, pytest.raises(OSError, match="in use"):
        SmtpSink(port=sink.port)
