"""How things stood at an instant of the past: as it was held, or worked out anew."""

from collections.abc import Iterator
from heapq import nsmallest

from monitor.cases.moment import Moment
from monitor.cases.obligation import Obligation
from monitor.cli.standing import Selection, Standing
from monitor.clock import zone
from monitor.engine.restate import restate, silences
from monitor.settings import Settings
from monitor.shown.at_work import RulesAtWork
from monitor.shown.owed import Owed, owed_at
from monitor.store.readings import Readings


def standing_then(
    readings: Readings,
    settings: Settings,
    rules: RulesAtWork,
    selection: Selection,
    moment: Moment,
    *,
    as_held: bool,
) -> Standing:
    """The obligations of a moment, the most urgent of then first.

    `as_held`: what was held at it, from the record of that, by the rules of the time. Else what the
    statements that the moment knows of give, by today's rules or those of when it is known at.
    """
    found = (
        _held(readings, rules, moment) if as_held else _restated(readings, settings, rules, moment)
    )
    chosen = (owed for owed in found if _takes(selection, owed.obligation))
    if selection.limit is None:
        owed = sorted(chosen, key=_urgency)
    else:
        owed = nsmallest(selection.limit, chosen, key=_urgency)
    return Standing(
        as_of=moment.at,
        zone=zone(rules.book.versions[-1].zone),
        owed=tuple(owed),
        moment=moment,
    )


def _held(readings: Readings, rules: RulesAtWork, moment: Moment) -> Iterator[Owed]:
    for obligation in readings.past.held(moment.at):
        book = rules.book_of_then(obligation, moment.at) or rules.book
        yield owed_at(obligation, book, moment.at)


def _restated(
    readings: Readings, settings: Settings, rules: RulesAtWork, moment: Moment
) -> Iterator[Owed]:
    stale_after = {source.name: source.stale_after for source in settings.sources}
    silent = silences(readings.sources(), stale_after, moment)
    book = rules.book if moment.known_at is None else rules.book_at(moment.known_at)
    for docket in readings.past.dockets():
        for obligation in restate(docket, book, moment, silent):
            yield owed_at(obligation, book, moment.at)


def _takes(selection: Selection, obligation: Obligation) -> bool:
    is_open = obligation.evaluation.is_open
    return (selection.settled or is_open) and selection.sought.takes(obligation)


def _urgency(owed: Owed) -> tuple[object, ...]:
    """The open ones by deadline, those without one last; then the settled, the latest first."""
    found, key = owed.obligation.evaluation, owed.obligation.key
    name = (key.provider, key.kind.value, key.ref, owed.obligation.commitment)
    if found.is_open:
        due_at = found.due_at
        return (0, due_at is None, 0.0 if due_at is None else due_at.timestamp(), name)
    ended_at = found.stopped_at or owed.obligation.evaluated_at
    return (1, False, -ended_at.timestamp(), name)
