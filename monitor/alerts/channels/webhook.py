"""The channel `webhook`: each notification as JSON, signed, to a program of the operator's own."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime

from monitor.alerts.channels.http import hand_over
from monitor.alerts.channels.payload import payload_of
from monitor.alerts.notification import Notification, Receipt
from monitor.outbound.posting import Poster


class WebhookChannel:
    """The body is the same each time a notification is sent; the signature has the time."""

    def __init__(
        self, name: str, *, url: str, secret: str, poster: Poster, now: Callable[[], datetime]
    ) -> None:
        """`secret` is what the receiver checks signatures by; `now` is the receiver's time too."""
        self.name = name
        self._url = url
        self._secret = secret.encode()
        self._poster = poster
        self._now = now

    def send(self, notification: Notification) -> Receipt:
        """Post it; any 2xx is a receipt.

        Raises:
            DeliveryFault: as `hand_over`.
        """
        body = payload_of(notification).model_dump_json().encode()
        stamp = int(self._now().timestamp())
        answer = hand_over(
            self._poster,
            self._url,
            body,
            {
                "Idempotency-Key": notification.key,
                "Vigie-Signature": f"t={stamp},v1={signature(self._secret, stamp, body)}",
            },
        )
        return Receipt(f"{answer.status} {answer.text}".strip())

    def close(self) -> None:
        self._poster.close()


def signature(secret: bytes, stamp: int, body: bytes) -> str:
    """HMAC-SHA256 over `STAMP.BODY`: a recorded request is no use once its stamp is old."""
    return hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
