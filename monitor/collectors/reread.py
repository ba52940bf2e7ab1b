"""Records of an API read one by one, by their references."""

from collections.abc import Iterator, Sequence

from monitor.cases.observation import CaseKey
from monitor.collectors.base import Batch, PollWindow
from monitor.collectors.batches import BatchMaker, Row
from monitor.collectors.collection import Collection

_AT_ONCE = 25
"""Cases read one by one that make a batch: what is read again if the next request fails."""


def read_one_by_one(
    refs: Sequence[str],
    collection: Collection,
    batches: BatchMaker,
    window: PollWindow,
    deadline: float,
) -> Iterator[Batch]:
    """What the source says of each now, and which it says it does not have.

    Raises:
        HttpFault: a request came to nothing.
        SourceFault: the poll's budget is spent.
    """
    for start in range(0, len(refs), _AT_ONCE):
        rows: list[Row] = []
        missing: list[CaseKey] = []
        for ref in refs[start : start + _AT_ONCE]:
            row = collection.one(ref, deadline=deadline)
            if row is None:
                missing.append(batches.key(ref))
            else:
                rows.append(row)
        yield batches.batch(rows, window, missing)
