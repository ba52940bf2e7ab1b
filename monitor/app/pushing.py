"""What sources push over HTTP, taken into the station's database by its configuration."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from monitor.app.station import Station
from monitor.collectors.base import Batch
from monitor.metrics import EventCounts
from monitor.settings import PushSettings
from monitor.store.pushes import KeyUsedError, Named, Pushes
from monitor.store.recording import Stored
from monitor.web.pushing import (
    Answer,
    KeyClashError,
    Pushed,
    TakenAway,
    Unavailable,
)

_log = structlog.get_logger(__name__)


class PushDoor:
    """Takes pushes for the sources of the configuration at work; `wake` has them judged at once."""

    def __init__(self, station: Station, counts: EventCounts, wake: Callable[[], None]) -> None:
        self._station = station
        self._counts = counts
        self._wake = wake
        self._pushes = Pushes(station.database)

    def source_of(self, token: str) -> str | None:
        found = None
        # All are compared, so that the time it takes tells nothing.
        for source in self._sources().values():
            expected = source.token.get_secret_value().encode()
            if hmac.compare_digest(expected, token.encode(errors="replace")):
                found = source.name
        return found

    def a_minute(self, source: str) -> int:
        configured = self._sources().get(source)
        return 1 if configured is None else configured.a_minute

    def take(self, source: str, pushed: Pushed, named: tuple[str, str] | None) -> Answer:
        configured = self._sources().get(source)
        collector = self._station.parts.pushes.get(source)
        if configured is None or collector is None:
            raise TakenAway
        at = self._station.clock.now()
        read = collector.read(pushed.records, at)

        def account(batch: Batch, stored: Stored) -> Mapping[str, Any]:
            fresh = {each.key for each in stored.fresh}
            unknown = {
                raw: count
                for raw, count in batch.unknown_statuses.items()
                if raw not in stored.corrected
            }
            told = replace(batch, unknown_statuses=unknown)
            return collector.account(read, told, fresh=fresh, refused=stored.refused)

        try:
            taken = self._pushes.take(
                source,
                lambda window: collector.batch(
                    read, window, as_of=pushed.as_of, complete=pushed.complete
                ),
                account,
                named=None if named is None else Named(key=named[0], digest=named[1]),
                gone_after=configured.gone_after,
                at=at,
            )
        except KeyUsedError:
            raise KeyClashError from None
        except DBAPIError as error:
            # The kind alone: a driver's message may quote its connection string.
            _log.error("push_not_stored", source=source, error=type(error).__name__)
            raise Unavailable from None
        if not taken.again:
            _log_push(source, taken.answer)
            self._wake()
        return Answer(body=taken.answer, again=taken.again)

    def told(self, source: str, outcome: str) -> None:
        self._counts.pushed(source, outcome)

    def _sources(self) -> Mapping[str, PushSettings]:
        sources = self._station.parts.configuration.settings.sources
        return {each.name: each for each in sources if isinstance(each, PushSettings)}


def _log_push(source: str, answer: Mapping[str, Any]) -> None:
    counts = {name: answer[name] for name in ("received", "accepted", "quarantined")}
    write = _log.info if answer["received"] else _log.debug
    write("pushed", source=source, **counts)
    for warning in answer["warnings"]:
        _log.warning("source_warning", source=source, warning=warning)
    if answer["quarantined"]:
        _log.warning("records_quarantined", source=source, records=answer["quarantined"])
    for raw_status, count in sorted(answer["unknown_statuses"].items()):
        _log.warning("unknown_status", source=source, raw_status=raw_status, statements=count)
