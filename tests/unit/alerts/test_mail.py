from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from monitor.alerts.channels.console import ConsoleChannel
from monitor.alerts.channels.mail import compose
from monitor.alerts.notification import DeliveryFault, Notification
from tests.support.smtp import part
from tests.support.stories import RESTORATION, rendered, story

SENDER = "vigie@gouv.example.org"


def notification(**changes: object) -> Notification:
    return Notification(
        **{  # type: ignore[arg-type] # changes are any field
            "key": "ab" * 32,
            "channel": "mail",
            "address": "gestion@example.org",
            "role": "contract-manager",
            "lang": "fr",
            "subject": "[MANQUEMENT] TELUS · échu le 23\xa0nov. à 13\xa0h",
            "text": "Échéance\xa0: passée\n\n-- \nVigie\n.\n",
            "html": "<p>Échéance&nbsp;: passée</p>\n",
            "thread": "telus:ticket:INC-4711:service-restoration",
            "step": "breach",
            "created_at": datetime(2026, 11, 25, 18, 0, 0, 1, tzinfo=UTC),
        }
        | changes
    )


def as_read(composed: EmailMessage) -> EmailMessage:
    return message_from_bytes(composed.as_bytes(), policy=policy.default)


def test_a_mail_reads_as_it_was_written():
    read = as_read(compose(notification(), SENDER))
    assert read["Subject"] == notification().subject
    assert str(read["To"]) == "gestion@example.org"
    assert str(read["From"]) == "Vigie <vigie@gouv.example.org>"
    assert part(read, "plain") == notification().text
    assert part(read, "html") == notification().html
    assert read.get_content_type() == "multipart/alternative"
    assert read["Date"].datetime == datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
    assert read["Content-Language"] == "fr"
    assert read["Auto-Submitted"] == "auto-generated"


def test_the_shipped_letter_survives_the_journey():
    told = rendered(
        story(
            RESTORATION,
            "2026-11-20 16:00",
            [],
            "2026-11-25 15:05",
            organization="Ministère de la Santé et des Services sociaux",
        )
    )
    composed = compose(told, SENDER)
    read = as_read(composed)
    assert read["Subject"] == told.subject
    assert part(read, "plain") == told.text
    assert part(read, "html") == told.html
    assert read["Importance"] == "high"
    assert all(len(line) <= 998 for line in composed.as_bytes().splitlines())
    assert composed.as_bytes().isascii()


def test_the_same_notification_is_the_same_bytes():
    assert compose(notification(), SENDER).as_bytes() == compose(notification(), SENDER).as_bytes()


def test_messages_of_one_obligation_are_one_conversation():
    first, second = (
        compose(notification(), SENDER),
        compose(notification(key="cd" * 32, step="closed"), SENDER),
    )
    other = compose(notification(key="ef" * 32, thread="telus:ticket:INC-1:x"), SENDER)
    assert first["Message-ID"] == f"<{'ab' * 32}@gouv.example.org>"
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert first["References"] != other["References"]
    assert first["References"].endswith(".thread@gouv.example.org>")


def test_without_a_page_it_is_plain_text():
    read = as_read(compose(notification(html=None), SENDER))
    assert read.get_content_type() == "text/plain"
    assert part(read, "plain") == notification().text
    assert read["Importance"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "x\r\nBcc: other@example.org"},
        {"subject": "x\nBcc: other@example.org"},
        {"address": "x@example.org\r\nRCPT TO:<other@example.org>"},
        {"address": "x@example.org, other@example.org"},
        {"address": "Other <other@example.org>"},
        {"address": "gestion"},
        {"address": "gestion@"},
        {"address": "préposé@example.org"},
        {"address": ""},
        {"lang": "fr\r\nBcc: other@example.org"},
    ],
)
def test_what_could_forge_a_header_is_refused_for_good(changes):
    with pytest.raises(DeliveryFault) as fault:
        compose(notification(**changes), SENDER)
    assert fault.value.permanent
    assert not fault.value.whole_channel


def test_the_console_prints_a_line():
    lines: list[str] = []
    channel = ConsoleChannel("ecran", lines.append)
    assert channel.send(notification()).detail == "printed"
    channel.close()
    assert lines == [
        "[MANQUEMENT] TELUS · échu le 23\xa0nov. à 13\xa0h → gestion@example.org (contract-manager)"
    ]


def test_the_console_is_standard_output(capsys):
    ConsoleChannel("ecran").send(notification(subject="x"))
    assert capsys.readouterr().out == "x → gestion@example.org (contract-manager)\n"
