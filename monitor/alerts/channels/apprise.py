"""The channel `apprise`: SMS and the long tail of services, through the library of that name."""

import threading
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import quote

from monitor.alerts.escalation import Tone
from monitor.alerts.notification import DeliveryFault, Notification, Receipt

Content = Literal["subject", "text"]

_KINDS = {Tone.WARNING: "warning", Tone.BREACH: "failure", Tone.CLOSED: "success"}


class MissingLibraryError(Exception):
    """The extra is not installed."""


class AppriseChannel:
    """One service, by its apprise address; `{address}` in it is the recipient's.

    Apprise says whether a message was accepted, never why not: every fault may pass.
    """

    def __init__(self, name: str, *, url: str, content: Content, timeout: timedelta) -> None:
        """Load the library; nothing is sent yet.

        Args:
            name: The channel's in the configuration.
            url: As apprise writes it: `twilio://SID:TOKEN@FROM/{address}`. It holds secrets.
            content: `subject` for what is short by nature, as an SMS; `text` for the whole.
            timeout: The longest a send may take.

        Raises:
            MissingLibraryError: apprise is not installed.
            ValueError: apprise does not know such an address.
        """
        try:
            import apprise  # noqa: PLC0415 - an extra, and slow to load
        except ImportError:
            raise MissingLibraryError from None
        self.name = name
        self._url = url
        self._content = content
        self._timeout = timeout.total_seconds()
        self._library: Any = apprise
        if self._service("0") is None:
            raise ValueError("apprise does not know such an address")

    def send(self, notification: Notification) -> Receipt:
        """Hand it to the service.

        Raises:
            DeliveryFault: permanent when the recipient's address fits the service in no way.
        """
        service = self._service(notification.address)
        if service is None:
            raise DeliveryFault(
                f"apprise cannot reach {notification.address!r} by this channel", permanent=True
            )
        kind = _KINDS.get(Tone(notification.fields.get("tone", Tone.NOTE)), "info")
        given = {"body": notification.subject, "notify_type": kind}
        if self._content == "text":
            given |= {"title": notification.subject, "body": notification.text}
        if not self._in_time(service, given):
            raise DeliveryFault(
                f"{self._scheme}: the service did not accept it", permanent=False, uncertain=True
            )
        return Receipt(f"accepted by {self._scheme}")

    def close(self) -> None:
        """Nothing is held."""

    @property
    def _scheme(self) -> str:
        return self._url.partition(":")[0]

    def _service(self, address: str) -> Any:
        url = self._url.replace("{address}", quote(address, safe=""))
        return self._library.Apprise.instantiate(url, suppress_exceptions=True)

    def _in_time(self, service: Any, given: dict[str, str]) -> bool:
        """Whether it was accepted.

        In a thread of its own, which is left behind where it hangs: services have their own
        time limits, and none for the whole.
        """
        accepted: list[bool] = []
        thread = threading.Thread(
            target=lambda: accepted.append(bool(service.notify(**given))), daemon=True
        )
        thread.start()
        thread.join(self._timeout)
        if thread.is_alive():
            raise DeliveryFault(
                f"{self._scheme}: took longer than {self._timeout:g} s",
                permanent=False,
                whole_channel=True,
                uncertain=True,
            )
        return accepted == [True]
