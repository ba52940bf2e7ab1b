"""What differs between two sets of rules, in words."""

from collections.abc import Iterator
from itertools import islice

from monitor.cases.because import governing
from monitor.cli.words import gettext, ngettext, spoken
from monitor.contract.rule_changes import Era

_DAYS_SHOWN = 10
_TOLD_OTHERWISE = {
    # By the receipts it governs.
    ("contract", "effective_from"),
    # By the days that are made different.
    *(("calendars", field) for field in ("closed", "special", "opened", "moved", "holidays")),
}


def sentences(era: Era) -> Iterator[str]:
    """What differs for the receipts of an era, each thing once; of many days, the first ones."""
    language = spoken()
    yield from (because.sentence(language) for because in governing(era))
    for change in era.changes:
        if era.rests_on(change) and (change.part, change.field) not in _TOLD_OTHERWISE:
            yield change.sentence(language)
    days = dict.fromkeys(
        stretch.sentence(language) for stretches in era.days.values() for stretch in stretches
    )
    yield from islice(days, _DAYS_SHOWN)
    if (left := len(days) - _DAYS_SHOWN) > 0:
        yield ngettext("And {count} more day.", "And {count} more days.", left).format(
            count=language.number(left)
        )
    if era.places_differ:
        yield gettext("Delivery places are ruled on otherwise.")
