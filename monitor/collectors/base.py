"""What a source of observations is, whatever it speaks."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from monitor.cases.claim import ProviderClaim
from monitor.cases.observation import CaseKey, Observation
from monitor.clock.segment import Segment
from monitor.contract.model import Status

Cursor = Mapping[str, Any]
"""Where a walk stands, in the source's own terms; JSON, opaque to everyone else."""


BUDGET_SPENT = "budget"
"""The kind of fault that ends a poll because its own time is up."""


class SourceFault(Exception):
    """The source could not be read: nothing it holds may be judged from this attempt."""

    def __init__(self, message: str, *, kind: str, not_before: datetime | None = None) -> None:
        super().__init__(message)
        self.said = message
        """The message, which most can tell in the reader's language."""
        self.kind = kind
        """A short, bounded name for metrics: `timeout`, `http_5xx`, `not_json`, `auth`, …"""
        self.not_before = not_before
        """The source asked not to be called again before this instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A record that cannot be read as configured: nothing is judged from it, nothing forgotten.

    `payload` is what the mapping extracts from a record and no more, so that nobody's name rests
    here either; a corrected mapping reads it again.
    """

    ref: str | None
    reason: str
    payload: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store already knows of a case, for sources that keep no history.

    All but `confirmed_at` is as the case's last statement has it, place included.
    """

    key: CaseKey
    last_observation_id: str
    raw_status: str
    received_at: datetime
    confirmed_at: datetime
    """The last poll that saw the case in this state."""
    organization: str | None = None
    category: str | None = None
    place: str | None = None
    severity: str | None = None
    status: Status | None = None
    """What the raw status was read as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """A stored statement whose raw status the mapping now leads elsewhere."""

    id: str
    """The statement's."""
    source: str
    key: CaseKey
    raw_status: str
    status: Status | None
    before: Status | None
    """What it was read as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One page's worth; stored with its cursor in one transaction."""

    observations: Sequence[Observation] = ()
    quarantined: Sequence[Quarantined] = ()
    confirmed: Sequence[CaseKey] = ()
    """Cases read again and found exactly as last stated: seen as of this poll, nothing new."""
    reread: Sequence[Reread] = ()
    """Of the confirmed ones, those whose present status is understood otherwise than it was."""
    missing: Sequence[CaseKey] = ()
    """Cases asked for by reference that the source says it does not have."""
    cursor: Cursor | None = None
    """Where the next walk starts; only on the last batch of a complete walk."""
    checkpoint: Cursor | None = None
    """Where this very walk goes on if it is cut after this batch; None: no further than before."""
    complete: bool = False
    """The walk saw everything up to `as_of`: the source is confirmed as of then."""
    as_of: datetime | None = None
    """The instant whose state this shows, and its cases were seen in; None: the poll's start.

    An export is as of when it was made, however late it is read, and however often the folder it
    lies in is looked at.
    """
    vouches: bool = True
    """False on a complete walk that found nothing to go by: the source answers, and is confirmed
    no further than it was."""
    answered: Sequence[str] = ()
    """References in quarantine that are no question any more, though no case has them: a file."""
    history: bool = False
    """Read to fill the past: of a case first met here, nobody is told what happened before."""
    claims: Mapping[CaseKey, Sequence[ProviderClaim]] = field(default_factory=dict)
    """What the provider says of its own service levels on these cases; decides nothing."""
    unknown_statuses: Mapping[str, int] = field(default_factory=dict)
    """Raw statuses that no `status_map` leads anywhere, with how many observations have them."""
    outside_contract: Sequence[str] = ()
    """References of records in categories that the mapping says the contract does not cover."""
    warnings: Sequence[str] = ()
    """What the source does other than asked and the walk had to work around, one line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollWindow:
    """One poll: from the cursor to its own start, within a budget."""

    cursor: Cursor | None
    until: datetime
    """The poll's start: later changes belong to the next one."""
    known: Iterable[Known] = ()
    """The source's open cases, as they are stored when they are gone through: perhaps a million."""
    overdue: Callable[[datetime | None], Iterable[Known]] | None = None
    """As `unseen`, asked of the store; None: worked out of `known`."""
    recall: Callable[[Sequence[CaseKey]], Sequence[Known]] | None = None
    """What is stored now of these cases, open or closed; None: `known` is all there is."""
    budget: timedelta = timedelta(minutes=10)
    """Real time the whole poll may take."""
    checkpoint: Cursor | None = None
    """Where a walk that was cut had come to; None: there is none to go on with."""
    period: Segment | None = None
    """Only what the source dates within it is wanted, to fill the past: what is open or gone is no
    concern of such a walk. None: an ordinary poll."""

    def unseen(self, since: datetime | None) -> Iterable[Known]:
        """The open cases that this walk has not stored so far, those seen longest ago first.

        `since`: the start of the poll that began it, where another one was cut.
        """
        if self.overdue is not None:
            return self.overdue(since)
        left = (
            known
            for known in self.known
            if (known.confirmed_at != self.until if since is None else known.confirmed_at < since)
        )
        return sorted(left, key=lambda known: known.confirmed_at)

    def stored(self, keys: Collection[CaseKey]) -> Mapping[CaseKey, Known]:
        """What is known of these cases at this moment of the poll; unknown ones are left out."""
        if not keys:
            return {}
        found = self.known if self.recall is None else self.recall(list(keys))
        return {known.key: known for known in found if known.key in keys}


class Collector(Protocol):
    """Reads one source. Holds no state between polls: the cursor is the state."""

    @property
    def name(self) -> str:
        """The source's name in `vigie.yaml`."""

    def check(self) -> str:
        """Reach the source and read one record; a sentence saying what was found.

        Raises:
            SourceFault: it cannot be reached or does not answer as configured.
        """

    def fetch(self, window: PollWindow) -> Iterator[Batch]:
        """Walk what changed since the cursor, then what is known to be open.

        A walk in an order it can go on in gives checkpoints on the way; one that was cut goes on
        from `window.checkpoint`, where the collector can still make sense of it.

        Raises:
            SourceFault: the walk ended early; batches already given stay valid, the cursor does
                not move.
        """

    def refresh(self, refs: Sequence[str], window: PollWindow) -> Iterator[Batch]:
        """Read these references now, whatever the cursor says: none of the batches has one.

        A source that cannot be asked for one record gives nothing; the next poll will tell.

        Raises:
            SourceFault: as `fetch`.
        """

    def close(self) -> None:
        """Let go of connections."""
