"""Collectors, made as the configuration describes them."""

from typing import assert_never

from monitor.app.making_files import files_collector, mail_collector
from monitor.collectors.base import Collector
from monitor.collectors.http import HttpClient
from monitor.collectors.hub import TmfHub
from monitor.collectors.push import PushCollector
from monitor.collectors.tmf import TmfCollector
from monitor.settings import (
    ApiSettings,
    FolderSettings,
    MailboxSettings,
    PushSettings,
    SourceSettings,
)


def hub_of(source: SourceSettings, collector: Collector) -> TmfHub | None:
    """The hub of a source that is to be subscribed to; it shares the collector's connection."""
    if not isinstance(source, ApiSettings) or source.hub is None:
        return None
    if not isinstance(collector, TmfCollector):
        return None
    return collector.hub(typed=source.is_v5)


def collector_of(source: SourceSettings) -> Collector:
    """The collector of a configured source; nothing is sent yet.

    Raises:
        InputError: its URL, credentials or mapping cannot be used.
    """
    match source:
        case ApiSettings():
            return _api_collector(source)
        case FolderSettings():
            return files_collector(source)
        case MailboxSettings():
            return mail_collector(source)
        case PushSettings():
            return PushCollector(name=source.name, provider=source.provider, mapping=source.mapping)
    assert_never(source)


def _api_collector(source: ApiSettings) -> Collector:
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
