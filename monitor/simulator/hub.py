"""A provider's hub: it keeps subscriptions, and tells of what changed in the book, or fails to."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import requests

from monitor.contract.model import CaseKind
from monitor.simulator.book import SimulatedCase, SimulatedProvider
from monitor.simulator.exchange import Behaviour, Exchange
from monitor.simulator.server import APIS, Api

_PATIENCE_SECONDS = 5
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Event:
    """Word of one case, as it was when the word was due."""

    case: SimulatedCase
    is_new: bool


Telling: TypeAlias = Callable[[Sequence[Event], Random], Sequence[Event]]
"""Which events leave when these are due."""


def each_once(due: Sequence[Event], _random: Random) -> Sequence[Event]:
    return due


def each_twice(due: Sequence[Event], _random: Random) -> Sequence[Event]:
    return [event for each in due for event in (each, each)]


def every_other(due: Sequence[Event], random: Random) -> Sequence[Event]:
    """Half of them, by chance; the others are lost."""
    return [each for each in due if random.random() < 1 / 2]


def held_back() -> Telling:
    """Each with those that are due after it, and behind them."""
    waiting: list[Event] = []

    def tell(due: Sequence[Event], _random: Random) -> Sequence[Event]:
        if not due:
            return ()
        late = waiting.copy()
        waiting[:] = due
        return [*reversed(due[1:]), *reversed(late)]

    return tell


@dataclass(slots=True)
class _Subscription:
    callback: str
    api: Api


class SimulatedHub:
    """Answers `/hub` beside each API. Calls nobody but this machine."""

    def __init__(
        self,
        provider: SimulatedProvider,
        tell: Telling,
        random: Random,
        *,
        forgets_after: int | None = None,
    ) -> None:
        """Begin with what is in the book: of that, nothing is told.

        Args:
            provider: whose changes.
            tell: which events leave.
            random: for those that are told by chance.
            forgets_after: how many rounds of events end a subscription, without a word.
        """
        self._provider = provider
        self._tell = tell
        self._random = random
        self._forgets_after = forgets_after
        self._rounds = 0
        self._told = self._book()
        self._subscriptions: dict[str, _Subscription] = {}
        self._session = requests.Session()
        self._session.trust_env = False
        self.subscribed = 0
        """How often somebody did."""
        self.events = 0
        """How many were taken."""

    def beside(self, otherwise: Behaviour) -> Behaviour:
        def behave(exchange: Exchange) -> None:
            api, _, rest = _at_hub(exchange.received.path)
            if api is not None and exchange.received.method == "POST":
                self._subscribe(exchange, api)
            elif api is not None and exchange.received.method == "DELETE":
                known = self._subscriptions.pop(rest, None)
                exchange.send(404 if known is None else 204)
            else:
                otherwise(exchange)

        return behave

    def step(self) -> None:
        """Tell of what changed since the last time, each case once as it is now."""
        book = self._book()
        due = [
            Event(case, is_new=ref not in self._told)
            for ref, case in book.items()
            if self._told.get(ref) is not case
        ]
        self._told = book
        for event in self._tell(due, self._random):
            self._send(event)
        self._rounds += bool(due)
        if self._forgets_after is not None and self._rounds >= self._forgets_after:
            self._rounds = 0
            self._subscriptions.clear()

    def close(self) -> None:
        self._session.close()

    def _book(self) -> dict[str, SimulatedCase]:
        kinds = (CaseKind.TICKET, CaseKind.ORDER)
        return {case.ref: case for kind in kinds for case in self._provider.cases(kind)}

    def _send(self, event: Event) -> None:
        for subscription in list(self._subscriptions.values()):
            if subscription.api.kind is not event.case.kind:
                continue
            resource = subscription.api.resource
            kind = f"{resource}{'CreateEvent' if event.is_new else 'AttributeValueChangeEvent'}"
            content = {
                "eventId": str(self.events + 1),
                "eventType": f"{kind[0].upper()}{kind[1:]}",
                "event": {resource: {"id": event.case.ref, "status": event.case.status}},
            }
            # Whoever does not listen misses it, as with any hub.
            with suppress(requests.RequestException):
                answer = self._session.post(
                    f"{subscription.callback}/{kind}", json=content, timeout=_PATIENCE_SECONDS
                )
                self.events += answer.ok

    def _subscribe(self, exchange: Exchange, api: Api) -> None:
        callback = _callback_in(exchange.received.body)
        if callback is None:
            exchange.send(400, b"{}")
            return
        self.subscribed += 1
        hub_id = str(self.subscribed)
        self._subscriptions[hub_id] = _Subscription(callback, api)
        exchange.send(201, json.dumps({"id": hub_id, "callback": callback}).encode())


def _at_hub(path: str) -> tuple[Api | None, str, str]:
    """The API whose hub a path is, and the subscription it names."""
    for api in APIS.values():
        found, hub, rest = path.partition(f"{api.base}/hub")
        if hub and not found:
            return api, hub, rest.strip("/")
    return None, "", ""


def _callback_in(body: bytes) -> str | None:
    """The address in a subscription, if it is on this machine: nothing leaves it."""
    try:
        content: Any = json.loads(body)
        callback = content["callback"]
        return callback.rstrip("/") if urlsplit(callback).hostname in _LOOPBACK else None
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
