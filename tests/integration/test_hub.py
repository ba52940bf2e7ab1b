"""Hubs that tell of changes: each event a hint, polling the authority, over real HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
import requests
from sqlalchemy import select

from monitor.app import Service
from monitor.clock.wall import SystemClock
from monitor.configuration import load_configuration
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator.misbehaving import MisbehavingServer
from monitor.store.tables import case, observation
from tests.support.daemon import eventually
from tests.support.hub import HubDesk
from tests.support.services import free_port
from tests.support.sources import BODY

SECRET = "a-secret-nobody-can-guess"

CONFIGURATION = """
database: sqlite:///hub.db
http: {{host: 127.0.0.1, port: {port}}}
sources:
  - name: telus-tickets
    provider: telus
    kind: {kind}
    url: {url}
    every: 1 h
    mapping: tmf621
    hub: {{callback: 'http://127.0.0.1:{port}', secret: {{env: VIGIE_HUB_SECRET}}}}
"""


class Stage:
    def __init__(
        self, service: Service, telus: SimulatedProvider, desk: HubDesk, port: int
    ) -> None:
        self.service = service
        self.telus = telus
        self.desk = desk
        self.address = f"http://127.0.0.1:{port}/tmf/listener"
        self.server: MisbehavingServer | None = None

    def statements(self, ref: str) -> list[str]:
        with self.service.station.database.read() as connection:
            query = select(observation.c.raw_status).join(case, case.c.id == observation.c.case_id)
            named = query.where(case.c.ref == ref)
            return list(connection.scalars(named.order_by(observation.c.changed_at)))

    def eventually_states(self, ref: str, *statuses: str) -> None:
        eventually(lambda: self.statements(ref) == list(statuses), f"{ref} {statuses}")


@contextmanager
def staged(folder: Path, kind: str) -> Iterator[Stage]:
    telus, desk, port = SimulatedProvider("telus", SystemClock()), HubDesk(), free_port()
    telus.open_ticket("incident", BODY)
    with MisbehavingServer(ProviderServer(telus), otherwise=desk) as server:
        path = folder / "vigie.yaml"
        text = CONFIGURATION.format(port=port, kind=kind, url=server.url(kind))
        path.write_text(text, encoding="utf-8")
        service = Service(load_configuration(path), SystemClock(), Random(1))
        try:
            with service:
                stage = Stage(service, telus, desk, port)
                stage.server = server
                stage.eventually_states("INC-204001", "acknowledged")
                desk.wait_for(1)
                yield stage
        finally:
            service.close()


@pytest.fixture(autouse=True)
def secret(monkeypatch) -> None:
    monkeypatch.setenv("VIGIE_HUB_SECRET", SECRET)


@pytest.mark.parametrize(
    ("kind", "answer", "content"),
    [("tmf621-v4", 201, {}), ("tmf621-v5", 204, {"@type": "Hub"})],
)
def test_fault_19_an_event_is_followed_at_once(
    tmp_path: Path, kind: str, answer: int, content: dict[str, str]
) -> None:
    with staged(tmp_path, kind) as stage:
        (sent,) = stage.desk.contents
        assert sent == {"callback": f"{stage.address}/{SECRET}", **content}
        stage.telus.change_status("INC-204001", "resolved")
        assert stage.desk.tell("INC-204001") == [answer]
        stage.eventually_states("INC-204001", "acknowledged", "resolved")
        new = stage.telus.open_ticket("outage", BODY)
        stage.desk.tell(new, "CreateEvent")
        stage.eventually_states(new, "acknowledged")


def test_fault_19_events_that_come_twice_or_late_or_of_nothing_do_no_harm(tmp_path: Path) -> None:
    with staged(tmp_path, "tmf621-v4") as stage:
        ref = "INC-204001"
        for status in ("inProgress", "resolved"):
            stage.telus.change_status(ref, status)
        # What they say beyond the reference is not read.
        for said in ("closed", "acknowledged", "closed"):
            stage.desk.tell(ref, status=said)
        stage.desk.tell("INC-999999", "DeleteEvent")
        for odd in ("../../etc", "..", "", "x" * 300):
            stage.desk.tell(odd, "CreateEvent")
        marker = stage.telus.open_ticket("outage", BODY)
        stage.desk.tell(marker)
        stage.eventually_states(marker, "acknowledged")
        assert stage.statements(ref) == ["acknowledged", "inProgress", "resolved"]
        assert stage.server is not None
        read = {one.path.partition("/troubleTicket/v4/")[2] for one in stage.server.received}
        cases = {f"troubleTicket/{one}" for one in (ref, marker, "INC-999999", "..%2F..%2Fetc")}
        assert read - {"troubleTicket", "hub"} <= cases


def test_fault_19_what_nobody_can_have_sent_is_refused(tmp_path: Path) -> None:
    with staged(tmp_path, "tmf621-v4") as stage:
        event = json.dumps({"event": {"troubleTicket": {"id": "INC-204001"}}})
        wrong = f"{stage.address}/another-secret-altogether/x"
        assert requests.post(wrong, data=event, timeout=10).status_code == 404
        right = f"{stage.address}/{SECRET}"
        assert requests.post(right, data=event, timeout=10).status_code == 201
        assert requests.post(right, data="{", timeout=10).status_code == 400
        assert requests.post(right, data="x" * 100_000, timeout=10).status_code == 413
        assert requests.get(right, timeout=10).status_code == 405


def test_a_subscription_outlives_a_restart(tmp_path: Path) -> None:
    with staged(tmp_path, "tmf621-v4") as stage:
        kept = stage.service.station
        assert stage.desk.subscribed == 1
        configuration = load_configuration(tmp_path / "vigie.yaml")
        stage.service.reload(configuration)
        stage.telus.change_status("INC-204001", "resolved")
        stage.desk.tell("INC-204001")
        stage.eventually_states("INC-204001", "acknowledged", "resolved")
        assert (kept, stage.desk.subscribed) == (stage.service.station, 1)
