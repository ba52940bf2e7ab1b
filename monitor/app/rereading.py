"""How what a source's quarantine kept is read anew, as the configuration describes it."""

from collections.abc import Iterable

from monitor.collectors.base import Batch, PollWindow
from monitor.collectors.second_reading import SecondReading
from monitor.locale.marking import N_, Said
from monitor.settings import MailboxSettings, SourceSettings
from monitor.store.quarantine_desk import Kept


def second_reading_of(source: SourceSettings) -> SecondReading:
    """By the mapping it has now, and those of its rules."""
    rules = source.rules if isinstance(source, MailboxSettings) else ()
    return SecondReading(
        source=source.name,
        provider=source.provider,
        mapping=source.mapping,
        rules=[rule.mapping or source.mapping for rule in rules],
    )


class Rereader:
    """Reads what quarantine kept by the mappings that the sources have now."""

    def __init__(self, sources: Iterable[SourceSettings]) -> None:
        self._readings = {source.name: second_reading_of(source) for source in sources}

    def read(self, kept: Kept, window: PollWindow) -> Batch | str:
        """What a record states, or what to do instead."""
        reading = self._readings.get(kept.source)
        if reading is None:
            return Said(
                N_("its source {source} is configured no more; discard it"), source=kept.source
            )
        return reading.read(kept.payload, window, seen_at=kept.last_seen_at)
