"""Channels, made as the configuration describes them."""

import base64
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import assert_never

from monitor.alerts.channels.alertmanager import AlertmanagerChannel
from monitor.alerts.channels.apprise import AppriseChannel, MissingLibraryError
from monitor.alerts.channels.console import ConsoleChannel
from monitor.alerts.channels.files import FilesChannel
from monitor.alerts.channels.pagerduty import PagerDutyChannel
from monitor.alerts.channels.smtp import SmtpChannel
from monitor.alerts.channels.teams import TeamsChannel
from monitor.alerts.channels.webhook import WebhookChannel
from monitor.alerts.notification import Channel
from monitor.clock.wall import SystemClock
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.outbound.posting import Poster
from monitor.settings import (
    AlertmanagerSettings,
    AppriseSettings,
    ChannelSettings,
    ConsoleSettings,
    FilesSettings,
    PagerDutySettings,
    SmtpSettings,
    TeamsSettings,
    WebhookSettings,
)
from monitor.settings.http_sources import AuthSettings

_MACHINE = SystemClock()


def channel_of(  # noqa: PLR0911 - an arm a type of channel
    name: str, settings: ChannelSettings, now: Callable[[], datetime] = _MACHINE.now
) -> Channel:
    """The channel of a name; connects to nothing yet.

    `now` is the time that receivers go by: the machine's, however fast Vigie's own clock runs.

    Raises:
        InputError: its certificates cannot be read, or what it needs is not installed.
    """
    match settings:
        case SmtpSettings():
            return _smtp(name, settings)
        case PagerDutySettings():
            key = settings.routing_key.get_secret_value()
            poster = _poster(name, settings.timeout, settings.ca_file, secrets=[key])
            return PagerDutyChannel(name, url=settings.url, routing_key=key, poster=poster)
        case AlertmanagerSettings():
            return AlertmanagerChannel(
                name,
                urls=settings.urls,
                posters=[_poster(name, settings.timeout, settings.ca_file) for _ in settings.urls],
                headers=_credentials(settings.auth),
                now=now,
                refresh_every=settings.refresh_every,
                resolve_after=settings.resolve_after,
            )
        case WebhookSettings():
            return _webhook(name, settings, now)
        case TeamsSettings():
            url = settings.url.get_secret_value()
            poster = _poster(name, settings.timeout, None, secrets=[url])
            return TeamsChannel(name, url=url, poster=poster)
        case FilesSettings():
            return FilesChannel(
                name, folder=settings.folder, form=settings.form, sender=settings.sender
            )
        case AppriseSettings():
            return _apprise(name, settings)
        case ConsoleSettings():
            return ConsoleChannel(name)
    assert_never(settings)


def _smtp(name: str, settings: SmtpSettings) -> Channel:
    password = settings.password
    try:
        return SmtpChannel(
            name,
            host=settings.host,
            port=settings.port,
            sender=settings.sender,
            security=settings.security,
            username=settings.username,
            password=None if password is None else password.get_secret_value(),
            timeout=settings.timeout,
            ca_file=settings.ca_file,
        )
    except OSError as error:
        raise _not_certificates(name, settings.ca_file, error) from None


def _webhook(name: str, settings: WebhookSettings, now: Callable[[], datetime]) -> Channel:
    url, secret = settings.url.get_secret_value(), settings.secret.get_secret_value()
    poster = _poster(
        name,
        settings.timeout,
        settings.ca_file,
        public_only=not settings.allow_private,
        secrets=[url, secret],
    )
    return WebhookChannel(name, url=url, secret=secret, poster=poster, now=now)


def _apprise(name: str, settings: AppriseSettings) -> Channel:
    try:
        return AppriseChannel(
            name,
            url=settings.url.get_secret_value(),
            content=settings.content,
            timeout=settings.timeout,
        )
    except MissingLibraryError:
        raise InputError(
            N_(
                "channels.{name}: needs apprise, which is not installed: pip install"
                " 'vigie[apprise]'"
            ),
            name=name,
        ) from None
    except ValueError:
        # Not the address itself: it holds secrets.
        raise InputError(
            N_(
                "channels.{name}.url: apprise knows no such address: write one as its documentation"
                " says, such as {example}"
            ),
            name=name,
            example="twilio://SID:TOKEN@FROM/{address}",
        ) from None


def _poster(
    name: str,
    timeout: timedelta,
    ca_file: Path | None,
    *,
    public_only: bool = False,
    secrets: Sequence[str] = (),
) -> Poster:
    if ca_file is not None:
        try:
            ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            raise _not_certificates(name, ca_file, error) from None
    return Poster(timeout=timeout, ca_file=ca_file, public_only=public_only, secrets=secrets)


def _not_certificates(name: str, ca_file: Path | None, error: OSError) -> InputError:
    return InputError(
        N_(
            "channels.{name}.ca_file: {file} cannot be read as certificates ({reason}): give a PEM"
            " file"
        ),
        name=name,
        file=str(ca_file),
        reason=str(error),
    )


def _credentials(auth: AuthSettings) -> Mapping[str, str]:
    """The header a server is authenticated to by."""
    token = "" if auth.token is None else auth.token.get_secret_value()
    match auth.type:
        case "basic":
            password = "" if auth.password is None else auth.password.get_secret_value()
            pair = base64.b64encode(f"{auth.username}:{password}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        case "bearer":
            return {"Authorization": f"Bearer {token}"}
        case "api-key":
            return {auth.header: token}
        case "none" | "oauth2":
            # The settings of such a channel refuse oauth2.
            return {}
