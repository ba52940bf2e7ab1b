"""What /healthz, /readyz and /metrics say of a daemon whose surroundings fail it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import requests

from monitor.app import Service
from monitor.clock.wall import SystemClock
from monitor.configuration import load_configuration
from tests.support.database import postgres_server


@contextmanager
def serving(folder: Path, text: str) -> Iterator[Service]:
    path = folder / "vigie.yaml"
    path.write_text(f"http: {{port: 0}}\n{text}", encoding="utf-8")
    configuration = load_configuration(path)
    with closing(Service(configuration, SystemClock(), Random(1))) as service, service:
        yield service


def page(service: Service, name: str) -> tuple[int, Any]:
    answer = requests.get(f"{service.url}/{name}", timeout=20)
    return answer.status_code, answer.json() if "json" in answer.headers[
        "Content-Type"
    ] else answer.text


def soon(met: Callable[[], bool]) -> bool:
    """Whether a condition that another thread brings about is met within a minute."""
    give_up_at = time.monotonic() + 60
    while not met():
        if time.monotonic() > give_up_at:
            return False
        threading.Event().wait(0.02)
    return True


def test_ready_once_every_source_was_asked(tmp_path: Path) -> None:
    """A source that takes the connection and says nothing holds up readiness, not health."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        source = (
            "sources: [{name: telus-tickets, provider: telus, kind: tmf621-v4, mapping: tmf621,"
            f" url: 'http://127.0.0.1:{silent.getsockname()[1]}', timeout: 5 s}}]"
        )
        with serving(tmp_path, f"database: sqlite:///{tmp_path / 'vigie.db'}\n{source}") as service:
            status, body = page(service, "readyz")
            assert (status, body["status"]) == (503, "not_ready")
            assert body["reasons"] == ["first_poll: not every source was polled yet"]
            assert body["checks"]["database"] == body["checks"]["migrations"] == "ok"
            status, body = page(service, "healthz")
            assert (status, body["stalled"]) == (200, [])
            assert {"tick", "poll telus-tickets"} <= body["loops"].keys()
            # The poll ends in a timeout: asked, though in vain.
            assert soon(lambda: page(service, "readyz")[0] == 200)
            metrics = page(service, "metrics")[1]
            assert (
                'vigie_source_polls_total{outcome="timeout",source="telus-tickets"} 1.0' in metrics
            )


def test_tables_of_a_later_program_are_named(tmp_path: Path) -> None:
    with serving(tmp_path, f"database: sqlite:///{tmp_path / 'vigie.db'}") as service:
        assert soon(lambda: page(service, "readyz")[0] == 200)
        with service.station.database.write() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        status, body = page(service, "readyz")
        assert (status, body["reasons"]) == (503, ["migrations: tables are newer"])


def test_a_database_that_goes_and_comes_back(tmp_path: Path) -> None:
    with (
        postgres_server() as server,
        server.new() as url,
        serving(tmp_path, f"database: {url}") as service,
    ):
        assert soon(lambda: page(service, "readyz")[0] == 200)
        server.stop("fast")
        try:
            status, body = page(service, "readyz")
            assert (status, body["reasons"]) == (503, ["database: out of reach (OperationalError)"])
            # Restarting the process would mend nothing: it stays in health, and says what it knows.
            assert page(service, "healthz")[0] == 200
            status, metrics = page(service, "metrics")
            assert status == 200
            assert "vigie_stored_readable 0.0" in metrics
            assert "vigie_outbox_depth{" not in metrics
        finally:
            server.start()
        assert soon(lambda: page(service, "readyz")[0] == 200)
        assert "vigie_stored_readable 1.0" in page(service, "metrics")[1]
