"""Collectors and channels, made as the configuration describes them."""

from typing import assert_never

from monitor.alerts.channels.console import ConsoleChannel
from monitor.alerts.channels.smtp import SmtpChannel
from monitor.alerts.notification import Channel
from monitor.collectors.base import Collector
from monitor.collectors.http import HttpClient
from monitor.collectors.tmf import TmfCollector
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.settings import ChannelSettings, ConsoleSettings, SmtpSettings, SourceSettings


def collector_of(source: SourceSettings) -> Collector:
    """The collector of a configured source; nothing is sent yet.

    Raises:
        InputError: its URL, credentials or mapping cannot be used.
    """
    client = HttpClient(
        source.url,
        source.auth,
        where=f"sources[{source.name}]",
        timeout=source.timeout,
        tls=source.tls,
    )
    return TmfCollector(
        name=source.name,
        provider=source.provider,
        client=client,
        mapping=source.mapping,
        page_size=source.page_size,
    )


def channel_of(name: str, settings: ChannelSettings) -> Channel:
    """The channel of a name; connects to nothing yet.

    Raises:
        InputError: its certificates cannot be read.
    """
    match settings:
        case SmtpSettings():
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
                raise InputError(
                    N_(
                        "channels.{name}.ca_file: {file} cannot be read as certificates ({reason}):"
                        " give a PEM file"
                    ),
                    name=name,
                    file=str(settings.ca_file),
                    reason=str(error),
                ) from None
        case ConsoleSettings():
            return ConsoleChannel(name)
    assert_never(settings)
