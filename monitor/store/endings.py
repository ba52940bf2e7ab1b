"""Silences about to end, and that they were announced."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, literal_column, select

from monitor.alerts.notification import Notification
from monitor.engine.endings import Ending
from monitor.store.database import Database
from monitor.store.handlings import read_silencings
from monitor.store.insertion import insert_into, insert_missing
from monitor.store.letters import Origin, letter_row
from monitor.store.tables import escalation, notification, obligation, silencing_notice


class Endings:
    """The store as announcing sees it: nothing is looked up where no silence is about to end."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def endings(self, now: datetime, before: timedelta) -> Sequence[Ending]:
        with self._database.read() as connection:
            ending = [
                rule
                for rule in read_silencings(connection, now)
                if rule.starts_at <= now and rule.ends_at <= now + before
            ]
            if not ending:
                return []
            announced = set(connection.scalars(select(silencing_notice.c.silencing_id)))
            found = []
            for rule in ending:
                if rule.id in announced:
                    continue
                query = (
                    select(
                        func.count(escalation.c.obligation_id.distinct()),
                        func.max(escalation.c.id),
                    )
                    .join(obligation, obligation.c.id == escalation.c.obligation_id)
                    .where(
                        obligation.c.is_open,
                        # As the index over what is silenced has it, or it would not be used.
                        escalation.c.reason == literal_column("'silenced'"),
                        escalation.c.because["id"].as_integer() == rule.id,
                    )
                )
                count, last = connection.execute(query).one()
                if count:
                    found.append(Ending(rule=rule, kept_quiet=count, escalation_id=last))
        return found

    def announce(self, ending: Ending, sent: Sequence[Notification], at: datetime) -> None:
        with self._database.write() as connection:
            notice = insert_into(connection, silencing_notice)
            notice = notice.values(silencing_id=ending.rule.id, at=at)
            first = notice.on_conflict_do_nothing().returning(silencing_notice.c.silencing_id)
            if connection.scalar(first) is not None:
                rows = [letter_row(each, Origin(ending.escalation_id), carries=0) for each in sent]
                insert_missing(connection, notification, rows)
