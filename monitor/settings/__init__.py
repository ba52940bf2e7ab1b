"""`vigie.yaml` as frozen settings: parsed, checked, with secrets from the environment or files."""

from monitor.settings.channels import ChannelSettings, ConsoleSettings, SmtpSettings
from monitor.settings.deliverables import DeliverableSettings
from monitor.settings.fields import CoveredDay, Section
from monitor.settings.loading import load_settings, located_settings, parse_settings
from monitor.settings.model import Settings
from monitor.settings.sources import SourceSettings

__all__ = [
    "ChannelSettings",
    "ConsoleSettings",
    "CoveredDay",
    "DeliverableSettings",
    "Section",
    "Settings",
    "SmtpSettings",
    "SourceSettings",
    "load_settings",
    "located_settings",
    "parse_settings",
]
