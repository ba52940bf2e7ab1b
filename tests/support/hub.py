"""A provider's hub, beside its collections: it keeps callbacks, and tells them what it is told to."""

import json
import threading
from typing import Any

import requests

from monitor.simulator.behaviours import well
from monitor.simulator.exchange import Behaviour, Exchange


class HubDesk:
    """Answers `/hub`; everything else is the provider's own affair."""

    def __init__(self, resource: str = "troubleTicket", otherwise: Behaviour = well) -> None:
        self.resource = resource
        self.otherwise = otherwise
        self.callbacks: dict[str, str] = {}
        self.subscribed = 0
        self.contents: list[dict[str, Any]] = []
        self.changed = threading.Condition()

    def __call__(self, exchange: Exchange) -> None:
        path = exchange.received.path
        if path.endswith("/hub") and exchange.received.method == "POST":
            self._subscribe(exchange)
        elif "/hub/" in path and exchange.received.method == "DELETE":
            known = self.callbacks.pop(path.rpartition("/")[2], None)
            exchange.send(404 if known is None else 204, b"")
        else:
            self.otherwise(exchange)

    def tell(self, ref: str, kind: str = "StatusChangeEvent", **record: Any) -> list[int]:
        """Send an event on a case to every callback; what each answered."""
        event = {
            "eventId": "1",
            "eventType": f"TroubleTicket{kind}",
            "event": {self.resource: {"id": ref, **record}},
        }
        return [
            requests.post(f"{callback}/{self.resource}{kind}", json=event, timeout=10).status_code
            for callback in list(self.callbacks.values())
        ]

    def wait_for(self, subscribed: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.subscribed >= subscribed, 30)

    def _subscribe(self, exchange: Exchange) -> None:
        content = json.loads(exchange.received.body)
        with self.changed:
            self.subscribed += 1
            self.contents.append(content)
            hub_id = str(self.subscribed)
            self.callbacks[hub_id] = content["callback"]
            self.changed.notify_all()
        exchange.send(201, json.dumps({"id": hub_id, **content}).encode())
