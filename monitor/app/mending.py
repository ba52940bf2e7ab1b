"""Sources seen to from the pages: quarantine, and the words of a provider's that nobody knew."""

from collections.abc import Callable, Sequence

from monitor.alerts.interventions import Act
from monitor.app.rereading import Rereader
from monitor.app.station import Station
from monitor.app.words import Words
from monitor.cases.correction import Correction
from monitor.contract.model import Status
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.store.corrections import Corrections
from monitor.store.quarantine_desk import QuarantineDesk, Wanted
from monitor.web.board.desks import CorrectedWord, KeptLine, RetriedLine, UnknownWord


class StationMending:
    """On the station's database, by its configuration; `wake` has what changed judged at once."""

    def __init__(self, station: Station, wake: Callable[[], None]) -> None:
        self._station = station
        self._wake = wake
        self._desk = QuarantineDesk(station.database)
        self._corrections = Corrections(station.database)

    def quarantined(
        self, limit: int, *, source: str | None = None, before: int | None = None
    ) -> Sequence[KeptLine]:
        return [
            KeptLine(
                number=kept.id,
                source=kept.source,
                ref=kept.ref,
                reason=kept.reason,
                first_seen_at=kept.first_seen_at,
                last_seen_at=kept.last_seen_at,
                payload=kept.payload,
            )
            for kept in self._desk.latest(Wanted(source=source), limit, before=before)
        ]

    def retry(self, number: int, act: Act) -> RetriedLine:
        if self._desk.record(number) is None:
            raise _no_record(number)
        read = Rereader(self._station.parts.configuration.settings.sources).read
        attempt = self._desk.retry(number, read, at=self._station.clock.now(), act=act)
        self._wake()
        return RetriedLine(outcome=attempt.outcome.value, reason=attempt.reason)

    def discard(self, number: int, act: Act) -> None:
        if not self._desk.discard([number], act, at=self._station.clock.now()):
            raise _no_record(number)

    def unknown_words(self) -> Sequence[UnknownWord]:
        cases = self._corrections.cases_of_unknown()
        return [
            UnknownWord(
                source=each.source,
                word=each.raw_status,
                statements=each.observations,
                cases=cases.get((each.source, each.raw_status), 0),
                last_seen_at=each.last_seen_at,
            )
            for each in self._station.readings.unknown_statuses()
        ]

    def corrected_words(self) -> Sequence[CorrectedWord]:
        return [
            CorrectedWord(correction=each.correction, configured=each.configured)
            for each in self._words().corrected()
        ]

    def correct(self, source: str, word: str, status: Status | None, act: Act) -> Correction:
        found = self._words().correct(source, word, status, act, self._station.clock.now())
        self._wake()
        return found

    def _words(self) -> Words:
        sources = self._station.parts.configuration.settings.sources
        return Words(self._station.database, sources)


def _no_record(number: int) -> InputError:
    return InputError(
        N_("no record {number} in quarantine: 'vigie quarantine list' has the numbers"),
        number=str(number),
    )
