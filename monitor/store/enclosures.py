"""Files of issued reports on their way to somebody: each kept once, until all have them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, exists, literal, select

from monitor.alerts.notification import Attachment, DeliveryFault, Notification
from monitor.alerts.outbox_store import State
from monitor.store.database import Database
from monitor.store.insertion import insert_into
from monitor.store.letters import Origin, letter_row
from monitor.store.tables import enclosure, notification


class ReportLetters:
    """Messages that bring issued reports, queued with the files that they enclose."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(
        self,
        number: int,
        letters: Sequence[Notification],
        contents: Mapping[str, bytes],
        now: datetime,
    ) -> int:
        """Queue those that were not queued before, in one transaction; how many there were.

        `contents` are by SHA-256. Whoever was told by a key before is not told again, whatever has
        become of that message.
        """
        rows = [letter_row(each, Origin(report_number=number)) for each in letters]
        with self._database.write() as connection:
            missing = insert_into(connection, notification)
            missing = missing.on_conflict_do_nothing(index_elements=["key"])
            added = missing.returning(notification.c.content)
            queued = [content for row in rows for content in connection.scalars(added.values(row))]
            for sha256 in {each["sha256"] for one in queued for each in one.get("enclosures", ())}:
                put = insert_into(connection, enclosure).values(
                    report_number=number, sha256=sha256, content=contents[sha256], put_at=now
                )
                # Renewed where it is there: whoever would take it away meanwhile sees that it is
                # wanted again.
                connection.execute(
                    put.on_conflict_do_update(
                        index_elements=["report_number", "sha256"], set_={"put_at": now}
                    )
                )
        return len(queued)


def filled(database: Database, sent: Notification) -> Notification:
    """A message with what it encloses attached.

    Raises:
        DeliveryFault: permanent; it was sent or discarded long ago, and the files are gone.
    """
    if not sent.enclosures:
        return sent
    query = (
        select(enclosure.c.sha256, enclosure.c.content)
        .join(notification, notification.c.report_number == enclosure.c.report_number)
        .where(
            notification.c.key == sent.key,
            enclosure.c.sha256.in_([each.sha256 for each in sent.enclosures]),
        )
    )
    with database.read() as connection:
        kept = {row.sha256: row.content for row in connection.execute(query)}
    if gone := [each.name for each in sent.enclosures if each.sha256 not in kept]:
        raise DeliveryFault(f"no longer kept for sending: {', '.join(gone)}", permanent=True)
    return replace(
        sent,
        attachments=[
            *sent.attachments,
            *(
                Attachment(name=each.name, media_type=each.media_type, content=kept[each.sha256])
                for each in sent.enclosures
            ),
        ],
    )


def unwanted(before: datetime) -> ColumnElement[bool]:
    """Of a row of `enclosure`: put before then, and no message of its report may still go out."""
    wanted = exists(
        select(literal(1))
        .select_from(notification)
        .where(
            notification.c.report_number == enclosure.c.report_number,
            notification.c.state.in_((State.QUEUED, State.DEAD)),
        )
        .correlate(enclosure)
    )
    return (enclosure.c.put_at < before) & ~wanted
