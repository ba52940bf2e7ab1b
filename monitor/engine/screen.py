"""Which cases are certainly as they should be, told from their rows alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from monitor.alerts.policy.trigger import AfterBreach, Breach, ShareUsed
from monitor.alerts.subject import Subject
from monitor.contract.book import ContractBook, NotInForceError, local_date
from monitor.contract.model import Commitment, ContractVersion, Status
from monitor.contract.regions import RegionAnswer
from monitor.engine.bulk import Figures, PlainCase, Terms, ending_of
from monitor.engine.instants import instant, micros
from monitor.engine.rules import Rules
from monitor.engine.sheets import OwedRow, Sheet, StatementRow

_QUARTER = 900_000_000
"""A quarter of an hour: within one, no local date changes, nor what is promised with it.

Offsets from UTC have been whole quarters everywhere since 1972.
"""

_REMEMBERED = 100_000


_STATUSES = {status.value: status for status in Status}
_commitment = attrgetter("commitment")
_by_statement = attrgetter("observed_at", "changed_at", "id")
_by_event = attrgetter("changed_at", "observed_at", "id")


class Promise(NamedTuple):
    version: ContractVersion
    commitment: Commitment
    region: RegionAnswer | None


class _Asked(NamedTuple):
    """A question put to the arrays, and the row its answer makes."""

    sheet: Sheet
    facts: "_Facts"
    promise: Promise
    case: PlainCase


class _Facts(NamedTuple):
    """What a case is, of one that never was anything else."""

    source: str
    organization: str | None
    category: str
    place: str | None
    received_at: int
    changes: Sequence[tuple[int, Status]]


class Screen:
    """Judges plain cases in arrays; all others are for `judge`.

    `vouched` has the last instant that each source vouches for.
    """

    def __init__(self, rules: Rules, vouched: Mapping[str, datetime], now: datetime) -> None:
        self._is_simple = _is_simple(rules)
        self._book = rules.book
        self._policy = rules.policy
        self._vouched = {name: micros(at) for name, at in vouched.items()}
        self._now = micros(now)
        self._terms: dict[tuple[str, str, str], Terms] = {}
        self._promises: dict[tuple[str, str | None, int], list[Promise]] = {}

    def judge(self, sheets: Iterable[Sheet]) -> dict[int, list[OwedRow]]:
        """What is owed on each plain case that is owed anything, by its id."""
        if not self._is_simple:
            return {}
        asked: dict[tuple[str, str, str], list[_Asked]] = defaultdict(list)
        expected: dict[int, int] = {}
        for sheet in sheets:
            questions = [] if sheet.is_eventful else self._questions(sheet)
            for each in questions:
                promise = each.promise
                name = (sheet.provider, promise.version.version, promise.commitment.id)
                asked[name].append(each)
            expected[sheet.case_id] = len(questions)
        judged: dict[int, list[OwedRow]] = defaultdict(list)
        for (provider, *_), group in asked.items():
            terms = self._terms_of(provider, group[0].promise)
            answers = terms.judge([each.case for each in group])
            for each, figures in zip(group, answers, strict=True):
                if figures is not None:
                    judged[each.sheet.case_id].append(_row(each, figures))
        return {id_: rows for id_, rows in judged.items() if len(rows) == expected[id_]}

    def _questions(self, sheet: Sheet) -> list[_Asked]:
        """None for a case that is not plain, or that owes nothing."""
        facts = _facts(sheet.statements)
        if facts is None:
            return []
        # As `rebuild` has it: at the instant it was last judged at, in silence if it was then.
        now, silent = self._now, False
        if sheet.owed:
            now = max([row.evaluated_at for row in sheet.owed])
            silent = any(row.silent for row in sheet.owed)
        silent_since = self._vouched.get(facts.source) if silent else None
        asked = []
        for promise in self._owed(facts):
            ending = ending_of(promise.commitment, facts.changes)
            if ending is None:
                return []
            case = PlainCase(facts.received_at, ending, now, silent_since)
            asked.append(_Asked(sheet, facts, promise, case))
        return asked

    def _owed(self, facts: _Facts) -> list[Promise]:
        name = (facts.category, facts.place, facts.received_at // _QUARTER)
        found = self._promises.get(name)
        if found is None:
            if len(self._promises) > _REMEMBERED:
                self._promises.clear()
            found = self._promises[name] = _promised(self._book, facts)
        return found

    def _terms_of(self, provider: str, promise: Promise) -> Terms:
        version, commitment = promise.version, promise.commitment
        name = (provider, version.version, commitment.id)
        if name not in self._terms:
            self._terms[name] = Terms(
                commitment=commitment,
                clock=self._book.clock(version, commitment.calendar),
                hours_clock=self._book.clock(version, version.support_hours),
                days_clock=self._book.clock(version, version.business_days),
                steps=self._policy.ladder(Subject(provider=provider, commitment=commitment.id)),
                closed_within=self._policy.closed_within // timedelta(microseconds=1),
            )
        return self._terms[name]


def _is_simple(rules: Rules) -> bool:
    """Whether a ladder follows from the provider and the commitment, and its steps from that."""
    parts = (rules.policy, *rules.policy.steps)
    return (
        not rules.policies
        and rules.policy.quiet_outside is None
        and not any(recipient.quiet_outside for recipient in rules.recipients)
        and not any(part.organizations or part.regions or part.severities for part in parts)
        and all(
            step.every is None and isinstance(step.at, ShareUsed | Breach | AfterBreach)
            for step in rules.policy.steps
        )
    )


def _promised(book: ContractBook, facts: _Facts) -> list[Promise]:
    received_at = instant(facts.received_at)
    try:
        version = book.in_force(received_at)
    except NotInForceError:
        return []
    answer = None
    if any(each.region for each in version.commitments if each.category == facts.category):
        answer = book.region_of(version, facts.place, received_at)
    region = None if answer is None else answer.region
    on = local_date(version, received_at)
    return [
        Promise(version, commitment, None if commitment.region is None else answer)
        for commitment in version.owed_on(facts.category, region, on)
    ]


def _facts(statements: Sequence[StatementRow]) -> _Facts | None:
    """What a timeline would say; None where something of it changed, or is in doubt."""
    stated = happened = statements
    if len(statements) > 1:
        stated = sorted(statements, key=_by_statement)
        happened = sorted(statements, key=_by_event)
    last = stated[-1]
    changes: list[tuple[int, Status]] = []
    raw_status = None
    for row in happened:
        if (
            row.changed_after is not None
            or row.previous_id is not None
            or row.status is None
            or row.category != last.category
            or row.received_at != last.received_at
            or row.source != last.source
        ):
            return None
        if row.raw_status != raw_status:
            changes.append((max(row.changed_at, last.received_at), _STATUSES[row.status]))
            raw_status = row.raw_status
    if last.category is None or len({at for at, _ in changes}) < len(changes):
        return None
    return _Facts(
        source=last.source,
        organization=next((row.organization for row in reversed(stated) if row.organization), None),
        category=last.category,
        place=next((row.place for row in stated if row.place), None),
        received_at=last.received_at,
        changes=changes,
    )


def _row(asked: _Asked, figures: Figures) -> OwedRow:
    sheet, facts, (version, commitment, region), case = asked
    amount = commitment.amount
    # In the order of its fields, which by name would take four times as long.
    return OwedRow(
        sheet.provider,
        facts.source,
        facts.organization,
        facts.place,
        commitment.id,
        version.version,
        commitment.calendar,
        amount.unit.value,
        amount.seconds,
        None if region is None else region.region,
        region is not None and region.provisional,
        facts.received_at,
        figures.starts_at,
        figures.due_at,
        figures.elapsed_seconds,
        figures.remaining_seconds,
        figures.verdict.value,
        figures.reason.value,
        figures.stopped_at,
        0,
        case.now,
        figures.stopped_at is None,
        case.silent_since is not None,
        figures.next_wakeup_at,
    )
