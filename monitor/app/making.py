"""Collectors, made as the configuration describes them."""

from monitor.collectors.base import Collector
from monitor.collectors.http import HttpClient
from monitor.collectors.tmf import TmfCollector
from monitor.settings import SourceSettings


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
