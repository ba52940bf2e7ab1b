"""How what a source's quarantine kept is read anew, as the configuration describes it."""

from monitor.collectors.second_reading import SecondReading
from monitor.settings import MailboxSettings, SourceSettings


def second_reading_of(source: SourceSettings) -> SecondReading:
    """By the mapping it has now, and those of its rules."""
    rules = source.rules if isinstance(source, MailboxSettings) else ()
    return SecondReading(
        source=source.name,
        provider=source.provider,
        mapping=source.mapping,
        rules=[rule.mapping or source.mapping for rule in rules],
    )
