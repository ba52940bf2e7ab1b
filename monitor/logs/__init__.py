"""Structured logs of the daemon: one line an event, free of secrets and personal data."""

from monitor.logs.configuration import LogFormat, configure_logging
from monitor.logs.scrub import scrub_text

__all__ = ["LogFormat", "configure_logging", "scrub_text"]
