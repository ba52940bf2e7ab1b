"""The board over a real database, on a clock moved by hand, asked through Flask's own client."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from secrets import token_urlsafe
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry
from werkzeug.test import TestResponse

from monitor.access import Role, digest_of
from monitor.alerts.interventions import Act, Via
from monitor.app import Station
from monitor.app.access import Doorkeeper
from monitor.app.board import StationBoard
from monitor.app.duty import HttpDuty
from monitor.configuration import load_configuration
from monitor.locale import language
from monitor.store.accounts import Accounts
from monitor.store.database import Database
from monitor.web.application import create_app
from tests.support.cases import said
from tests.support.world import World, ticket
from tests.unit.cli.test_check import Alive

PASSWORD = "un-mot-de-passe-long"
ACT = Act(by="root", why="", via=Via.CLI)
PEOPLE = {
    "lecteur": (Role.READER, None),
    "lise": (Role.READER, "ORG-101"),
    "olivier": (Role.OPERATOR, None),
    "ariane": (Role.ADMINISTRATOR, None),
}
_quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
KEPT = _quick.hash(PASSWORD)
"""As argon2 keeps it, at no cost: a test guards no secret."""


class BoardScene:
    """One world, and the pages that show it. Sessions go by the world's clock."""

    def __init__(self, database: Database, folder: Path, web: str = "{}", more: str = "") -> None:
        """`more`: what else `vigie.yaml` says."""
        self.world = World(database)
        path = folder / "board.yaml"
        path.write_text(f"web: {web}\n{more}", encoding="utf-8")
        configuration = load_configuration(path)
        self.station = Station(configuration, database, self.world.clock, Random(1))
        self.accounts = Accounts(database)
        self.woken: list[int] = []
        settings = configuration.settings.web
        self.doors = Doorkeeper(database, lambda: settings, now=self.world.clock.now)
        self.duty = HttpDuty(self.station, lambda: self.woken.append(1))
        self.board = StationBoard(self.station, lambda: self.woken.append(2))
        self.app: Flask = create_app(
            CollectorRegistry(),
            Alive(),
            language("fr"),
            self.duty,
            board=self.board,
            doors=self.doors,
        )
        for name, (role, organization) in PEOPLE.items():
            self.accounts.add(
                name, role, KEPT, ACT, organization=organization, at=self.world.clock.now()
            )

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def client(self, name: str | None = None) -> "Visitor":
        """Somebody's browser; with a name, they have signed in."""
        client = self.app.test_client()
        if name is not None:
            # Past the form, which takes only so many tries a minute.
            self.accounts.begin_session(
                name,
                digest_of(secret := token_urlsafe(16)),
                at=self.now,
                ends_at=self.now + timedelta(hours=12),
            )
            client.set_cookie("vigie_session", secret)
        return Visitor(client)

    def stated(self, *refs: str, organization: str = "ORG-101", **changes: Any) -> None:
        """Incidents received at 8:00 on the Monday, and judged now."""
        observed = [
            said(
                "acknowledged",
                "2026-11-23 08:05",
                received_at="2026-11-23 08:00",
                key=ticket(ref),
                organization=organization,
                **changes,
            )
            for ref in refs
        ]
        self.world.polled(*observed)
        self.world.tick()

    def close(self) -> None:
        self.station.close()


class Visitor:
    def __init__(self, client: FlaskClient, base_url: str = "http://localhost") -> None:
        self._client = client
        self._base_url = base_url

    def get(self, path: str, **headers: str) -> TestResponse:
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        return self._client.get(path, headers=named, buffered=True, base_url=self._base_url)

    def post(self, path: str, *, of: str = "/sign-in", **form: str) -> TestResponse:
        """Send a form as the page `of` has it, with its token."""
        form = {"token": self.token(of), **form}
        return self._client.post(path, data=form, base_url=self._base_url)

    def post_bare(self, path: str, form: dict[str, str], **headers: str) -> TestResponse:
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        return self._client.post(path, data=form, headers=named)

    def token(self, page: str = "/sign-in") -> str:
        found = re.search(r'name="token" value="([0-9a-f]{64})"', self.get(page).text)
        assert found is not None, page
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> TestResponse:
        return self.post("/sign-in", name=name, password=password, **more)
