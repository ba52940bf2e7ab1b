"""All that was concluded, worked out once more from what was stated; nobody is told anything."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Protocol

from monitor.cases.obligation import Evaluation, Obligation, Verdict
from monitor.cases.observation import CaseKey
from monitor.cases.records import SourceRecord
from monitor.contract.model import CaseKind
from monitor.engine.judge import judge
from monitor.engine.ports import Docket, Judged, Ruling
from monitor.engine.rules import Rules
from monitor.engine.screen import Screen
from monitor.engine.sheets import OwedRow, Sheet
from monitor.engine.silence import Silence

PAGE = 1000
"""Cases read, and put right, in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCase:
    """A case as it is kept: what was stated of it, and what was concluded."""

    docket: Docket
    is_open: bool
    fault_kind: str | None
    silent: bool
    """Last judged as one of a silent source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that is not what it should be. None stands for nothing, as where a row is missing."""

    case: CaseKey | None
    """None: of a count over all cases."""
    subject: str
    """The commitment; of a count what it counts; empty for the case itself."""
    field: str
    kept: object
    rebuilt: object


class Page(Protocol):
    """Some cases in a row, by ascending id, in one transaction."""

    @property
    def last_id(self) -> int | None:
        """The highest id among them, those that wait included; None: there are no more cases."""

    @property
    def waiting(self) -> int:
        """How many wait to be judged by the next tick, and are its affair."""

    @property
    def sheets(self) -> Sequence[Sheet]:
        """The others, in their rows."""

    def cases(self, case_ids: Collection[int]) -> Sequence[KeptCase]:
        """Some of them whole."""

    def begin(self, owed: Mapping[int, Sequence[OwedRow]], *, now: datetime) -> None:
        """Store what is owed on cases of which nothing is kept, by their ids; and count it."""

    def save(self, rulings: Sequence[Ruling], *, now: datetime) -> None:
        """Store these in place of what is kept of their cases, and move the counts along."""


class RebuildStore(Protocol):
    """What working everything out again needs of the store."""

    def sources(self) -> Sequence[SourceRecord]: ...

    def last_case_id(self) -> int:
        """The highest of all; 0: there is no case."""

    def page(
        self, after: int, limit: int, *, silent: Mapping[str, bool], mend: bool
    ) -> AbstractContextManager[Page]:
        """The cases that follow `after`; to be mended, they are the caller's until the block ends.

        `silent` tells which sources are so. A case waits where it has new observations or is to be
        tried again, where it was judged while its source stood otherwise, or where another
        replica has it.
        """

    def count_anew(self, *, mend: bool) -> Sequence[Difference]:
        """The kept counts of obligations that are not those of the obligations kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What working everything out again came to."""

    cases: int
    obligations: int
    waiting: int
    differing: int
    """Cases that were not as they should be."""
    differences: int

    @property
    def identical(self) -> bool:
        return not self.differences


def rebuild(
    store: RebuildStore,
    rules: Rules,
    *,
    now: datetime,
    mend: bool,
    told: Callable[[Difference], None],
    progress: Callable[[int], None] = lambda _: None,
) -> Rebuilt:
    """Judge every case once more, and compare with what is kept; `mend` puts it right.

    Each is judged at the instant it was last judged at, and as of a source that was silent if it
    was then, with the steps that have fired: nothing of these three can be worked out again, and
    with them the outcome is one. Where an obligation is not kept at all, its case is judged at
    `now`. What waits for the next tick is left to it.

    Nobody is told: steps and messages stay as they are, and a step that by this should have fired
    and has not is the next tick's, which it calls for. A crash, or a kill, leaves whole pages done;
    what is left is done when all is started again.
    """
    work = _Work(rules, _Silences(store.sources()), now, told)
    after = 0
    while True:
        with store.page(after, PAGE, silent=work.silence.stale, mend=mend) as page:
            if page.last_id is None:
                break
            after = page.last_id
            work.do(page, mend=mend)
        progress(after)
    for each in store.count_anew(mend=mend):
        work.sums.differences += 1
        told(each)
    return work.sums.rebuilt()


class _Work:
    """One page after another: plain cases in arrays, the others one by one."""

    def __init__(
        self, rules: Rules, silence: "_Silences", now: datetime, told: Callable[[Difference], None]
    ) -> None:
        self.silence = silence
        self.sums = _Sums()
        self._rules = rules
        self._now = now
        self._told = told
        self._screen = Screen(rules, silence.vouched, now)

    def do(self, page: Page, *, mend: bool) -> None:
        self.sums.waiting += page.waiting
        sheets = page.sheets
        judged = self._screen.judge(sheets)
        doubtful: list[int] = []
        blank: dict[int, Sequence[OwedRow]] = {}
        for sheet in sheets:
            owed = judged.get(sheet.case_id)
            if owed is not None and sheet.as_should_be(owed):
                self.sums.add(len(owed), ())
            elif owed is not None and sheet.is_blank(owed):
                blank[sheet.case_id] = owed
                self._tell(len(owed), list(_missing(sheet, owed)))
            else:
                doubtful.append(sheet.case_id)
        wrong = self._wrong(page.cases(doubtful)) if doubtful else []
        if mend and blank:
            page.begin(blank, now=self._now)
        if mend and wrong:
            page.save(wrong, now=self._now)

    def _wrong(self, cases: Sequence[KeptCase]) -> list[Ruling]:
        """The rulings on those that are not as they should be."""
        wrong = []
        for kept in cases:
            ruling = judge_again(kept, self._rules, self.silence, self._now)
            found = list(differences(kept, ruling))
            self._tell(len(ruling.judged), found)
            if found:
                wrong.append(ruling)
        return wrong

    def _tell(self, obligations: int, found: Sequence[Difference]) -> None:
        self.sums.add(obligations, found)
        for each in found:
            self._told(each)


def _missing(sheet: Sheet, owed: Sequence[OwedRow]) -> Iterator[Difference]:
    key = CaseKey(sheet.provider, CaseKind(sheet.kind), sheet.ref)
    for row in owed:
        yield _not_kept(key, row.commitment, Verdict(row.verdict))


def _not_kept(key: CaseKey, commitment: str, verdict: Verdict) -> Difference:
    return Difference(case=key, subject=commitment, field="verdict", kept=None, rebuilt=verdict)


class _Silences:
    """How sources stood when a case of theirs was judged, by whether they were silent then."""

    def __init__(self, sources: Sequence[SourceRecord]) -> None:
        self.stale = {source.name: source.stale_since is not None for source in sources}
        vouched = self.vouched = {source.name: source.vouched_until for source in sources}
        self._awake, self._silent = (
            Silence(stale={}, since=since, vouched_until=vouched, changed={}, next_at=None)
            for since in ({}, vouched)
        )

    def when(self, *, silent: bool) -> Silence:
        return self._silent if silent else self._awake


@dataclass(slots=True)
class _Sums:
    cases: int = 0
    obligations: int = 0
    waiting: int = 0
    differing: int = 0
    differences: int = 0

    def add(self, obligations: int, found: Sequence[Difference]) -> None:
        """One case more."""
        self.cases += 1
        self.obligations += obligations
        self.differing += bool(found)
        self.differences += len(found)

    def rebuilt(self) -> Rebuilt:
        return Rebuilt(**{each.name: getattr(self, each.name) for each in fields(self)})


def judge_again(kept: KeptCase, rules: Rules, silence: _Silences, now: datetime) -> Ruling:
    """The ruling that the last tick to judge a case came to, less whom it told."""
    owed = kept.docket.owed.values()
    # All that is owed is judged at one instant; what is owed no longer keeps an earlier one.
    at = max((each.obligation.evaluated_at for each in owed), default=now)
    ruling = judge(kept.docket, rules, silence=silence.when(silent=kept.silent), now=at)
    return replace(ruling, judged=[_quiet(each, at) for each in ruling.judged])


def _quiet(judged: Judged, at: datetime) -> Judged:
    """A ruling without its news; where there is any, the next tick is to look again."""
    obligation = judged.obligation
    if any(escalation.firing.told for escalation in judged.escalations):
        evaluation = replace(obligation.evaluation, next_wakeup_at=at)
        obligation = replace(obligation, evaluation=evaluation)
    return replace(judged, obligation=obligation, escalations=())


def differences(kept: KeptCase, ruling: Ruling) -> Iterator[Difference]:
    """Where what is kept of a case is not what its ruling says."""
    key = kept.docket.key
    owed = {name: each.obligation for name, each in kept.docket.owed.items()}
    judged = {each.obligation.commitment: each.obligation for each in ruling.judged}
    if ruling.retry_at is not None:
        # It could not be judged: what it owes stays as it is, and asks for nothing until then.
        judged = {name: _frozen(obligation) for name, obligation in owed.items()}
    for commitment, rebuilt in judged.items():
        before = owed.get(commitment)
        if before is None:
            yield _not_kept(key, commitment, rebuilt.evaluation.verdict)
        elif before.evaluation != rebuilt.evaluation or _facts(before) != _facts(rebuilt):
            yield from _between(key, before, rebuilt)
    fault_kind = None if ruling.fault is None else str(ruling.fault.kind)
    for field, was, becomes in (
        ("is_open", kept.is_open, ruling.is_open),
        ("fault_kind", kept.fault_kind, fault_kind),
    ):
        if was != becomes:
            yield Difference(case=key, subject="", field=field, kept=was, rebuilt=becomes)


def _frozen(obligation: Obligation) -> Obligation:
    return replace(obligation, evaluation=replace(obligation.evaluation, next_wakeup_at=None))


def _between(key: CaseKey, before: Obligation, rebuilt: Obligation) -> Iterator[Difference]:
    was, becomes = _figures(before), _figures(rebuilt)
    for name, value in was.items():
        if value != becomes[name]:
            yield Difference(
                case=key,
                subject=before.commitment,
                field=name,
                kept=value,
                rebuilt=becomes[name],
            )


_ELSEWHERE = {"id", "confirmed_at", "evaluation", "tags"}
"""Not the obligation's own, or compared by themselves."""

_FACTS = tuple(each.name for each in fields(Obligation) if each.name not in _ELSEWHERE)
_FIGURES = tuple(each.name for each in fields(Evaluation))


def _facts(obligation: Obligation) -> tuple[Any, ...]:
    return tuple(getattr(obligation, name) for name in _FACTS)


def _figures(obligation: Obligation) -> dict[str, Any]:
    """Every field by name, the evaluation's included."""
    found = {name: getattr(obligation, name) for name in _FACTS}
    return found | {name: getattr(obligation.evaluation, name) for name in _FIGURES}
