"""Collectors and channels, made as the configuration describes them."""

from typing import assert_never

from monitor.alerts.channels.console import ConsoleChannel
from monitor.alerts.channels.smtp import SmtpChannel
from monitor.alerts.notification import Channel
from monitor.app.making_files import files_collector
from monitor.collectors.base import Collector
from monitor.collectors.http import HttpClient
from monitor.collectors.tmf import TmfCollector
from monitor.errors import InputError
from monitor.settings import (
    ApiSettings,
    ChannelSettings,
    ConsoleSettings,
    FilesSettings,
    SmtpSettings,
    SourceSettings,
)


def collector_of(source: SourceSettings) -> Collector:
    """The collector of a configured source; nothing is sent yet.

    Raises:
        InputError: its URL, credentials or mapping cannot be used.
    """
    match source:
        case ApiSettings():
            return _api_collector(source)
        case FilesSettings():
            return files_collector(source)
    assert_never(source)


def _api_collector(source: ApiSettings) -> Collector:
    client = HttpClient(
        source.url, source.auth, where=f"sources[{source.name}]", timeout=source.timeout
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
                    f"channels.{name}.ca_file: {settings.ca_file} cannot be read as certificates"
                    f" ({error}): give a PEM file"
                ) from None
        case ConsoleSettings():
            return ConsoleChannel(name)
    assert_never(settings)
