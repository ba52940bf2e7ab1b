"""The channel `files`: each notification as a file in a folder, for a program of the site's own."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from monitor.alerts.channels.mail import compose
from monitor.alerts.channels.payload import payload_of
from monitor.alerts.notification import DeliveryFault, Notification, Receipt

Form = Literal["eml", "json"]


class FilesChannel:
    """A file is there whole or not at all, and has one name however often it is sent."""

    def __init__(self, name: str, *, folder: Path, form: Form, sender: str | None) -> None:
        """Write nothing yet.

        Args:
            name: The channel's in the configuration.
            folder: Where files appear; it exists.
            form: `eml`, an e-mail a file, or `json`, with a text beside it.
            sender: The address that e-mails are from.

        Raises:
            ValueError: e-mails without a sender.
        """
        if form == "eml" and sender is None:
            raise ValueError("an e-mail needs a sender")
        self.name = name
        self._folder = folder
        self._form = form
        self._sender = sender or ""

    def send(self, notification: Notification) -> Receipt:
        """Put it in the folder; its name is the receipt.

        Raises:
            DeliveryFault: permanent when it cannot be written as an e-mail; else the folder or the
                disk is at fault, and nothing else would get through.
        """
        # Sorted by name, they are in the order in which they were decided.
        stem = f"{notification.created_at:%Y%m%dT%H%M%S}-{notification.key[:24]}"
        try:
            for suffix, content in self._contents(notification).items():
                _put(self._folder / f"{stem}{suffix}", content)
            _flush(self._folder)
        except OSError as error:
            raise DeliveryFault(
                f"{self._folder}: {error.strerror or error}", permanent=False, whole_channel=True
            ) from error
        return Receipt(f"{stem}.{self._form}")

    def close(self) -> None:
        """Nothing is held."""

    def _contents(self, notification: Notification) -> Mapping[str, bytes]:
        if self._form == "eml":
            return {".eml": compose(notification, self._sender).as_bytes()}
        text = f"{notification.subject}\n\n{notification.text}"
        body = payload_of(notification).model_dump_json(indent=2)
        # The JSON last: whoever waits for it finds the text there.
        return {".txt": text.encode(), ".json": f"{body}\n".encode()}


def _put(path: Path, content: bytes) -> None:
    """Write a file whole: under another name first, on the disk, then under its own."""
    # Hidden, and of this process alone: two that send the same must not write into one file.
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def _flush(folder: Path) -> None:
    """Have the names on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
