"""A record of what was held, as months of watching leave it: filled in bulk, its truth counted."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import insert, text

from monitor.cases.obligation import Reason, Verdict, is_open
from monitor.contract.model import CaseKind, Unit
from monitor.engine.apply import apply_rules
from monitor.engine.rules import Rules
from monitor.store.database import Database
from monitor.store.insertion import execute_many
from monitor.store.rulebook import Rulebook
from monitor.store.tables import case, obligation, source, standing

SOURCE = "telus-tickets"
PAGE = 20_000
_HOUR = timedelta(hours=1)
_FATES = (
    (Verdict.MET, Reason.STOPPED_IN_TIME, 88),
    (Verdict.MISSED, Reason.STOPPED_LATE, 7),
    (Verdict.BREACHED, Reason.DEADLINE_PASSED, 2),
    (Verdict.CANCELLED, Reason.CANCELLED_IN_TIME, 3),
)
_KINDS = (
    ("incident-resolution", CaseKind.TICKET, None, Unit.BUSINESS_HOURS, "quebec-support", 7 * 3600),
    ("information-request", CaseKind.TICKET, None, Unit.BUSINESS_HOURS, "quebec-support", 4 * 3600),
    ("delivery-local", CaseKind.ORDER, "local", Unit.BUSINESS_DAYS, "quebec-days", 3 * 86_400),
    ("delivery-remote", CaseKind.ORDER, "remote", Unit.BUSINESS_DAYS, "quebec-days", 7 * 86_400),
)


def seed(
    database: Database,
    rules: Rules,
    months: list[tuple[datetime, datetime, int]],
    organizations: int,
) -> Counter[Verdict]:
    """So many obligations due between each pair of instants; what the last of these comes to.

    Each has the three rows that watching leaves: on time, at risk, and how it ended.
    """
    truth: Counter[Verdict] = Counter()
    first = months[0][0]
    with database.write() as connection:
        connection.execute(
            insert(source),
            {
                "name": SOURCE, "first_seen_at": first, "confirmed_at": months[-1][1],
                "last_attempt_at": months[-1][1], "failures": 0, "observations": 0,
            },
        )  # fmt: skip
    apply_rules(Rulebook(database), rules.book, now=first)
    number = 0
    for start, end, count in months:
        truth.clear()
        lines = _lines(number, start, end, count, organizations)
        number += count
        while page := list(islice(lines, PAGE)):
            truth.update(final["verdict"] for _, final, _ in page)
            with database.write() as connection:
                execute_many(connection, insert(case), [each for each, _, _ in page])
                execute_many(connection, insert(obligation), [each for _, each, _ in page])
                held = [row for _, _, rows in page for row in rows]
                execute_many(connection, insert(standing), held)
    with database.write() as connection:
        connection.execute(text("ANALYZE"))
    return truth


def _lines(
    done: int, start: datetime, end: datetime, count: int, organizations: int
) -> Iterator[tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]]:
    random = Random(done)
    span = (end - start) / (count + 1)
    fates, weights = [fate[:2] for fate in _FATES], [fate[2] for fate in _FATES]
    for index in range(count):
        id_ = done + index + 1
        commitment, kind, region, unit, calendar, amount = _KINDS[random.randrange(len(_KINDS))]
        provider = "telus" if random.random() < 0.7 else "rogers"
        due = (start + (index + 1) * span).astimezone(UTC).replace(microsecond=0)
        verdict, reason = random.choices(fates, weights)[0]
        late = verdict is Verdict.MISSED
        elapsed = int(amount * (1 + random.random() if late else random.random()))
        stopped = None if verdict is Verdict.BREACHED else due + (1 if late else -1) * _HOUR
        received = due - timedelta(seconds=amount * 2)
        organization = f"ORG-{random.randrange(organizations):03}"
        owed = {
            "contract_version": "2019-12-11", "calendar": calendar, "unit": unit.value,
            "amount_seconds": amount, "region": region, "region_provisional": False,
            "received_at": received, "starts_at": received, "due_at": due, "episode": 0,
            "silent": False,
        }  # fmt: skip
        ended = {
            "elapsed_seconds": elapsed, "remaining_seconds": amount - elapsed,
            "verdict": verdict, "reason": reason, "stopped_at": stopped,
        }  # fmt: skip
        begun = {
            "elapsed_seconds": 0, "remaining_seconds": amount, "verdict": Verdict.PENDING,
            "reason": Reason.WITHIN_TIME, "stopped_at": None,
        }  # fmt: skip
        at_risk = {**begun, "verdict": Verdict.AT_RISK, "reason": Reason.THRESHOLD_PASSED}
        judged = stopped or due + timedelta(seconds=1)
        rows = [
            {"obligation_id": id_, "judged_at": at, **owed, **what}
            for at, what in ((received, begun), (due - 2 * _HOUR, at_risk), (judged, ended))
        ]
        status = "received" if stopped is None else "closed"
        yield (
            {
                "id": id_, "provider": provider, "kind": kind.value, "ref": f"C-{id_:08}",
                "source": SOURCE, "organization": organization, "received_at": received,
                "raw_status": status, "status": status, "changed_at": judged,
                "last_observation_id": "-", "last_seen_at": judged, "missing_polls": 0,
                "is_open": stopped is None,
            },
            {
                "id": id_, "case_id": id_, "provider": provider, "source": SOURCE,
                "organization": organization, "commitment": commitment, **owed, **ended,
                "evaluated_at": judged, "is_open": is_open(verdict, stopped),
            },
            rows,
        )  # fmt: skip
