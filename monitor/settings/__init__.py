"""`vigie.yaml` as frozen settings: parsed, checked, with secrets from the environment or files."""

from monitor.settings.channels import ChannelSettings, ConsoleSettings, SmtpSettings
from monitor.settings.fields import CoveredDay, Section
from monitor.settings.file_sources import FilesSettings, SftpSettings
from monitor.settings.loading import load_settings, located_settings, parse_settings
from monitor.settings.model import Settings
from monitor.settings.sources import ApiSettings, SourceSettings

__all__ = [
    "ApiSettings",
    "ChannelSettings",
    "ConsoleSettings",
    "CoveredDay",
    "FilesSettings",
    "Section",
    "Settings",
    "SftpSettings",
    "SmtpSettings",
    "SourceSettings",
    "load_settings",
    "located_settings",
    "parse_settings",
]
