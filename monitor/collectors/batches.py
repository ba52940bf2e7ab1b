"""Records as batches of observations."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from monitor.cases.claim import ProviderClaim
from monitor.cases.observation import CaseKey, Observation
from monitor.collectors.base import Batch, Known, PollWindow, Quarantined, Reread
from monitor.collectors.reading import Extract, Facts, OutsideContract, Reading
from monitor.collectors.statements import Origin, needs_known, observations_of
from monitor.contract.model import CaseKind
from monitor.locale.marking import N_, Said

Row = Extract | Quarantined
"""A record after the mapping's expressions, or why they lead nowhere on it."""


Read = Facts | OutsideContract | Quarantined
"""A record after the mapping."""


def ref_of(row: Row) -> str | None:
    """A record's reference, where it has one that can be read."""
    return row.ref if isinstance(row, Quarantined) else row.get("ref")


class BatchMaker:
    """Knows whose records they are and how to read them."""

    def __init__(self, *, source: str, provider: str, kind: CaseKind, reading: Reading) -> None:
        self._source = source
        self._provider = provider
        self._kind = kind
        self._reading = reading

    def key(self, ref: str) -> CaseKey:
        return CaseKey(self._provider, self._kind, ref)

    def batch(
        self, rows: Sequence[Row], window: PollWindow, missing: Sequence[CaseKey] = ()
    ) -> Batch:
        """One batch of what these rows state."""
        return self.of([self._read(row, window.until) for row in rows], window, missing=missing)

    def of(
        self,
        read: Sequence[Read],
        window: PollWindow,
        *,
        missing: Sequence[CaseKey] = (),
        as_of: datetime | None = None,
    ) -> Batch:
        """One batch of what was read, as things stood at `as_of`; None: at the poll's start."""
        stored = window.stored(
            {
                self.key(one.ref)
                for one in read
                if isinstance(one, OutsideContract) or (isinstance(one, Facts) and needs_known(one))
            }
        )
        observations: list[Observation] = []
        quarantined: list[Quarantined] = []
        confirmed: list[CaseKey] = []
        reread: list[Reread] = []
        outside: list[str] = []
        claims: dict[CaseKey, Sequence[ProviderClaim]] = {}
        undated = 0
        for one in read:
            if isinstance(one, Quarantined):
                quarantined.append(one)
            elif isinstance(one, OutsideContract):
                outside.append(one.ref)
                quarantined += _left_the_contract(one, stored.get(self.key(one.ref)))
            else:
                key = self.key(one.ref)
                origin = Origin(
                    source=self._source, key=key, until=window.until, as_of=as_of or window.until
                )
                found = observations_of(one, origin, self._reading, stored.get(key))
                observations += found
                undated += one.undated
                if one.claims:
                    claims[key] = one.claims
                if not found:
                    confirmed.append(key)
                    reread += self._reread(stored.get(key))
        return Batch(
            observations=observations,
            quarantined=quarantined,
            confirmed=confirmed,
            reread=reread,
            missing=missing,
            as_of=as_of,
            claims=claims,
            unknown_statuses=Counter(
                seen.raw_status for seen in observations if seen.status is None
            ),
            outside_contract=outside,
            warnings=_undated(undated),
        )

    def _reread(self, known: Known | None) -> Sequence[Reread]:
        """The case's last statement, where the mapping has learned or unlearned its word.

        A statement with a time of its own is made again, under its id; this one is not.
        """
        if known is None:
            return ()
        status = self._reading.status_of(known.raw_status)
        if status == known.status:
            return ()
        return (
            Reread(
                id=known.last_observation_id,
                source=self._source,
                key=known.key,
                raw_status=known.raw_status,
                status=status,
                before=known.status,
            ),
        )

    def _read(self, row: Row, until: datetime) -> Read:
        return row if isinstance(row, Quarantined) else self._reading.interpret(row, until=until)


def _left_the_contract(one: OutsideContract, known: Known | None) -> Sequence[Quarantined]:
    # A case that is watched does not end by being filed under something else.
    if known is None:
        return ()
    reason = Said(
        N_(
            "category is now '{now}', outside the contract, and the case is watched as '{before}';"
            " take it out of outside_contract, or have the provider close the case"
        ),
        now=one.raw_category,
        before=known.category or "",
    )
    return (Quarantined(ref=one.ref, reason=reason, payload=None),)


def _undated(count: int) -> Sequence[str]:
    return (f"{count} history entries without a date were left out",) if count else ()
