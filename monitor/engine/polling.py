"""Polls of the sources, by APScheduler: each source in its own time, none twice at once."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.events import EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.job import Job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.clock.wall import WallClock
from monitor.engine.loop import Pulse

_OVERDUE_AFTER = 5.0
_STALLED_AFTER = 120.0
_LONGEST_POLL = 1200.0
"""Twice what a poll's budget allows: one that takes longer hangs."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Round:
    """Where a source stands in its rounds; instants are the monotonic clock's.

    `hastened` is when it is wanted, where that was said while its round was running.
    """

    due: float
    began: float | None = None
    hastened: float | None = None
    last_seen_at: datetime | None = None
    failures: int = 0


class Polling:
    """Runs `poll` for each source, and again after as many real seconds as it returns.

    `polled` is called after each one, however it went.
    """

    def __init__(
        self,
        sources: Sequence[str],
        poll: Callable[[str], float],
        clock: WallClock,
        *,
        polled: Callable[[], None],
    ) -> None:
        self._poll = poll
        self._polled = polled
        self._clock = clock
        self._changed = threading.Condition()
        # Held from the reading of a date to its being set: of two threads, the later has its way.
        self._dating = threading.Lock()
        self._rounds = {source: _Round(due=time.monotonic()) for source in sources}
        self._unpolled = set(sources)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            daemon=True,
            executors={"default": _Threads()},
            # A poll that comes late is still wanted, and wanted once.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        # Once its round is over: sooner, it would be refused as still running.
        self._scheduler.add_listener(self._put_back, EVENT_JOB_EXECUTED)

    def start(self) -> None:
        for source in self._rounds:
            self._scheduler.add_job(
                self._round,
                # Each round puts the source back in its own time; this is for one that cannot.
                IntervalTrigger(seconds=_LONGEST_POLL, timezone=UTC),
                args=(source,),
                id=source,
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Begin no further poll; returns at once."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def join(self, seconds: float) -> bool:
        """Wait for the polls that run, for so many real seconds; whether all ended."""
        with self._changed:
            return self._changed.wait_for(
                lambda: all(each.began is None for each in self._rounds.values()),
                timeout=max(seconds, 0.0),
            )

    def all_polled_once(self) -> bool:
        """Whether each source was polled since the start, well or badly."""
        with self._changed:
            return not self._unpolled

    def poll_in(self, source: str, seconds: float) -> None:
        """Poll a source after so many real seconds, whatever its last round said."""
        due = time.monotonic() + seconds
        with self._changed:
            each = self._rounds.get(source)
            if each is None:
                return
            if each.began is not None:
                each.hastened = due
                return
            each.due = due
        self._set_date(source)

    def revive(self) -> None:
        """Poll at once what is overdue.

        The scheduler goes by the machine's clock: stepped back by an hour, it would sleep through
        it. Called every half minute or so.
        """
        now = time.monotonic()
        with self._changed:
            overdue = [
                source
                for source, each in self._rounds.items()
                if each.began is None and now - each.due > _OVERDUE_AFTER
            ]
        for source in overdue:
            _log.warning("poll_overdue", source=source)
            self.poll_in(source, 0.0)

    def pulses(self) -> Sequence[Pulse]:
        now = time.monotonic()
        with self._changed:
            return [
                Pulse(
                    name=f"poll {source}",
                    last_seen_at=each.last_seen_at,
                    stalled=now - each.due > _STALLED_AFTER
                    if each.began is None
                    else now - each.began > _LONGEST_POLL,
                    failures=each.failures,
                )
                for source, each in self._rounds.items()
            ]

    def _set_date(self, source: str) -> None:
        with self._dating:
            with self._changed:
                seconds = max(self._rounds[source].due - time.monotonic(), 0.0)
            at = datetime.now(UTC) + timedelta(seconds=seconds)
            with suppress(JobLookupError):  # stopped meanwhile
                self._scheduler.modify_job(source, next_run_time=at)

    def _put_back(self, event: JobExecutionEvent) -> None:
        self._set_date(event.job_id)

    def _round(self, source: str) -> None:
        each = self._rounds[source]
        with self._changed:
            each.began = time.monotonic()
            each.last_seen_at = self._clock.now()
        wait = self._attempt(source, each)
        with self._changed:
            each.began = None
            each.due = time.monotonic() + wait if each.hastened is None else each.hastened
            each.hastened = None
            self._unpolled.discard(source)
            self._changed.notify_all()
        self._polled()

    def _attempt(self, source: str, each: _Round) -> float:
        """Poll; real seconds to wait."""
        try:
            wait = self._poll(source)
        except Exception as error:  # noqa: BLE001 - a source never polled again is never noticed
            each.failures += 1
            wait = min(float(1 << min(each.failures - 1, 10)), 60.0)
            _log.error(
                "poll_failed",
                source=source,
                failures=each.failures,
                retry_in_seconds=wait,
                exc_info=error,
            )
        else:
            each.failures = 0
        return wait


class _Threads(BaseExecutor):  # type: ignore[misc]  # APScheduler publishes no types
    """A daemon thread a poll: one that hangs holds up neither the others nor the exit."""

    def _do_submit_job(self, job: Job, run_times: Sequence[datetime]) -> None:
        def run() -> None:
            # run_job catches whatever the poll raises.
            events = run_job(job, "default", run_times, self._logger.name)
            self._run_job_success(job.id, events)

        threading.Thread(target=run, name=f"poll {job.id}", daemon=True).start()
