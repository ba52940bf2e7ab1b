"""A database as it stands with so many obligations open: filled in bulk, exactly as by polls."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, text, update

from monitor.cases.observation import CaseKey, Observation
from monitor.contract.model import CaseKind, Status
from monitor.engine.apply import apply_rules
from monitor.engine.rebuild import rebuild
from monitor.engine.rules import Rules
from monitor.store.database import Database
from monitor.store.insertion import execute_many
from monitor.store.months import month_of
from monitor.store.rebuilding import Rebuilding
from monitor.store.recording import know
from monitor.store.rulebook import Rulebook
from monitor.store.tables import case, observation, organization, payload, source

SOURCE = "telus-tickets"
KINDS = (
    ("incident", CaseKind.TICKET, None),
    ("outage", CaseKind.TICKET, None),
    ("information-request", CaseKind.TICKET, None),
    ("number-change", CaseKind.ORDER, None),
    ("delivery", CaseKind.ORDER, "Montréal"),
    ("delivery", CaseKind.ORDER, "Kuujjuaq"),
)
PAGE = 20_000


def statement(number: int, received_at: datetime, observed_at: datetime) -> Observation:
    """The first word on a case, as a source states it."""
    category, kind, place = KINDS[number % len(KINDS)]
    ref = f"{'INC' if kind is CaseKind.TICKET else 'CMD'}-{number:08}"
    return Observation(
        source=SOURCE,
        key=CaseKey("telus", kind, ref),
        raw_status="acknowledged",
        status=Status.ACKNOWLEDGED,
        received_at=received_at,
        changed_at=received_at,
        observed_at=observed_at,
        organization=f"ORG-{number % 300}",
        category=category,
        place=place,
        payload={"id": ref, "status": "acknowledged", "category": category, "place": place},
    )


def statements(
    count: int, now: datetime, *, first: int = 0, within: timedelta = timedelta(minutes=90)
) -> Iterator[Observation]:
    """Of so many cases, received one after another until `now`."""
    step = within / count
    for n in range(count):
        at = now - within + n * step
        yield statement(first + n, at.replace(microsecond=0), now)


def seed(database: Database, rules: Rules, count: int, now: datetime) -> None:
    """Open so many cases, received shortly before `now`, each with one obligation."""
    with database.write() as connection:
        names = [{"name": f"ORG-{n}", "first_seen_at": now} for n in range(min(count, 300))]
        connection.execute(insert(organization), names)
    fill(database, rules, statements(count, now), name=SOURCE, count=count, now=now)


def fill(
    database: Database,
    rules: Rules,
    stated: Iterator[Observation],
    *,
    name: str,
    count: int,
    now: datetime,
) -> None:
    """Store the first word on so many cases of the source `name`.

    Cases and statements are written as a poll writes them and a tick leaves them; what is owed on
    them is then worked out by `rebuild`.
    """
    with database.write() as connection:
        # A station made on the database knows its sources already.
        know(connection, name, now)
        polled = {"confirmed_at": now, "last_attempt_at": now, "observations": count}
        connection.execute(update(source).where(source.c.name == name).values(polled))
    apply_rules(Rulebook(database), rules.book, now=now)
    id_ = 0
    while page := list(islice(stated, PAGE)):
        rows = list(enumerate(page, id_ + 1))
        id_ += len(page)
        cases = [_case(number, each, now) for number, each in rows]
        said = [_said(number, each) for number, each in rows]
        records = [_payload(number, each) for number, each in rows]
        with database.write() as connection:
            for table, lines in ((case, cases), (observation, said), (payload, records)):
                execute_many(connection, insert(table), lines)
    if not database.is_sqlite:
        with database.write() as connection:
            # Ids were given: the next one is to follow them.
            connection.execute(text("SELECT setval('case__id_seq', :id)"), {"id": count})
            connection.execute(text("ANALYZE"))
    rebuild(Rebuilding(database), rules, now=now, mend=True, told=lambda _: None)
    with database.write() as connection:
        # PostgreSQL does so by itself; on SQLite an operator may.
        connection.execute(text("ANALYZE"))


def _case(number: int, said: Observation, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "provider": said.key.provider,
        "kind": said.key.kind,
        "ref": said.key.ref,
        "source": said.source,
        "organization": said.organization,
        "category": said.category,
        "place": said.place,
        "received_at": said.received_at,
        "raw_status": said.raw_status,
        "status": said.status,
        "changed_at": said.changed_at,
        "last_observation_id": said.id,
        "last_seen_at": now,
        "missing_polls": 0,
        "is_open": True,
    }


def _said(case_id: int, said: Observation) -> dict[str, Any]:
    return {
        "id": said.id,
        "case_id": case_id,
        "source": said.source,
        "raw_status": said.raw_status,
        "status": said.status,
        "received_at": said.received_at,
        "changed_at": said.changed_at,
        "observed_at": said.observed_at,
        "organization": said.organization,
        "category": said.category,
        "place": said.place,
    }


def _payload(case_id: int, said: Observation) -> dict[str, Any]:
    return {
        "month": month_of(said.observed_at),
        "case_id": case_id,
        "observation_id": said.id,
        "record": dict(said.payload),
    }
