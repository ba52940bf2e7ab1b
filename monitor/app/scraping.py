"""Who may read the metrics, and the server of their own if they have one."""

from prometheus_client import CollectorRegistry

from monitor.app.certificates import certificate_of
from monitor.settings import Settings
from monitor.web.application import create_scrape_app
from monitor.web.scrape_server import ScrapeServer
from monitor.web.scraping import Credentials


def credentials_of(settings: Settings) -> Credentials | None:
    """What a scraper has to show; None: nothing."""
    auth = settings.metrics.auth
    if auth is None:
        return None
    if auth.token is not None and auth.type == "bearer":
        return Credentials.bearer(auth.token.get_secret_value())
    password = "" if auth.password is None else auth.password.get_secret_value()
    return Credentials.basic(auth.username or "", password)


def scrape_server_of(settings: Settings, registry: CollectorRegistry) -> ScrapeServer | None:
    """The server that the configuration asks for; None: the page is among the others.

    Raises:
        InputError: its certificate cannot be used.
    """
    listen = settings.metrics.listen
    if listen is None:
        return None
    return ScrapeServer(
        create_scrape_app(registry, credentials_of(settings)),
        listen.host,
        listen.port,
        certificate=certificate_of(listen.tls, "metrics.listen.tls"),
    )
