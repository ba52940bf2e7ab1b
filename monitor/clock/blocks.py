"""Work on long arrays in blocks that fit the processor's cache, by one thread or several.

NumPy lets go of the interpreter inside each operation, so threads over blocks do share the work.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from monitor.clock.table import Seconds

Narrow: TypeAlias = npt.NDArray[np.uint32]
BusinessTime: TypeAlias = npt.NDArray[Any]
"""Of the dtype a look-up counts in."""

BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Scratch:
    """One thread's buffers, as long as a block and made once."""

    before: BusinessTime
    after: BusinessTime
    wide: Seconds
    narrow: Narrow
    gathered: Narrow

    @classmethod
    def of(cls, size: int, dtype: type[np.generic]) -> Self:
        return cls(
            before=np.empty(size, dtype),
            after=np.empty(size, dtype),
            wide=np.empty(size, np.int64),
            narrow=np.empty(size, np.uint32),
            gathered=np.empty(size, np.uint32),
        )

    def cut(self, size: int) -> "Scratch":
        """The buffers shortened to a last block."""
        if size == len(self.wide):
            return self
        return Scratch(
            self.before[:size],
            self.after[:size],
            self.wide[:size],
            self.narrow[:size],
            self.gathered[:size],
        )


Work: TypeAlias = Callable[[Seconds, Seconds, Seconds, Scratch], None]


def in_blocks(
    work: Work,
    left: Seconds,
    right: Seconds,
    *,
    out: Seconds | None,
    threads: int,
    dtype: type[np.generic] = np.int64,
) -> Seconds:
    """Run `work(left, right, out, scratch)` over blocks of the two, broadcast against each other.

    Raises:
        ValueError: an `out` that the result does not fit; whatever `work` raises.
    """
    shape = np.broadcast_shapes(left.shape, right.shape)
    if out is None:
        out = np.empty(shape, np.int64)
    elif out.shape != shape or out.dtype != np.int64 or not out.flags.c_contiguous:
        raise ValueError(
            f"out is {out.dtype} of shape {out.shape}: give a contiguous int64 array of {shape}"
        )
    a, b = (np.broadcast_to(side, shape).reshape(-1) for side in (left, right))
    flat = out.reshape(-1)

    def part(low: int, high: int) -> None:
        scratch = Scratch.of(min(BLOCK, high - low), dtype)
        for at in range(low, high, BLOCK):
            block = slice(at, min(at + BLOCK, high))
            work(a[block], b[block], flat[block], scratch.cut(block.stop - at))

    _in_parts(part, len(flat), threads)
    return out


def _in_parts(part: Callable[[int, int], None], size: int, threads: int) -> None:
    """Run `part(low, high)` over `[0, size)`, cut in as many pieces as threads are worth."""
    threads = min(threads, size // BLOCK)
    if threads <= 1:
        part(0, size)
        return
    edges = [size * n // threads for n in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(part, edges[:-1], edges[1:]))
