"""A provider that nobody here wrote: PyPI's `tmf-mock`, which takes the standard lightly.

It knows no filter and no order, dates its orders to the microsecond, has categories of its own,
answers 404 with no error of the TM Forum's, and lists what it likes of a schema.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select

from monitor.cases.observation import CaseKey
from monitor.collectors.poller import Outcome, PollResult, poll_once
from monitor.contract.model import CaseKind
from monitor.store.database import Database, open_database
from monitor.store.observations import Observations
from monitor.store.tables import case
from tests.support.prism import PEERS
from tests.support.services import free_port
from tests.support.sources import collector

MAPPING = {"use": "tmf641", "category_map": {"Fixed": "delivery"}}
_PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="session")
def sloppy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base of its TMF641 API; skipped, visibly, where the package is not at hand."""
    path = f"{os.environ.get('PATH', '')}:{PEERS / 'tmf-mock/bin'}"
    program = shutil.which("tmf-mock", path=path)
    if program is None:
        pytest.skip(f"tmf-mock is missing: python3 -m venv {PEERS}/tmf-mock, and pip install it")
    origin = f"http://127.0.0.1:{(port := free_port())}"
    log = tmp_path_factory.mktemp("tmf-mock") / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [program, "start", "--host", "127.0.0.1", "--port", str(port), "--apis", "638,639,641"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while not _answers(origin):
            assert process.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < give_up_at, log.read_text(errors="replace")
            time.sleep(0.05)
        yield f"{origin}/tmf-api/serviceOrdering/v4"
    finally:
        process.terminate()
        process.wait(10)


def _answers(origin: str) -> bool:
    try:
        return requests.get(f"{origin}/health", timeout=5).ok
    except requests.ConnectionError:
        return False


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = open_database(sqlite_url)
    yield opened
    opened.close()


def polled(url: str, database: Database, mapping: Any, now: datetime) -> PollResult:
    with collector(url, mapping, page_size=2, seconds=30) as source:
        return poll_once(source, Observations(database), now)


def state_of(database: Database, ref: str) -> str | None:
    with database.read() as connection:
        found: str | None = connection.scalar(select(case.c.raw_status).where(case.c.ref == ref))
    return found


def test_its_orders_are_quarantined_until_somebody_maps_its_categories(
    sloppy: str, database: Database
) -> None:
    now = datetime.now(UTC)
    before = polled(sloppy, database, "tmf641", now)
    assert (before.outcome, before.added) == (Outcome.COMPLETE, 0)
    assert before.quarantined > 0
    after = polled(sloppy, database, MAPPING, now + timedelta(minutes=1))
    assert (after.outcome, after.quarantined) == (Outcome.COMPLETE, 0)
    assert after.added == before.quarantined


def test_what_becomes_of_an_order_is_followed_to_its_end(sloppy: str, database: Database) -> None:
    listed = f"{sloppy}/serviceOrder"
    item = {"id": "1", "action": "add", "service": {"name": "Ligne mobile"}}
    order = {"category": "Fixed", "orderItem": [item]}
    with requests.Session() as session:
        refs = [session.post(listed, json=order, timeout=10).json()["id"] for _ in range(2)]
        now = datetime.now(UTC)
        assert polled(sloppy, database, MAPPING, now).outcome is Outcome.COMPLETE
        assert state_of(database, refs[0]) == "acknowledged"

        for state in ("inProgress", "completed"):
            answer = session.patch(f"{listed}/{refs[0]}", json={"state": state}, timeout=10)
            assert answer.ok, answer.text
        assert session.delete(f"{listed}/{refs[1]}", timeout=10).ok
        result = polled(sloppy, database, MAPPING, now + timedelta(minutes=1))

    assert result.outcome is Outcome.COMPLETE
    assert "the filter orderDate.gte is ignored: every poll reads everything" in result.warnings
    assert state_of(database, refs[0]) == "completed"
    assert result.missing == [CaseKey("telus", CaseKind.ORDER, refs[1])]
