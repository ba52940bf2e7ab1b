"""Records that a program pushes: read by the source's mapping, like those that a poll fetches."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.cases.observation import CaseKey
from monitor.collectors.base import Batch, Cursor, PollWindow, Quarantined
from monitor.collectors.batches import BatchMaker, Read
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.reading import Facts, OutsideContract, Reading
from monitor.collectors.rejections import Rejections
from monitor.collectors.snapshots import Conclusion, conclude
from monitor.collectors.statements import is_untimed
from monitor.locale.marking import N_, Said


class PushCollector:
    """One source that tells of itself. Safe to use from many threads: it holds nothing."""

    def __init__(self, *, name: str, provider: str, mapping: MappingSettings) -> None:
        self.name = name
        self._reading = Reading(mapping)
        self._batches = BatchMaker(
            source=name, provider=provider, kind=mapping.case_kind, reading=self._reading
        )

    def check(self) -> str:
        """There is nobody to ask."""
        return Said(N_("it is not asked for anything: it posts to /api/v1/observations"))

    def fetch(self, window: PollWindow) -> Iterator[Batch]:  # noqa: ARG002 - a collector's
        """Nothing: it tells by itself."""
        yield from ()

    def refresh(self, refs: Sequence[str], window: PollWindow) -> Iterator[Batch]:  # noqa: ARG002 - a collector's
        """Nothing, as `fetch`."""
        yield from ()

    def read(self, records: Sequence[Any], until: datetime) -> Sequence[Read]:
        """What each record states, in the order given; one that cannot be read spoils no other."""
        return [self._reading.read(record, until=until) for record in records]

    def batch(
        self, read: Sequence[Read], window: PollWindow, *, as_of: datetime | None, complete: bool
    ) -> Batch:
        """What one push comes to.

        The source is known as of it, however little it holds: an empty one is a sign of life.

        Args:
            read: the records.
            window: now, and what is stored of the source.
            as_of: when this was so, where it was kept waiting on its way; None: now. What has no
                time of its own in a push that was overtaken by a later one is passed over.
            complete: whether the records are all the open cases there are: those left out are
                missing. One without a record although cases are open is not believed, and vouches
                for nothing.
        """
        at = window.until if as_of is None else min(as_of, window.until)
        latest = _latest(window.cursor, window.until)
        is_newest = latest is None or at >= latest
        kept = [
            one for one in read if is_newest or not (isinstance(one, Facts) and is_untimed(one))
        ]
        made = self._batches.of(kept, window, as_of=None if as_of is None else at)
        conclusion = Conclusion()
        if complete and is_newest:
            rejections = Rejections()
            for one in read:
                if isinstance(one, Quarantined):
                    rejections.add(0, one.ref, one.reason)
            listed = {one.ref for one in read if one.ref is not None}
            conclusion = conclude("the push", window.known, listed, rejections)
        passed_over = len(read) - len(kept)
        warnings = [*made.warnings, *_overtaken(passed_over)]
        if conclusion.warning is not None:
            warnings.append(conclusion.warning)
        return Batch(
            observations=made.observations,
            quarantined=made.quarantined,
            confirmed=made.confirmed,
            reread=made.reread,
            missing=conclusion.missing,
            cursor={"latest": at.isoformat()} if is_newest else None,
            complete=True,
            vouches=conclusion.vouches,
            as_of=made.as_of,
            unknown_statuses=made.unknown_statuses,
            outside_contract=made.outside_contract,
            warnings=warnings,
        )

    def account(
        self,
        read: Sequence[Read],
        batch: Batch,
        *,
        fresh: Collection[CaseKey],
        refused: Sequence[Quarantined],
    ) -> dict[str, Any]:
        """What became of each record, counted; the counts add up to those received.

        Args:
            read: the records.
            batch: what was made of them.
            fresh: the cases that gained a statement.
            refused: what could not be stored.
        """
        left = {each.ref: each for each in batch.quarantined}
        unstorable = {each.ref: each for each in refused}
        kept = {key.ref for key in batch.confirmed} | {o.key.ref for o in batch.observations}
        counts: Counter[str] = Counter()
        rejected: list[Mapping[str, Any]] = []
        for number, one in enumerate(read):
            aside = unstorable.get(one.ref)
            outcome = "known"
            if isinstance(one, Quarantined):
                aside = one
            elif isinstance(one, OutsideContract):
                aside, outcome = left.get(one.ref), "outside_contract"
            elif self._batches.key(one.ref) in fresh:
                outcome = "accepted"
            elif one.ref not in kept:
                outcome = "passed_over"
            if aside is not None:
                outcome = "quarantined"
                rejected.append({"record": number, "ref": one.ref, "reason": str(aside.reason)})
            counts[outcome] += 1
        return {
            "source": self.name,
            "received": len(read),
            **{name: counts[name] for name in OUTCOMES},
            "rejected": rejected,
            "unknown_statuses": dict(batch.unknown_statuses),
            "missing": len(batch.missing),
            "warnings": list(batch.warnings),
        }

    def close(self) -> None:
        """Nothing is held."""


OUTCOMES = ("accepted", "known", "quarantined", "outside_contract", "passed_over")
"""What may become of a record."""


def _latest(cursor: Cursor | None, until: datetime) -> datetime | None:
    """As of when the newest push was; one from before a clock was set back counts no more."""
    if cursor is None:
        return None
    latest = datetime.fromisoformat(cursor["latest"])
    return latest if latest <= until else None


def _overtaken(count: int) -> Sequence[str]:
    warning = (
        f"{count} record(s) without a time of their own are older than what was pushed before:"
        " passed over"
    )
    return (warning,) if count else ()
