"""The peer: an engine that looks at every open obligation at each tick, as ticketing systems do.

A job that comes round by the clock reads all open tickets that have a service level, works out the
time used on each, and escalates those that have passed a threshold. Here it reads only the columns
it needs, on the same clock and database, and hands what it finds due to the very code that judges
and stores for Vigie: the one difference is how what is due is found. Its figures for a monitoring
system are counted when asked for, as there.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select

from monitor.cases.obligation import Verdict
from monitor.engine.judge import judge
from monitor.engine.rules import Rules
from monitor.engine.silence import silence_of
from monitor.store.claimed import ClaimedWork
from monitor.store.database import Database
from monitor.store.obligations import Obligations
from monitor.store.tables import obligation

_LOT = 500


class ScanningEngine:
    def __init__(
        self, database: Database, rules: Rules, stale_after: Mapping[str, timedelta]
    ) -> None:
        self._database = database
        self._rules = rules
        self._stale_after = stale_after
        self._sources = Obligations(database)

    def tick(self, now: datetime) -> int:
        """Look at all that is open, and judge what is due; how many cases."""
        silence = silence_of(self._sources.sources(), self._stale_after, now)
        with self._database.write() as connection:
            due = self._due(now)
            for start in range(0, len(due), _LOT):
                ids = due[start : start + _LOT]
                work = ClaimedWork(connection, ids, frozenset(), more=False, now=now)
                rulings = [
                    judge(docket, self._rules, silence=silence, now=now) for docket in work.dockets
                ]
                work.save(rulings, now=now)
        return len(due)

    def _due(self, now: datetime) -> list[int]:
        """Those of which the time used has passed a threshold since they were last looked at."""
        columns = (
            obligation.c.case_id,
            obligation.c.commitment,
            obligation.c.contract_version,
            obligation.c.calendar,
            obligation.c.starts_at,
            obligation.c.amount_seconds,
            obligation.c.elapsed_seconds,
        )
        book, ladder = self._rules.book, {}
        found = []
        with self._database.read() as connection:
            query = select(*columns).where(obligation.c.is_open)
            for row in connection.execution_options(yield_per=10_000).execute(query):
                name = (row.contract_version, row.commitment)
                if name not in ladder:
                    version = book.version(row.contract_version)
                    percent = version.by_id[row.commitment].at_risk_percent
                    ladder[name] = (book.clock(version, row.calendar), percent)
                clock, percent = ladder[name]
                used = clock.elapsed(row.starts_at, max(now, row.starts_at)).total_seconds()
                before, after = row.elapsed_seconds, used
                for share in (50, percent, 100):
                    threshold = row.amount_seconds * share / 100
                    if before < threshold <= after:
                        found.append(row.case_id)
                        break
        return found

    def scrape(self) -> Mapping[tuple[str, str, Verdict], int]:
        """What a monitoring system is told: counted anew each time."""
        columns = (obligation.c.provider, obligation.c.commitment, obligation.c.verdict)
        with self._database.read() as connection:
            rows = connection.execute(select(*columns, func.count()).group_by(*columns)).all()
            urgent = select(obligation.c.id, obligation.c.due_at, obligation.c.commitment)
            # As one without an index for it: all that is open, put in order.
            ordered = func.coalesce(obligation.c.due_at, 0)
            connection.execute(urgent.where(obligation.c.is_open).order_by(ordered).limit(20)).all()
        return {(row[0], row[1], Verdict(row[2])): row[3] for row in rows}
