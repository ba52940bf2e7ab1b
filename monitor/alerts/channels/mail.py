"""A notification as an e-mail: the same bytes each time it is made."""

import hashlib
import unicodedata
from datetime import UTC
from email import policy
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from monitor.alerts.notification import MAIL_ADDRESS, DeliveryFault, Notification


def compose(notification: Notification, sender: str) -> EmailMessage:
    """Plain text and HTML, under a Message-ID made of the notification's key.

    The messages of one thread refer to a common ancestor that was never sent: mail programs show
    them as one conversation, whichever of them arrives first.

    Raises:
        DeliveryFault: permanent; an address or a header that cannot stand in an e-mail.
    """
    to = address_of(notification.address)
    domain = address_of(sender).domain
    thread = hashlib.sha256(notification.thread.encode()).hexdigest()[:32]
    root = f"<{thread}.thread@{domain}>"
    message = EmailMessage(policy=policy.SMTP)
    message.set_content(notification.text, cte="quoted-printable")
    if notification.html is not None:
        message.add_alternative(notification.html, subtype="html", cte="quoted-printable")
        # The library's own boundary is random.
        message.set_boundary(f"vigie-{notification.key[:32]}")
    for each in notification.attachments:
        main, _, sub = each.media_type.partition("/")
        # As bytes, text too: its line ends are to stay as they are.
        message.add_attachment(
            each.content,
            maintype=main,
            subtype=sub,
            filename=each.name,
            params={"charset": "utf-8"} if main == "text" else None,
        )
    if notification.attachments:
        message.set_boundary(f"vigie-files-{notification.key[:32]}")
    try:
        message["From"] = Address("Vigie", addr_spec=sender)
        message["To"] = to
        message.set_raw("Subject", _encoded(notification.subject))
        message["Date"] = format_datetime(notification.created_at.astimezone(UTC))
        message["Message-ID"] = f"<{notification.key}@{domain}>"
        message["In-Reply-To"] = root
        message["References"] = root
        # RFC 3834, and its counterpart for Exchange: out-of-office robots are not to answer.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["Content-Language"] = notification.lang
        if notification.fields.get("urgent") == "yes":
            message["Importance"] = "high"
    except ValueError as error:
        raise DeliveryFault(f"cannot be written as an e-mail: {error}", permanent=True) from error
    return message


def _encoded(subject: str) -> str:
    """The subject as a header's value, folded.

    Done by the older of the library's two ways: the newer one, which a plain assignment goes
    through, loses a space here and there between the words it encodes.
    """
    if any(unicodedata.category(char) == "Cc" for char in subject):
        raise ValueError("the subject has a line break or another control character")
    return Header(subject, header_name="Subject").encode(linesep="\r\n")


def address_of(text: str) -> Address:
    """Read an address.

    Raises:
        DeliveryFault: permanent; it is none, or needs more than plain ASCII.
    """
    parts = MAIL_ADDRESS.fullmatch(text)
    if parts is None:
        raise DeliveryFault(
            f"{text!r} is no e-mail address: write it as name@example.org", permanent=True
        )
    return Address(username=parts["local"], domain=parts["domain"])
