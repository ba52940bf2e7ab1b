"""Each kind of channel as it is configured, to a receiver that remembers what it took."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

from monitor.alerts.notification import Channel
from monitor.alerts.outbox import Handling
from monitor.app.channels import channel_of
from monitor.settings import load_settings
from tests.support.alertmanager import alertmanager
from tests.support.carriers import to_people
from tests.support.receivers import Posted, Receiver, answer
from tests.support.smtp import smtp_server

KINDS = ("smtp", "pagerduty", "alertmanager", "webhook", "teams", "files", "apprise")
INCIDENTS = ("pagerduty", "alertmanager")
"""The kinds that are told of each case by itself, however many."""
SINGLE = (*INCIDENTS, "webhook")

Took = tuple[str, str]
"""The key that a receiver may know a message by, and what it was about."""


@dataclass
class Line:
    """A channel named `line` of some kind, and what its receiver took, each time."""

    kind: str
    path: Path
    """Of the settings that make it."""
    took: Callable[[], list[Took]]
    clear: Callable[[], None]

    def channel(self) -> Channel:
        return channel_at(self.path)

    @property
    def handling(self) -> Handling:
        return handling_of(self.kind)


def channel_at(path: Path) -> Channel:
    """The channel that settings describe."""
    return channel_of("line", load_settings(path).channels["line"])


def handling_of(kind: str) -> Handling:
    return Handling(stands=kind == "alertmanager") if kind in SINGLE else to_people()


@contextmanager
def line_of(kind: str, folder: Path, *, real: bool = False) -> Iterator[Line]:
    """A line that lasts until the block ends; `real`: to a real Alertmanager, not a script."""
    path = folder / "line.yaml"
    (folder / "secret").write_text("s3cret", encoding="utf-8")

    def line(took: Callable[[], list[Took]], clear: Callable[[], None], **settings: Any) -> Line:
        channel = {"type": kind, **settings}
        path.write_text(json.dumps({"channels": {"line": channel}}), encoding="utf-8")
        return Line(kind, path, took, clear)

    if kind == "smtp":
        with smtp_server() as sink:
            yield line(
                lambda: [(str(m.message["Message-ID"]), _cases(m.raw)) for m in sink.received],
                sink._received.clear,
                host=sink.host, port=sink.port, sender="vigie@example.org", security="none",
            )  # fmt: skip
    elif kind == "files":
        out = folder / "out"
        out.mkdir()
        yield line(
            lambda: [(path.name, _cases(path.read_bytes())) for path in out.iterdir()],
            lambda: _empty(out),
            folder=str(out), sender="vigie@example.org",
        )  # fmt: skip
    elif kind == "alertmanager" and real:
        with alertmanager(folder) as manager:
            # It cannot be emptied: what a test looks for in it, it has to name.
            yield line(
                lambda: [
                    (each["fingerprint"], each["labels"]["case"])
                    for each in manager.alerts(alertname="VigieObligation")
                ],
                lambda: None,
                urls=[manager.url],
            )
    else:
        with Receiver(answer(200)) as server:
            key, about, settings = _over_http(kind, folder, server)
            yield line(
                lambda: [(key(posted), about(posted)) for posted in server.posted],
                server.posted.clear,
                **settings,
            )


_Read = Callable[[Posted], str]


def _over_http(kind: str, folder: Path, server: Receiver) -> tuple[_Read, _Read, dict[str, Any]]:
    """How to know a posted message, what it is about, and the settings that have it posted."""
    secret, url = {"file": "secret"}, server.url
    match kind:
        case "pagerduty":
            return (
                lambda p: p.json["event_action"] + p.json["dedup_key"],
                lambda p: p.json["payload"]["custom_details"]["case"],
                {"url": url, "routing_key": secret},
            )
        case "alertmanager":
            return (
                lambda p: json.dumps([each["labels"] for each in p.json]),
                lambda p: p.json[0]["labels"]["case"],
                {"urls": [url]},
            )
        case "webhook":
            return (
                lambda p: p.headers["Idempotency-Key"],
                lambda p: p.json["obligation"]["case"] or p.json["attachments"][0]["text"],
                {"url": url, "secret": secret, "allow_private": True},
            )
        case "teams":
            return (
                lambda p: p.headers["Idempotency-Key"],
                lambda p: p.json["attachments"][0]["content"]["fallbackText"],
                {"url": url},
            )
        case "apprise":
            address = f"json://127.0.0.1:{server.port}/{{address}}"
            (folder / "address").write_text(address, encoding="utf-8")
            return (
                # These services know no key: what they are told is the same, byte for byte.
                lambda p: hashlib.sha256(p.json["message"].encode()).hexdigest(),
                lambda p: p.json["title"] or p.json["message"],
                {"url": {"file": "address"}, "content": "text"},
            )
    raise AssertionError(kind)


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def _cases(raw: bytes) -> str:
    mail = message_from_bytes(raw)
    for part in mail.walk():
        if part.get_filename():
            return bytes(part.get_payload(decode=True)).decode()
    return bytes(next(mail.walk()).as_bytes()).decode("utf-8", "replace")
