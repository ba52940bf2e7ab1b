"""One-time links by which a message's reader acknowledges: signed, expiring, telling nothing.

A link holds the message's key, which leads to obligation and recipient in the store alone, the
second it expires at, and a signature over both and the action.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from monitor.alerts.escalation import Role

PATH = "/acknowledge/"
LINK_ROLES = (Role.CONTRACT_MANAGER, Role.ORGANIZATION_RESPONDENT, Role.ON_CALL)
"""Who may acknowledge by a link: on the contract's side, never the provider."""

_ACTION = "acknowledge"
_TOKEN = re.compile(
    r"(?P<key>[0-9a-f]{64})\.(?P<expiry>[0-9a-z]{1,9})\.(?P<mac>[\w-]{43})", re.ASCII
)


class LinkFault(StrEnum):
    """Why a link leads nowhere."""

    WRONG = "wrong"
    """Not one of ours, or changed on the way."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class LinkClaim:
    """What a link that holds says."""

    notification_key: str
    digest: str
    """Of the whole link: by it, one that acted is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes links and reads them."""

    public_url: str
    """Where the pages are reached from outside, without a slash at the end."""
    key: bytes = field(repr=False)
    valid_for: timedelta = timedelta(days=7)
    roles: Collection[str] = LINK_ROLES

    def link(self, notification_key: str, now: datetime) -> str:
        """The address that acknowledges what the message of this key is about."""
        expiry = _base36(int((now + self.valid_for).timestamp()))
        mac = self._mac(notification_key, expiry)
        return f"{self.public_url}{PATH}{notification_key}.{expiry}.{mac}"

    def read(self, token: str, now: datetime) -> LinkClaim | LinkFault:
        """What the last part of an address says."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            return LinkFault.WRONG
        mac = self._mac(found["key"], found["expiry"])
        if not hmac.compare_digest(mac, found["mac"]):
            return LinkFault.WRONG
        if now >= datetime.fromtimestamp(int(found["expiry"], 36), UTC):
            return LinkFault.EXPIRED
        return LinkClaim(found["key"], hashlib.sha256(token.encode()).hexdigest())

    def _mac(self, notification_key: str, expiry: str) -> str:
        signed = f"{_ACTION}\x1f{notification_key}\x1f{expiry}"
        mac = hmac.new(self.key, signed.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"
