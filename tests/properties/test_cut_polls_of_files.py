"""A process may die after any batch: what is stored of a folder in the end is the same."""

import tempfile
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from monitor.app.making import collector_of
from monitor.collectors import file_rows
from monitor.collectors.base import PollWindow
from tests.support.folders import Depot, row, settings

STATUS = st.sampled_from(("Reçu", "En cours", "Rétabli"))
EXPORT = st.dictionaries(st.sampled_from(("D-1", "D-2", "D-3")), STATUS, min_size=1)
CUTS = st.lists(st.integers(1, 6), max_size=4)


def poll(depot, told, cut=None):
    """Look once; after `cut` batches the process dies, and what comes after a batch is not done."""
    depot.clock.advance(timedelta(minutes=1))
    collector = collector_of(settings(depot.folder, **depot.changes))
    memory = depot.memory
    window = PollWindow(
        cursor=memory.cursor,
        until=depot.clock.now(),
        known=list(memory.known.values()),
        recall=lambda keys: [memory.known[key] for key in keys if key in memory.known],
    )
    for number, batch in enumerate(collector.fetch(window), start=1):
        memory._keep(batch, depot.clock.now())
        told += [key.ref for key in batch.missing]
        if number == cut:
            return


def stored(exports, cuts, *, archives):
    with tempfile.TemporaryDirectory() as folder, patch.object(file_rows, "_AT_ONCE", 1):
        depot = Depot(Path(folder))
        told: list[str] = []
        depot.changes = {"archive": "traites"} if archives else {}
        left = list(cuts)
        for number, export in enumerate(exports):
            depot.clock.advance(timedelta(minutes=30))
            lines = [row(ref, status) for ref, status in sorted(export.items())]
            depot.put(f"{number}.csv", *lines, ago=0)
            for _ in range(2):
                poll(depot, told, left.pop() if left else None)
        for _ in range(3):
            poll(depot, told)
        names = sorted(path.name for path in Path(folder).rglob("*.csv"))
        return set(depot.memory.observations), sorted(told), names


@given(st.lists(EXPORT, min_size=1, max_size=3), CUTS, st.booleans())
def test_what_is_stored_is_the_same_however_often_a_poll_is_cut(exports, cuts, archives):
    assert stored(exports, cuts, archives=archives) == stored(exports, [], archives=archives)
