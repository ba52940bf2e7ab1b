"""`vigie.yaml` as frozen settings: parsed, checked, with secrets from the environment or files."""

from monitor.settings.channels import (
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
from monitor.settings.deliverables import DeliverableSettings
from monitor.settings.desk_sources import JiraSettings, ServiceNowSettings
from monitor.settings.fields import CoveredDay, Section
from monitor.settings.file_sources import FolderSettings, SftpSettings
from monitor.settings.http_sources import HttpSource
from monitor.settings.loading import load_settings, located_settings, parse_settings
from monitor.settings.mailbox_sources import MailboxSettings
from monitor.settings.model import Settings
from monitor.settings.push_sources import PushSettings
from monitor.settings.sources import ApiSettings, ApiSource, HubSettings, SourceSettings

__all__ = [
    "AlertmanagerSettings",
    "ApiSettings",
    "ApiSource",
    "AppriseSettings",
    "ChannelSettings",
    "ConsoleSettings",
    "CoveredDay",
    "DeliverableSettings",
    "FilesSettings",
    "FolderSettings",
    "HttpSource",
    "HubSettings",
    "JiraSettings",
    "MailboxSettings",
    "PagerDutySettings",
    "PushSettings",
    "Section",
    "ServiceNowSettings",
    "Settings",
    "SftpSettings",
    "SmtpSettings",
    "SourceSettings",
    "TeamsSettings",
    "WebhookSettings",
    "load_settings",
    "located_settings",
    "parse_settings",
]
