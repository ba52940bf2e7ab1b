"""The daemon's life: start, reload on SIGHUP, end on SIGTERM or SIGINT."""

import signal
from contextlib import closing
from pathlib import Path
from random import SystemRandom

import structlog

from monitor.app import Service
from monitor.clock import tzdata_version
from monitor.clock.wall import SystemClock
from monitor.configuration import load_configuration
from monitor.cycles import search_seldom
from monitor.errors import InputError
from monitor.logs import configure_logging
from monitor.shutdown import Signals
from monitor.web.server import require_free

_log = structlog.get_logger("vigie")


def watch(path: Path | None, level: str) -> None:
    """Run until a signal ends it.

    Raises:
        InputError: the configuration, the database or the port cannot be used.
    """
    # Looked at before anything is logged: what is wrong at start is for a person to read.
    configuration = load_configuration(path)
    http = configuration.settings.http
    require_free(http.host, http.port)
    if (listen := configuration.settings.metrics.listen) is not None:
        require_free(listen.host, listen.port, key="metrics.listen")
    configure_logging(level=level)
    search_seldom()
    with (
        Signals((signal.SIGTERM, signal.SIGINT, signal.SIGHUP)) as signals,
        closing(Service(configuration, SystemClock(), SystemRandom())) as service,
        service,
    ):
        _log.info(
            "started",
            sources=len(configuration.settings.sources),
            channels=len(configuration.settings.channels),
            url=service.url,
            metrics=f"{service.metrics_url}/metrics",
            tzdata=tzdata_version(),
        )
        if not (configuration.settings.sources or configuration.settings.deliverables):
            _log.warning("nothing_to_watch", remedy="write sources in vigie.yaml, then reload")
        while signals.wait() == signal.SIGHUP:
            _reload(service, path)
        _log.info("ending")
    _log.info("ended")


def _reload(service: Service, path: Path | None) -> None:
    try:
        service.reload(load_configuration(path))
    except InputError as error:
        for line in str(error).splitlines():
            _log.error("reload_refused", problem=line)
    else:
        _log.info("reloaded")
