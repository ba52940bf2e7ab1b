"""How far along a long answer is, on standard error, where somebody watches."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PATIENCE = 0.5
"""Seconds of silence before a bar is drawn: a short answer needs none."""


@contextmanager
def progress(label: str, total: int, *, hidden: bool = False) -> Iterator[Callable[[int], None]]:
    """To be called with how much of `total` is done; draws on a terminal only.

    Once all is done the bar is gone, so that what follows has the terminal to itself.
    """
    if hidden or total <= 0 or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - most answers are short
    from rich.progress import Progress  # noqa: PLC0415 - as above

    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task(label, total=total)
    due_at = time.monotonic() + _PATIENCE

    def done(so_far: int) -> None:
        if not bar.live.is_started and so_far < total and time.monotonic() >= due_at:
            bar.start()
        bar.update(task, completed=so_far)
        if so_far >= total:
            bar.stop()

    try:
        yield done
    finally:
        bar.stop()


@contextmanager
def counting(label: str, *, hidden: bool = False) -> Iterator[Callable[[str], None]]:
    """As `progress`, where nobody knows how much there is: to be called with how things stand."""
    if hidden or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - most answers are short

    with Console(stderr=True).status(label) as shown:
        yield lambda text: shown.update(f"{label}: {text}")
