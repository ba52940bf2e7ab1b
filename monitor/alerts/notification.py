"""A message on its way to somebody, and what carries it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from monitor.alerts.escalation import ACKNOWLEDGED, CLOSED, CORRECTION, base_step
from monitor.cases.obligation import ALARMS

MAIL_ADDRESS = re.compile(
    r"^(?P<local>[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+)@(?P<domain>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)$"
)
"""An address every relay understands: plain ASCII, without a name before it."""


_LOOKS_BACK = frozenset({ACKNOWLEDGED, CLOSED, CORRECTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    name: str
    """Of a file: plain ASCII, without a folder."""
    media_type: str
    """As `text/csv`, which is UTF-8, or `application/pdf`."""
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file of an issued report that goes out with a message; the store keeps what is in it."""

    name: str
    media_type: str
    sha256: str
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Complete when it is decided: what is sent later is what was known then."""

    key: str
    """Stable: obligation, step, episode, recipient. The receiver can dedupe by it."""
    channel: str
    address: str
    role: str
    lang: str
    subject: str
    text: str
    html: str | None
    thread: str
    """Notifications of one obligation share it; a mail reader shows them as one conversation."""
    step: str
    created_at: datetime
    due_at: datetime | None = None
    """The deadline it speaks of."""
    stood_at: datetime | None = None
    """The instant its step stood for: from there escalation latency is measured."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Case, provider, commitment, verdict… for channels that carry structure."""
    attachments: Sequence[Attachment] = ()
    enclosures: Sequence[Enclosure] = ()
    """Attached as it is sent: until then, each stands once for all who are sent it."""

    @property
    def looks_back(self) -> bool:
        """It is for those who were told something of its thread, and news to nobody else."""
        return base_step(self.step) in _LOOKS_BACK

    @property
    def is_over(self) -> bool:
        """Nothing is left to act on: a close, or a correction that leaves no alarm standing."""
        if self.step == CORRECTION:
            return self.fields.get("verdict") not in ALARMS
        return self.step == CLOSED


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receiver has taken charge of it."""

    detail: str


def identity(*parts: str) -> str:
    """The key of one message: what it is about, step, episode, role, channel and address."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


class DeliveryFault(Exception):
    """Could not be handed over."""

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        retry_after: timedelta | None = None,
        whole_channel: bool = False,
        uncertain: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        """Trying again cannot help: a dead letter."""
        self.whole_channel = whole_channel
        """Nothing else would get through either, so nothing else need be tried just now."""
        self.uncertain = uncertain
        """It may have arrived all the same: it is only ever sent again under its own key."""
        self.retry_after = retry_after
        """The receiver asked for this much patience."""


class Channel(Protocol):
    """One way for a notification to travel. Sends one at a time, in the calling thread."""

    @property
    def name(self) -> str: ...

    def send(self, notification: Notification) -> Receipt:
        """Hand over, within the channel's own time limit.

        Raises:
            DeliveryFault: it was refused or the receiver could not be reached.
        """

    def close(self) -> None:
        """Let go of connections; a later `send` opens them again."""


@runtime_checkable
class StandingChannel(Channel, Protocol):
    """A channel whose receiver forgets what it is not told again."""

    @property
    def refresh_every(self) -> timedelta:
        """How often the receiver is to be told again, in real time."""

    def refresh(self, standing: Sequence[Notification]) -> Receipt:
        """Say again that these still stand.

        Raises:
            DeliveryFault: as `send`.
        """
