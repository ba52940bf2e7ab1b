"""Messages of threads in a real outbox, put there in the order in which they are decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from monitor.alerts.notification import Notification
from monitor.store.letters import Origin, letter_row
from monitor.store.tables import escalation, notification, obligation
from tests.support.channels import breach
from tests.support.world import World


class Threads:
    """Decisions on a world's first obligation, each told to one recipient of a thread."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.says("received", "2026-11-23 09:00", received_at="2026-11-23 09:00")
        world.tick()
        with world.database.read() as connection:
            self._obligation = connection.execute(select(func.min(obligation.c.id))).scalar_one()
        self._decided = 0

    def decide(self, thread: str, channel: str = "mail", **changes: Any) -> Notification:
        self._decided += 1
        sent = breach(
            self._decided,
            channel=channel,
            thread=thread,
            created_at=self._world.now,
            **changes,
        )
        now = self._world.now
        with self._world.database.write() as connection:
            step = insert(escalation).values(
                obligation_id=self._obligation,
                step=f"step-{self._decided}",
                episode=0,
                stood_at=now,
                fired_at=now,
                reason="due",
                unconfirmed=False,
            )
            id_ = connection.execute(step.returning(escalation.c.id)).scalar_one()
            connection.execute(insert(notification), [letter_row(sent, Origin(id_))])
        return sent

    def states(self) -> Mapping[int, str]:
        """By number."""
        return {int(row["key"], 16): row["state"] for row in self._world.rows(notification)}

    def next_attempts(self) -> Mapping[int, datetime | None]:
        return {
            int(row["key"], 16): row["next_attempt_at"] for row in self._world.rows(notification)
        }
