"""Many reports written by several processes, in their order; memory does not follow their number.

Setting a PDF is most of the work, and its library keeps what it once set in memory. A process that
writes is therefore replaced after so many reports.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait

from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.reports.forms import Draft, Made, Wanted, drafted
from monitor.reports.report import Report

_FEW = 10
"""So many reports are written here: another process takes a second to begin."""
_MOST_PROCESSES = 4
_BEFORE_REPLACED = 100
"""Reports that one process writes."""
_AHEAD = 3
"""Reports composed for each process before they are asked for."""


def rendered(
    reports: Iterable[Report], wanted: Wanted, processes: int | None = None
) -> Iterator[Made]:
    """The files of each report, as `made` gives them, by so many processes; None: one a core.

    Raises:
        InputError: one of them was ended by somebody else.
    """
    number = min(processes or len(os.sched_getaffinity(0)), _MOST_PROCESSES)
    coming = iter(reports)
    first = list(islice(coming, _FEW + 1))
    if number < 2 or len(first) <= _FEW:  # noqa: PLR2004 - one process is this one
        for report in chain(first, coming):
            yield from _written(list(drafted(report, wanted)))
        return
    pool = ProcessPoolExecutor(
        max_workers=number,
        # Nothing of this process but what is handed over: no connection, and no lock that is held.
        mp_context=get_context("spawn"),
        initializer=_begin,
        max_tasks_per_child=_BEFORE_REPLACED,
    )
    with pool:
        try:
            yield from _in_order(pool, chain(first, coming), wanted, number * _AHEAD)
        except BrokenProcessPool:
            raise InputError(
                N_(
                    "a process that writes reports was ended before it was done, perhaps for lack"
                    " of memory; free some, and run the command again"
                )
            ) from None
        except BaseException:
            # Nobody asks for the rest.
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _in_order(
    pool: ProcessPoolExecutor, reports: Iterable[Report], wanted: Wanted, ahead: int
) -> Iterator[Made]:
    under_way: deque[Future[list[Made]]] = deque()
    for report in reports:
        under_way.append(pool.submit(_written, list(drafted(report, wanted))))
        if len(under_way) >= ahead:
            yield from under_way.popleft().result()
    while under_way:
        yield from under_way.popleft().result()


def _written(files: Sequence[Draft | Made]) -> list[Made]:
    return [each.written() if isinstance(each, Draft) else each for each in files]


def _begin() -> None:
    """In a process that writes: it ends with its parent, however that ends, and not before."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
