"""Watches the watcher: beats while all goes round, and tells past the outbox when it does not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from monitor.engine.vitals import Ailment, Limits, Vitals, ailments, makes_progress

_log = structlog.get_logger(__name__)


class Signs(Protocol):
    """How the world learns that Vigie is at work or is not. Each may raise, and is tried again."""

    def beat(self) -> None:
        """All goes round."""

    def progress(self) -> None:
        """The process makes progress."""

    def alarm(self, found: Sequence[Ailment]) -> None:
        """Tell somebody what is wrong; nothing: it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchTerms:
    """Spans are in the time of the clock that vitals are read by, but for the round's."""

    limits: Limits = field(default_factory=Limits)
    beat_every: timedelta = timedelta(minutes=1)
    alarm_again: timedelta = timedelta(hours=4)
    round_seconds: float = 15.0
    """Real ones, from one look to the next."""


class Watcher:
    """One round at a time; each decides by what is seen then."""

    def __init__(self, look: Callable[[], Vitals], signs: Signs, terms: WatchTerms) -> None:
        self._look, self._signs, self._terms = look, signs, terms
        self._beaten_at: datetime | None = None
        self._alarmed_at: datetime | None = None

    def step(self) -> float:
        """Look once; real seconds until the next look."""
        vitals = self._look()
        found = ailments(vitals, self._terms.limits)
        if makes_progress(vitals):
            self._signs.progress()
        if found:
            self._worry(found, vitals.now)
        else:
            self._relax(vitals.now)
        return self._terms.round_seconds

    def _worry(self, found: Sequence[Ailment], now: datetime) -> None:
        if self._alarmed_at is not None and now - self._alarmed_at < self._terms.alarm_again:
            return
        for each in found:
            _log.error(
                "vigie_unwell",
                kind=str(each.kind),
                where=each.where,
                lasting_seconds=each.lasting.total_seconds(),
            )
        if self._tell(lambda: self._signs.alarm(found)):
            self._alarmed_at = now

    def _relax(self, now: datetime) -> None:
        if self._alarmed_at is not None and self._tell(lambda: self._signs.alarm(())):
            _log.info("vigie_well_again")
            self._alarmed_at = None
        due = self._beaten_at is None or now - self._beaten_at >= self._terms.beat_every
        if due and self._tell(self._signs.beat):
            self._beaten_at = now

    def _tell(self, sign: Callable[[], None]) -> bool:
        try:
            sign()
        except Exception as error:  # noqa: BLE001 - whatever fails there, the watch goes on
            _log.warning("sign_not_given", fault=f"{type(error).__name__}: {error}")
            return False
        return True
