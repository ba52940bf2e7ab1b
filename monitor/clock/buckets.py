"""From a bucket of fixed width straight to what ends in it."""

import numpy as np

from monitor.clock.table import Seconds


def edges_before(edges: Seconds, width: int, buckets: int) -> Seconds:
    """How many of the edges, none below zero, lie before each bucket's start.

    Counted rather than searched for, bucket by bucket: those before bucket k fall in the buckets up
    to k - 1.
    """
    counted = np.bincount(edges // width, minlength=buckets)[: buckets - 1]
    return np.concatenate(([0], np.cumsum(counted)))
