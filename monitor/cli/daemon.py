"""The daemon's life: start, reload on SIGHUP, end on SIGTERM or SIGINT."""

import signal
from contextlib import closing
from pathlib import Path
from random import SystemRandom

import click
import structlog

from monitor.app import Service
from monitor.cli.words import gettext
from monitor.clock import tzdata_version
from monitor.clock.wall import SystemClock
from monitor.configuration import load_configuration
from monitor.cycles import search_seldom
from monitor.errors import InputError
from monitor.logs import configure_logging
from monitor.settings import Settings
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
        _show_invitation(service, configuration.settings)
        if not (configuration.settings.sources or configuration.settings.deliverables):
            _log.warning("nothing_to_watch", remedy="write sources in vigie.yaml, then reload")
        while signals.wait() == signal.SIGHUP:
            _reload(service, path)
        _log.info("ending")
    _log.info("ended")


def _show_invitation(service: Service, settings: Settings) -> None:
    """As long as nobody is administrator: the link that makes one. A person reads it, not a log."""
    secret = service.doorkeeper.invite()
    if secret is None:
        return
    address = (settings.web.public_url or service.url).rstrip("/")
    text = gettext("Nobody can sign in yet. Make the administrator's account, within a day, at")
    click.echo(f"{text}\n  {address}/welcome/{secret}", err=True)


def _reload(service: Service, path: Path | None) -> None:
    try:
        service.reload(load_configuration(path))
    except InputError as error:
        for line in str(error).splitlines():
            _log.error("reload_refused", problem=line)
    else:
        _log.info("reloaded")
