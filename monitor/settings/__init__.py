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
from monitor.settings.fields import CoveredDay, Section
from monitor.settings.file_sources import FolderSettings, SftpSettings
from monitor.settings.loading import load_settings, located_settings, parse_settings
from monitor.settings.mailbox_sources import MailboxSettings
from monitor.settings.model import Settings
from monitor.settings.push_sources import PushSettings
from monitor.settings.sources import ApiSettings, HubSettings, SourceSettings

__all__ = [
    "AlertmanagerSettings",
    "ApiSettings",
    "AppriseSettings",
    "ChannelSettings",
    "ConsoleSettings",
    "CoveredDay",
    "DeliverableSettings",
    "FilesSettings",
    "FolderSettings",
    "HubSettings",
    "MailboxSettings",
    "PagerDutySettings",
    "PushSettings",
    "Section",
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
