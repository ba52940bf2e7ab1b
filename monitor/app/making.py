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
    HttpSource,
    JiraSettings,
    MailboxSettings,
    PushSettings,
    ServiceNowSettings,
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
        case ServiceNowSettings():
            return _servicenow_collector(source)
        case JiraSettings():
            return _jira_collector(source)
        case FolderSettings():
            return files_collector(source)
        case MailboxSettings():
            return mail_collector(source)
        case PushSettings():
            return PushCollector(name=source.name, provider=source.provider, mapping=source.mapping)
    assert_never(source)


def _api_collector(source: ApiSettings) -> Collector:
    return TmfCollector(
        name=source.name,
        provider=source.provider,
        client=_client(source),
        mapping=source.mapping,
        page_size=source.page_size,
    )


def _servicenow_collector(source: ServiceNowSettings) -> Collector:
    # Loaded for those who have such a desk.
    from monitor.collectors.servicenow import (  # noqa: PLC0415
        ServiceNowCollector,
        ServiceNowTerms,
    )

    return ServiceNowCollector(
        name=source.name,
        provider=source.provider,
        client=_client(source),
        mapping=source.mapping,
        terms=ServiceNowTerms(
            query=source.query,
            timezone=source.timezone,
            displays=source.display_value == "all",
            audit=source.audit,
            slas=source.slas,
        ),
        page_size=source.page_size,
    )


def _jira_collector(source: JiraSettings) -> Collector:
    # Loaded for those who have such a desk.
    from monitor.collectors.jira import JiraCollector, JiraTerms  # noqa: PLC0415

    return JiraCollector(
        name=source.name,
        provider=source.provider,
        client=_client(source),
        mapping=source.mapping,
        terms=JiraTerms(
            jql=source.jql,
            product=source.product,
            timezone=source.timezone,
            slas=source.slas,
        ),
        page_size=source.page_size,
    )


def _client(source: HttpSource) -> HttpClient:
    return HttpClient(
        source.url,
        source.auth,
        where=f"sources[{source.name}]",
        timeout=source.timeout,
        tls=source.tls,
    )
