"""A message as rules look at it, out of whatever it is written in."""

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser

_LONGEST_TEXT = 100_000
"""Characters that patterns are tried on."""
_BLOCKS = frozenset({"br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "h4"})
_UNSEEN = frozenset({"script", "style", "head", "title"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What is looked at; never kept."""

    identity: str
    """The same for the same message, wherever and under whatever number it lies."""
    message_id: str
    sender: str
    """The address alone."""
    subject: str
    text: str
    sent_at: datetime
    """In UTC, and no later than the server had it."""
    attachments: Sequence[tuple[str, bytes]]
    verified_by: Sequence[str]
    """The servers that say they checked the sender by DMARC, the last one first."""

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2].lower() or "?"


def read_mail(content: bytes, received_at: datetime) -> Mail:
    """Take a message apart; anything at all that a server may hold is read without raising.

    Args:
        content: the message.
        received_at: when the server had it; a sender's clock is not believed to be ahead of that.
    """
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what that policy makes
    message_id = _header(message, "Message-ID")
    known_by = message_id or "\x1f".join(
        _header(message, name) for name in ("Date", "From", "Subject")
    )
    return Mail(
        identity=hashlib.sha256(known_by.encode(errors="replace")).hexdigest()[:20],
        message_id=message_id,
        sender=parseaddr(_header(message, "From"))[1],
        subject=_line(_header(message, "Subject")),
        text=_text(message),
        sent_at=min(_sent_at(message) or received_at, received_at).astimezone(UTC),
        attachments=list(_attachments(message)),
        verified_by=_verified_by(message),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, "")).strip()
    except (ValueError, LookupError, AttributeError, IndexError, TypeError):
        # The parser of headers stumbles over some that are sent all the same.
        return ""


def _sent_at(message: EmailMessage) -> datetime | None:
    try:
        found = parsedate_to_datetime(_header(message, "Date"))
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _text(message: EmailMessage) -> str:
    for kind in ("plain", "html"):
        try:
            part = message.get_body((kind,))
        except (AttributeError, KeyError, ValueError):
            part = None
        if part is None:
            continue
        text = _decoded(part)
        if kind == "html":
            text = _seen_of(text)
        lines = (_line(line) for line in text[:_LONGEST_TEXT].splitlines())
        return "\n".join(lines).strip()
    return ""


def _decoded(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset() or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return payload.decode("cp1252", errors="replace")


def _attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for part in message.walk():
        try:
            name = part.get_filename()
        except (ValueError, LookupError, AttributeError, TypeError):
            continue
        payload = None if name is None else part.get_payload(decode=True)
        if name and isinstance(payload, bytes):
            yield name, payload


def _verified_by(message: EmailMessage) -> Sequence[str]:
    found = []
    for value in message.get_all("Authentication-Results", []):
        server, _, results = str(value).partition(";")
        if re.search(r"\bdmarc\s*=\s*pass\b", results, re.IGNORECASE):
            found.append(server.split()[0].lower() if server.split() else "")
        else:
            found.append("")
    return found


def _line(text: str) -> str:
    return " ".join(text.split())


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's own
        self._hidden += tag in _UNSEEN
        if tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _UNSEEN))
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            # In HTML a line end is a blank.
            self.parts.append(re.sub(r"\s+", " ", data))


def _seen_of(html: str) -> str:
    """The text that a reader of the page sees, a line a block."""
    seen = _Seen()
    seen.feed(html[: _LONGEST_TEXT * 10])
    seen.close()
    return re.sub(r"\n\s*\n+", "\n", "".join(seen.parts))
