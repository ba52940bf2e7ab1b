"""The pages of a daemon: all that is served over HTTP, wired to its station.

Loaded once the first tick is done, or at the first request: a daemon is at work before it tells.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from monitor.app.access import Doorkeeper
from monitor.app.board import StationBoard
from monitor.app.control import DaemonControl
from monitor.app.duty import HttpDuty
from monitor.app.hubs import HubEar
from monitor.app.pushing import PushDoor
from monitor.app.scraping import credentials_of
from monitor.app.station import Station
from monitor.locale import language
from monitor.metrics import EventCounts
from monitor.web.application import create_app
from monitor.web.health import Health

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The application, and the board that it shows."""

    app: "WSGIApplication"
    board: StationBoard


def pages_of(
    station: Station,
    health: Health,
    doorkeeper: Doorkeeper,
    counts: EventCounts,
    registry: CollectorRegistry,
    *,
    wake: Callable[[], None],
) -> Pages:
    """Everything by the configuration at work; `wake` has what comes in heeded at once."""
    settings = station.parts.configuration.settings
    board = StationBoard(station, wake)
    app = create_app(
        registry if settings.metrics.listen is None else None,
        health,
        language(settings.lang),
        HttpDuty(station, wake),
        hubs=HubEar(station),
        board=board,
        doors=doorkeeper,
        door=PushDoor(station, counts, wake),
        control=DaemonControl(station, counts, wake),
        scrapers=credentials_of(settings),
    )
    return Pages(app=app, board=board)
